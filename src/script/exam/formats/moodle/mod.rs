//! Papers as Moodle XML (<https://docs.moodle.org/en/Moodle_XML_format>). Each question is a category that
//! contains its versions, so that a quiz can draw one of the versions. A question has the type Cloze. Essays
//! are separate questions because Cloze does not support them.

mod cloze;

use std::collections::BTreeSet;
use std::io;

use quick_xml::events::BytesCData;

use cloze::Cloze;

use super::bank::group::{Group, Laid, groups};
use super::bank::html::escaped;
use super::bank::input::{Input, input};
use super::bank::name::{field_location, identifier, refusal, slug, title};
use super::bank::rubric::rubric;
use super::bank::stem::{context, stem};
use super::bank::weight::weights;
use super::export::{File, Refusal};
use crate::exam::field::{Asked, Field};
use crate::exam::paper::Paper;
use crate::lang::value::Number;
use crate::questions::entry::{ItemKind, Rubric};
use crate::report::xml::{Xml, document, words};

/// Maximum number of fields per question. Moodle truncates longer forms (PHP's `max_input_vars`, default:
/// 1000).
const FIELDS: usize = 900;

/// A question in the question bank.
struct Entry {
    /// The category, such as `Virtual memory/1 Address translation`, without the exam's title.
    category: String,
    name: String,
    identifier: String,
    stem: String,
    kind: Kind,
}

enum Kind {
    Cloze,
    Essay {
        points: Number,
        lines: u32,
        rubric: Vec<Rubric>,
    },
}

/// Writes all versions of a paper as one file.
///
/// # Errors
/// Returns a refusal if Moodle does not support part of a paper.
pub fn write(papers: &[Paper]) -> Result<Vec<File>, Refusal> {
    let mut entries = Vec::new();
    let laid = Laid::all(papers);
    for group in groups(papers) {
        for (of, at) in &group.versions {
            of_question(&mut entries, &group, &laid[*of], *at)?;
        }
    }
    let exam = papers.first().map_or("Exam", title);
    let text = document(|xml| {
        xml.create_element("quiz")
            .write_inner_content(|xml| quiz(xml, exam, &entries))?;
        Ok(())
    });
    Ok(vec![File {
        path: format!("{}.xml", slug(exam)),
        bytes: text.into_bytes(),
    }])
}

/// Adds a question with its fields in Cloze, and its essays.
fn of_question(
    entries: &mut Vec<Entry>,
    group: &Group,
    laid: &Laid,
    at: usize,
) -> Result<(), Refusal> {
    let (paper, sheet, fields) = (laid.paper, &laid.sheet, laid.own(at));
    let section = &sheet.questions[at];
    let code = paper
        .version
        .as_ref()
        .map_or_else(String::new, |version| format!(" ({})", version.code));
    let named = group.name();
    let (essays, blanks): (Vec<&Field>, Vec<&Field>) = fields
        .iter()
        .partition(|field| matches!(field.asked, Asked::Essay));
    if let Some(field) = blanks.get(FIELDS) {
        let why = format!(
            "a Moodle question can have at most {FIELDS} blanks; ask for fewer cells or rows"
        );
        return Err(refusal(field, why));
    }
    if !blanks.is_empty() {
        let points: Vec<Number> = blanks.iter().map(|field| field.points).collect();
        let weights = weights(&points);
        let stem = stem(
            sheet,
            section,
            fields,
            &mut Cloze {
                weights: weights.iter(),
            },
        )?;
        let (name, identifier) = (format!("{named}{code}"), identifier(paper, at));
        entries.push(Entry {
            category: named.clone(),
            name,
            identifier,
            stem,
            kind: Kind::Cloze,
        });
    }
    for (essay, field) in (1..).zip(essays) {
        let (ItemKind::Essay { text, .. }, Input::Essay { rubric, lines }) =
            (&field.item.kind, input(field)?)
        else {
            return Err(Refusal {
                part: field_location(field),
                why: "no essay".to_owned(),
            });
        };
        let given = context(section, field, &mut Cloze { weights: [].iter() });
        let stem = format!("{given}<p>{}</p>", escaped(text));
        // If the order of the questions differs between versions, the field names also differ.
        let own = match group.number {
            Some(_) => format!("{named}: {}", field.name),
            None => format!("{named}: essay {essay}"),
        };
        let kind = Kind::Essay {
            points: field.points,
            lines,
            rubric,
        };
        let identifier = format!("{}-{}", identifier(paper, at), slug(&field.name));
        entries.push(Entry {
            name: format!("{own}{code}"),
            category: own,
            identifier,
            stem,
            kind,
        });
    }
    Ok(())
}

