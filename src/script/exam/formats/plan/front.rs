//! Contents before the questions.

use super::items::mixed;
use crate::exam::formats::edition::Edition;
use crate::exam::formats::labels::Labels;
use crate::exam::formats::tree::{Blank, Front, Grid};
use crate::exam::paper::Paper;
use crate::questions::settings::ADDRESSABLE;

/// Widths of the boxes for name and ID in characters.
const OWNER: [u32; 2] = [32, 14];

/// Cover fields that are not in the list of names and texts.
const APART: [&str; 3] = ["title", "instructions", ADDRESSABLE];

/// Returns the contents before the questions, except the instructions and the assumptions.
pub(crate) fn front(paper: &Paper, edition: Edition, labels: &Labels) -> Front {
    let title = paper.cover.iter().find(|(name, _)| &**name == "title");
    let rest = paper
        .cover
        .iter()
        .filter(|(name, _)| !APART.contains(&&**name));
    let cover =
        rest.map(|(name, words)| (labels.localize(&capital(name)).to_owned(), words.clone()));
    Front {
        title: title.map_or_else(
            || labels.localize("Exam").to_owned(),
            |(_, words)| words.clone(),
        ),
        edition: match edition {
            Edition::Paper => None,
            Edition::Key => Some(labels.localize("Key").to_owned()),
            Edition::Solutions => Some(labels.localize("Solutions").to_owned()),
        },
        cover: cover.collect(),
        owner: owner(paper, labels),
        grid: grid(paper, labels),
        ..Front::default()
    }
}

/// Returns the boxes for the name and ID, filled in from a roster if there is one.
fn owner(paper: &Paper, labels: &Labels) -> Vec<(String, Blank)> {
    let student = paper
        .version
        .as_ref()
        .and_then(|version| version.student.as_ref());
    let said = [
        student.map(|student| &student.name),
        student.map(|student| &student.id),
    ];
    let boxes = ["Name", "ID"]
        .into_iter()
        .zip(said)
        .zip(OWNER)
        .map(|((label, content), width)| {
            let content = content.filter(|content| !content.is_empty()).cloned();
            let blank = Blank {
                width,
                content,
                ..Blank::default()
            };
            (labels.localize(label).to_owned(), blank)
        });
    boxes.collect()
}

fn grid(paper: &Paper, labels: &Labels) -> Grid {
    let number = |(at, points): (usize, String)| ((at + 1).to_string(), points);
    let points = paper
        .questions
        .iter()
        .map(|question| mixed(question.points));
    Grid {
        heads: ["Question", "Points", "Score"].map(|word| labels.localize(word).to_owned()),
        questions: points.enumerate().map(number).collect(),
        total: (labels.localize("Total").to_owned(), mixed(paper.points())),
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
