//! Papers as `PrairieLearn` questions (<https://prairielearn.readthedocs.io>). Each question is a directory
//! with its versions as data, from which `server.py` picks one.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::bank::group::{Group, Laid, groups, weights};
use super::bank::input::{Input, file_name, input, title};
use super::bank::stem::{Slots, escaped, marked, rubric_html, stem};
use super::style::{File, Refusal};
use crate::exam::field::{Asked, Field, slot};
use crate::exam::paper::Paper;
use crate::lang::value::{Number, Value as Known};
use crate::questions::entry::{Blank, Form, Radix};

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
        let mut name = format!("questions/{}/{}", file_name(first), group.slug());
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

/// Writes fields as elements and collects the correct answers.
struct Elements<'d> {
    /// The names of fields whose answer is `-` in some version.
    pub(crate) dashes: BTreeSet<&'d str>,
    /// The weight of each field, except essays.
    pub(crate) weights: std::slice::Iter<'d, u64>,
    /// The correct answers, which students see afterwards.
    pub(crate) answers: Map<String, Value>,
    /// Every accepted spelling of text answers.
    pub(crate) accepted: Map<String, Value>,
}

impl Slots for Elements<'_> {
    fn blank(&mut self, field: &Field) -> Result<String, Refusal> {
        let name = slot(&field.name);
        let input = input(field)?;
        if let Input::Essay { .. } = input {
            return Ok(format!(
                "<pl-rich-text-editor file-name=\"{name}.html\" allow-blank=\"true\"></pl-rich-text-editor>"
            ));
        }
        let weight = self.weights.next().copied().unwrap_or(1);
        let common = format!("answers-name=\"{name}\" weight=\"{weight}\" allow-blank=\"true\"");
        if let Some((base, right)) = self.integer(field) {
            self.answers.insert(name, json!(right));
            return Ok(format!(
                "<pl-integer-input {common} blank-value=\"\" base=\"{base}\" size=\"12\" display=\"inline\"></pl-integer-input>"
            ));
        }
        Ok(match input {
            Input::Pick { options, right } => {
                let each = options
                    .iter()
                    .enumerate()
                    .map(|(at, option)| (option.as_str(), at == right));
                format!(
                    "<pl-multiple-choice {common} display=\"dropdown\" order=\"fixed\">{}</pl-multiple-choice>",
                    choices(each)
                )
            }
            Input::Text(accepted) => {
                self.answers.insert(name.clone(), json!(accepted.first()));
                self.accepted.insert(name, json!(accepted));
                format!(
                    "<pl-string-input {common} remove-leading-trailing=\"true\" size=\"12\" display=\"inline\" show-help-text=\"false\"></pl-string-input>"
                )
            }
            Input::Number(number, off) => {
                self.answers.insert(name, json!(number.to_f64()));
                let comparison = if let Asked::Blank(Blank {
                    round: Some(digits),
                    ..
                }) = field.asked
                {
                    format!("sigfig\" digits=\"{digits}")
                } else {
                    // By default, the box would show the tolerance, which would reveal whether the key is whole.
                    let share = if off > 0.0 { "0.005" } else { "0" };
                    format!(
                        "relabs\" rtol=\"{share}\" atol=\"0\" placeholder=\"number\" show-help-text=\"false"
                    )
                };
                format!(
                    "<pl-number-input {common} blank-value=\"\" comparison=\"{comparison}\" size=\"12\" display=\"inline\"></pl-number-input>"
                )
            }
            Input::Choice { options, several } => {
                let each = options
                    .iter()
                    .map(|(option, right)| (option.as_str(), *right));
                let (tag, more) = if several {
                    ("pl-checkbox", " partial-credit=\"net-correct\"")
                } else {
                    ("pl-multiple-choice", "")
                };
                format!(
                    "<{tag} {common} order=\"fixed\"{more}>{}</{tag}>",
                    choices(each)
                )
            }
            Input::Essay { .. } => String::new(),
        })
    }

    fn block(&mut self, field: &Field) -> Result<String, Refusal> {
        Ok(format!("<div>{}</div>", self.blank(field)?))
    }

    fn table(&self) -> &'static str {
        " class=\"table table-sm table-bordered w-auto\""
    }
}

impl Elements<'_> {
    /// Returns the base and the integer of a field whose question has a whole number as its answer. The key alone never
    /// decides, because the element would reveal something about it.
    fn integer(&self, field: &Field) -> Option<(u32, String)> {
        let Asked::Blank(blank) = field.asked else {
            return None;
        };
        let Form::Number { radix, .. } = blank.form else {
            return None;
        };
        // A paper writes fractions and negative numbers in decimal.
        let whole = match radix {
            Radix::Decimal => blank.whole,
            Radix::Hex | Radix::Binary => match blank.key.as_ref()?.value {
                Known::Number(number) => number.as_integer().is_some_and(|n| n >= 0),
                _ => false,
            },
        };
        if !field.always_has_value()
            || !whole
            || blank.round.is_some()
            || self.dashes.contains(field.name.as_str())
        {
            return None;
        }
        let base = match radix {
            // With a base of 0, `10` would be ten and not 0x10.
            Radix::Hex => 16,
            Radix::Binary => 2,
            // A base of 0 accepts decimal numbers, and numbers in other radixes with a prefix.
            Radix::Decimal => 0,
        };
        Some((base, blank.answer()))
    }
}

fn choices<'o>(options: impl Iterator<Item = (&'o str, bool)>) -> String {
    let option = |(text, right): (&str, bool)| {
        format!(
            "<pl-answer correct=\"{right}\">{}</pl-answer>",
            marked(text)
        )
    };
    options.map(option).collect()
}

/// Returns the essay rubrics, which only graders see.
fn rubrics(fields: &[Field]) -> String {
    let essays = fields.iter().filter_map(|field| match input(field) {
        Ok(Input::Essay { rubric, .. }) => Some(format!(
            "<pl-manual-grading-only><p>{}</p>{}</pl-manual-grading-only>\n",
            escaped(&field.name),
            rubric_html(&rubric)
        )),
        _ => None,
    });
    essays.collect()
}
