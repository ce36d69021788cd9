//! Contents before the questions.

use super::items::mixed;
use super::medium::Medium;
use crate::exam::formats::labels::Labels;
use crate::exam::formats::style::Edition;
use crate::exam::formats::tree::{Blank, Block, Cell, Front, Grid, Paragraph, Table};
use crate::exam::paper::Paper;
use crate::lang::nearest::capitalized;
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
    let cover = rest.map(|(name, words)| {
        (
            labels.localize(&capitalized(name)).to_owned(),
            words.clone(),
        )
    });
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

// The last page: powers of two and hexadecimal digits. A paper contains them by default, because a
// student who needs them cannot get them during the exam.

/// Prefixes for powers of 1024, indexed by the exponent divided by 10.
const NAMES: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/// Returns the tables of powers of two and of hexadecimal digits.
pub(crate) fn appendix(labels: &Labels, medium: Medium) -> Vec<Block> {
    let say = |words: &'static str| labels.localize(words).to_owned();
    let heads = || vec!["n".to_owned(), "2ⁿ".to_owned(), String::new(), say("hex")];
    let power = |n: u32| {
        let n = n as usize;
        let name = format!("{} {}", 1u32 << (n % 10), NAMES[n / 10]);
        vec![
            Cell::Number(n.to_string()),
            Cell::Number((1u64 << n).to_string()),
            Cell::Number(if n < 10 {
                String::new()
            } else {
                name.trim_end().to_owned()
            }),
            Cell::Number(format!("0x{:X}", 1u64 << n)),
        ]
    };
    // The table contains the powers for all address bits, and fits on a page.
    let rows = (0..24)
        .map(|n| [power(n), power(n + 24)].concat())
        .collect();
    let powers = Table {
        title: say("Powers of two"),
        groups: vec![heads(), heads()],
        rows,
        ..Table::default()
    };
    let heads = || vec![say("hex"), say("decimal"), say("binary")];
    let digit = |n: u32| {
        vec![format!("{n:X}"), n.to_string(), format!("{n:04b}")]
            .into_iter()
            .map(Cell::Number)
    };
    let rows = (0..8)
        .map(|n| digit(n).chain(digit(n + 8)).collect())
        .collect();
    let digits = Table {
        title: say("Digits"),
        groups: vec![heads(), heads()],
        rows,
        ..Table::default()
    };
    let title = Block::Prose(vec![Paragraph::Words(say(
        "For your calculations. Nothing on this page is marked.",
    ))]);
    [vec![title], medium.given(powers), medium.given(digits)].concat()
}
