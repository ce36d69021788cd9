//! Papers as questions of `PrairieLearn` (<https://prairielearn.readthedocs.io>): a directory each, with its versions as data, of which
//! `server.py` picks one.

mod elements;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use elements::{Elements, rubrics};

use super::bank::name::{slug, title};
use super::bank::stem::stem;
use super::bank::weight::weights;
use super::export::{File, Refusal};
use super::plan::for_screens;
use crate::exam::field::{Asked, Field, fields};
use crate::exam::paper::Paper;
use crate::lang::value::Number;

/// What picks a version, and marks what no element of `PrairieLearn` can.
const SERVER: &str = include_str!("prairielearn/server.py");
/// What is shown: the stem of the version, in which `PrairieLearn` finds its elements.
const QUESTION: &str = "<div class=\"mathjax_ignore\">\n{{{params.stem}}}\n</div>\n";

/// All versions of a paper: a directory for each question.
///
/// # Errors
/// Which part `PrairieLearn` cannot hold.
pub fn write(papers: &[Paper]) -> Result<Vec<File>, Refusal> {
    let Some(first) = papers.first() else { return Ok(Vec::new()) };
    let dashes = dashes(papers);
    let mut files = Vec::new();
    for (at, question) in first.questions.iter().enumerate() {
        let mut versions: Vec<Value> = Vec::new();
        for paper in papers.iter().filter(|paper| at < paper.questions.len()) {
            let version = version(paper, at, &dashes)?;
            // Versions that ask the same would be drawn twice as often.
            if !versions.contains(&version) {
                versions.push(version);
            }
        }
        let own = fields(first);
        let manual =
            own.iter().filter(|field| field.question == at).all(|field| matches!(field.asked, Asked::Essay));
        let name = format!("questions/{}/{}-{}", slug(title(first)), at + 1, slug(&question.title));
        let info = json!({
            "uuid": uuid(first, at).to_string(),
            "title": format!("{} {}", at + 1, question.title),
            "topic": title(first),
            "tags": ["exam"],
            "type": "v3",
            "gradingMethod": if manual { "Manual" } else { "Internal" },
            "singleVariant": versions.len() == 1,
        });
        let mut file = |path: &str, text: String| {
            files.push(File { path: format!("{name}/{path}"), bytes: text.into_bytes() });
        };
        file("info.json", format!("{info:#}\n"));
        file("question.html", QUESTION.to_owned());
        file("server.py", SERVER.to_owned());
        file("versions.json", format!("{:#}\n", json!({ "versions": versions })));
    }
    Ok(files)
}

/// The fields that are answered with `-` in some version: they take texts in every one, so that the kind of a box tells nothing.
fn dashes(papers: &[Paper]) -> BTreeSet<String> {
    let dash = |field: &Field| matches!(field.asked, Asked::Blank(blank) if blank.key.is_none());
    papers.iter().flat_map(|paper| fields(paper).into_iter().filter(dash).map(|field| field.name)).collect()
}

/// A version of a question: what is shown, and what is right.
fn version(paper: &Paper, at: usize, dashes: &BTreeSet<String>) -> Result<Value, Refusal> {
    let sheet = for_screens(paper);
    let own: Vec<Field> = fields(paper).into_iter().filter(|field| field.question == at).collect();
    let points: Vec<Number> =
        own.iter().filter(|field| !matches!(field.asked, Asked::Essay)).map(|field| field.points).collect();
    let weights = weights(&points);
    let mut elements =
        Elements { dashes, weights: weights.iter(), answers: Map::new(), accepted: Map::new() };
    let mut stem = stem(&sheet, &sheet.questions[at], &own, &mut elements)?;
    stem.push_str(&rubrics(&own));
    Ok(json!({ "stem": stem, "answers": elements.answers, "accepted": elements.accepted }))
}

/// The same for the same exam and question, whoever exports it: version 5 of RFC 9562.
fn uuid(paper: &Paper, at: usize) -> Uuid {
    let space = Uuid::new_v5(&Uuid::NAMESPACE_URL, b"https://github.com/pagewalk/pagewalk");
    let question = &paper.questions[at];
    let course = paper.cover.iter().find(|(field, _)| &**field == "course").map_or("", |(_, words)| words);
    Uuid::new_v5(&space, format!("{course}\0{}\0{}\0{}", title(paper), at + 1, question.title).as_bytes())
}
