//! Papers as `PrairieLearn` questions (<https://prairielearn.readthedocs.io>). Each question is a directory
//! with its versions as data, from which `server.py` picks one.

mod elements;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use elements::{Elements, rubrics};

use super::bank::group::{Group, Laid, groups};
use super::bank::name::{slug, title};
use super::bank::stem::stem;
use super::bank::weight::weights;
use super::export::{File, Refusal};
use crate::exam::field::{Asked, Field};
use crate::exam::paper::Paper;
use crate::lang::value::Number;

/// The script that picks a version and grades the fields that no `PrairieLearn` element can grade.
const SERVER: &str = include_str!("server.py");
/// The template for the version's stem, in which `PrairieLearn` finds its elements.
const QUESTION: &str = "<div class=\"mathjax_ignore\">\n{{{params.stem}}}\n</div>\n";

/// Writes all versions of a paper, with one directory per question.
///
/// # Errors
/// Returns a refusal if `PrairieLearn` does not support part of a paper.
pub fn write(papers: &[Paper]) -> Result<Vec<File>, Refusal> {
    let Some(first) = papers.first() else {
        return Ok(Vec::new());
    };
    let laid = Laid::all(papers);
    let (mut files, mut names) = (Vec::new(), BTreeSet::new());
    for group in groups(papers) {
        let dashes = dashes(&group, &laid);
        let (mut versions, mut seen) = (Vec::new(), BTreeSet::new());
        for (of, at) in &group.versions {
            let version = version(&laid[*of], *at, &dashes)?;
            // `PrairieLearn` would draw a duplicate version twice as often.
            if seen.insert(version.to_string()) {
                versions.push(coded(version, laid[*of].paper));
            }
        }
        if let [only] = versions.as_mut_slice() {
            // If there is only one version, the version's code is irrelevant.
            only.as_object_mut().map(|only| only.remove("version"));
        }
        let (of, at) = group.versions[0];
        let manual = laid[of]
            .own(at)
            .iter()
            .all(|field| matches!(field.asked, Asked::Essay));
        let mut name = format!("questions/{}/{}", slug(title(first)), group.slug());
        while !names.insert(name.clone()) {
            name.push_str("-2");
        }
        let info = json!({
            "uuid": uuid(first, &group).to_string(),
            "title": group.name(),
            "topic": title(first),
            "tags": ["exam"],
            "type": "v3",
            "gradingMethod": if manual { "Manual" } else { "Internal" },
            "singleVariant": versions.len() == 1,
        });
        let mut file = |path: &str, text: String| {
            files.push(File {
                path: format!("{name}/{path}"),
                bytes: text.into_bytes(),
            });
        };
        file("info.json", format!("{info:#}\n"));
        file("question.html", QUESTION.to_owned());
        file("server.py", SERVER.to_owned());
        file(
            "versions.json",
            format!("{:#}\n", json!({ "versions": versions })),
        );
    }
    Ok(files)
}

/// Returns the indexes of fields whose answer is `-` in some version. These fields accept text in every version,
/// so that the type of an input does not reveal the answer.
fn dashes(group: &Group, laid: &[Laid]) -> BTreeSet<usize> {
    let mut dashes = BTreeSet::new();
    for (of, at) in &group.versions {
        let own = laid[*of].own(*at).iter().enumerate();
        let dash =
            |field: &Field| matches!(field.asked, Asked::Blank(blank) if blank.key.is_none());
        dashes.extend(own.filter(|(_, field)| dash(field)).map(|(place, _)| place));
    }
    dashes
}

/// Returns a version of a question with its correct answers.
fn version(laid: &Laid, at: usize, dashes: &BTreeSet<usize>) -> Result<Value, Refusal> {
    let own = laid.own(at);
    let dashes = dashes
        .iter()
        .filter_map(|place| own.get(*place))
        .map(|field| field.name.as_str())
        .collect();
    let points: Vec<Number> = own
        .iter()
        .filter(|field| !matches!(field.asked, Asked::Essay))
        .map(|field| field.points)
        .collect();
    let weights = weights(&points);
    let mut elements = Elements {
        dashes,
        weights: weights.iter(),
        answers: Map::new(),
        accepted: Map::new(),
    };
    let mut stem = stem(&laid.sheet, &laid.sheet.questions[at], own, &mut elements)?;
    stem.push_str(&rubrics(own));
    Ok(json!({ "stem": stem, "answers": elements.answers, "accepted": elements.accepted }))
}

/// Adds the paper's version code, which is required for grading.
fn coded(mut of: Value, paper: &Paper) -> Value {
    if let (Some(object), Some(version)) = (of.as_object_mut(), &paper.version) {
        object.insert("version".to_owned(), json!(version.code));
    }
    of
}

/// Returns a UUID (version 5 of RFC 9562) that is the same on every export of an exam and question.
fn uuid(paper: &Paper, group: &Group) -> Uuid {
    let space = Uuid::new_v5(
        &Uuid::NAMESPACE_URL,
        b"https://github.com/pagewalk/pagewalk",
    );
    let course = paper
        .cover
        .iter()
        .find(|(field, _)| &**field == "course")
        .map_or("", |(_, words)| words);
    let name = format!(
        "{course}\0{}\0{}\0{}",
        title(paper),
        group.title,
        group.again
    );
    Uuid::new_v5(&space, name.as_bytes())
}