/// Writes the categories in the order of the paper, and the versions in each category.
fn quiz(xml: &mut Xml, exam: &str, entries: &[Entry]) -> io::Result<()> {
    let mut categories: Vec<&str> = Vec::new();
    for entry in entries {
        if !categories.contains(&entry.category.as_str()) {
            categories.push(&entry.category);
        }
    }
    for category in categories {
        let path = format!("$course$/top/{}/{}", step(exam), step(category));
        xml.create_element("question")
            .with_attribute(("type", "category"))
            .write_inner_content(|xml| {
                text(xml, "category", &path)?;
                Ok(())
            })?;
        let mut seen = BTreeSet::new();
        for entry in entries.iter().filter(|entry| entry.category == *category) {
            // Identical versions become one question. A quiz would draw a duplicate version twice as often.
            if seen.insert(&entry.stem) {
                self::entry(xml, entry)?;
            }
        }
    }
    Ok(())
}

/// Returns one step of a category path, with each `/` doubled. Moodle allows 255 characters.
fn step(name: &str) -> String {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = name
        .chars()
        .take(200)
        .collect::<String>()
        .replace('/', "//");
    if name.is_empty() {
        "-".to_owned()
    } else {
        name
    }
}

fn entry(xml: &mut Xml, entry: &Entry) -> io::Result<()> {
    let kind = match entry.kind {
        Kind::Cloze => "cloze",
        Kind::Essay { .. } => "essay",
    };
    xml.create_element("question")
        .with_attribute(("type", kind))
        .write_inner_content(|xml| {
            text(xml, "name", &entry.name)?;
            html(xml, "questiontext", &entry.stem)?;
            html(xml, "generalfeedback", "")?;
            if let Kind::Essay { points, .. } = &entry.kind {
                words(xml, "defaultgrade", &points.to_f64().to_string())?;
            }
            words(xml, "penalty", "0")?;
            words(xml, "hidden", "0")?;
            words(xml, "idnumber", &entry.identifier)?;
            if let Kind::Essay { lines, rubric, .. } = &entry.kind {
                words(xml, "responseformat", "editor")?;
                words(xml, "responserequired", "1")?;
                words(xml, "responsefieldlines", &lines.to_string())?;
                words(xml, "attachments", "0")?;
                words(xml, "attachmentsrequired", "0")?;
                html(xml, "graderinfo", &self::rubric(rubric))?;
                html(xml, "responsetemplate", "")?;
            }
            Ok(())
        })?;
    Ok(())
}

fn text(xml: &mut Xml, tag: &str, said: &str) -> io::Result<()> {
    xml.create_element(tag)
        .write_inner_content(|xml| words(xml, "text", said))?;
    Ok(())
}

/// Writes HTML in a CDATA section. The HTML cannot end the section because every `>` in it is escaped.
fn html(xml: &mut Xml, tag: &str, html: &str) -> io::Result<()> {
    let element = xml.create_element(tag).with_attribute(("format", "html"));
    element.write_inner_content(|xml| match html {
        "" => words(xml, "text", ""),
        html => xml
            .create_element("text")
            .write_cdata_content(BytesCData::new(html))
            .map(|_| ()),
    })?;
    Ok(())
}
