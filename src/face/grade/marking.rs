//! Composes papers and marks them. Students with the same paper share it.

use std::collections::{BTreeMap, BTreeSet};

use super::records::Flaw;
use super::responses::placed;
use super::rows::StudentRow;
use super::versions::PaperVersion;
use pagewalk_script::api::{CheckedScript, Exam, Paper, PaperError, Version};
use pagewalk_script::exam::field::{Field, slot};
use pagewalk_script::exam::grade::rules::{Rules, number};
use pagewalk_script::exam::grade::{Given, Key, Marked, Sheet, mark};
use pagewalk_script::exam::marks::{Format, feedback};
use pagewalk_script::lang::value::{Number, Value};
use pagewalk_script::questions::entry::Answers;

/// The input of marking.
pub(crate) struct Marking<'a> {
    pub(crate) script: &'a CheckedScript,
    /// Other scripts whose keys are also accepted.
    pub(crate) also: &'a [CheckedScript],
    pub(crate) rules: &'a Rules,
    /// The format of feedback; none if it is not requested.
    pub(crate) feedback: Option<Format>,
    /// The limit on statements for a script.
    pub(crate) max_steps: u64,
}

/// The result for the rows of some papers.
#[derive(Debug, Default)]
pub(crate) struct MarkingResult {
    /// Marks, with feedback if requested.
    pub(crate) marked: Vec<(Marked, Option<String>)>,
    /// Errors in rows.
    pub(crate) flaws: Vec<Flaw>,
    /// The names of all fields of these papers.
    pub(crate) fields: BTreeSet<String>,
    /// Columns that match no field of some paper.
    pub(crate) unknown: BTreeSet<String>,
    /// Names in the rules that match a field.
    pub(crate) ruled: BTreeSet<String>,
}

impl MarkingResult {
    /// Adds the results of other papers.
    pub(crate) fn add(&mut self, other: Self) {
        self.marked.extend(other.marked);
        self.flaws.extend(other.flaws);
        self.fields.extend(other.fields);
        self.unknown.extend(other.unknown);
        self.ruled.extend(other.ruled);
    }
}

/// Marks the rows of some papers.
pub(crate) fn mark_all(marking: &Marking, papers: &[(PaperVersion, Vec<StudentRow>)]) -> MarkingResult {
    let mut done = MarkingResult::default();
    for (drawn, rows) in papers {
        let main = composed(marking.script, drawn, marking.max_steps);
        let others: Result<Vec<Paper>, String> =
            marking.also.iter().map(|reading| composed(reading, drawn, marking.max_steps)).collect();
        match main.and_then(|paper| Ok((paper, others?))) {
            Ok((paper, others)) => mark_paper(marking, drawn, rows, &paper, &others, &mut done),
            Err(message) => {
                done.flaws.extend(
                    rows.iter()
                        .map(|row| Flaw::new(row.line, format!("its paper cannot be made: {message}"))),
                );
            }
        }
    }
    done
}

/// The paper of a version, or an error message.
fn composed(script: &CheckedScript, drawn: &PaperVersion, max_steps: u64) -> Result<Paper, String> {
    let (name, seed) = (script.name(), drawn.seed);
    let version = Version { code: drawn.code.clone(), seed, student: None };
    let paper = Exam { script, seed: Some(seed), max_steps }.paper(Some(&version).filter(|_| drawn.listed));
    paper.map_err(|error| match error {
        PaperError::Diagnostics(wrong) => {
            let first = wrong.first().map_or("", |first| first.message.as_str());
            format!("{name} with seed {seed}: {first}")
        }
        PaperError::Failed(failed) => {
            format!("{name} with seed {seed}: {failed} of what it states does not hold")
        }
        PaperError::NoQuestion => format!("{name} has no question"),
    })
}

fn mark_paper(
    marking: &Marking,
    drawn: &PaperVersion,
    rows: &[StudentRow],
    paper: &Paper,
    others: &[Paper],
    done: &mut MarkingResult,
) {
    let CheckedScript { sources, files, .. } = marking.script;
    let satisfies = |answers: &Answers, value: &Value| {
        answers.open.as_ref().is_some_and(|open| open.holds(value, sources, files))
    };
    let key = Key::new(paper, others, &satisfies);
    let columns = FieldColumns::new(&key);
    let named = key.fields().iter().map(|field| field.name.as_str());
    done.ruled.extend(
        marking
            .rules
            .named()
            .filter(|name| {
                key.fields().iter().any(|field| pagewalk_script::exam::grade::covers(name, &field.name))
            })
            .map(str::to_owned),
    );
    done.fields.extend(named.map(str::to_owned));
    for row in rows {
        let sheet = match sheet(row, drawn, &columns, &mut done.unknown) {
            Ok(sheet) => sheet,
            Err(message) => {
                done.flaws.push(Flaw::new(row.line, message));
                continue;
            }
        };
        let marked = mark(&key, &sheet, marking.rules);
        let told = marking.feedback.map(|format| feedback(paper, &marked, format));
        done.marked.push((marked, told));
    }
}

/// Finds the field for a column name.
struct FieldColumns<'k> {
    by_name: BTreeMap<String, &'k str>,
    fields: &'k [Field<'k>],
    worth: BTreeMap<&'k str, Number>,
}

impl<'k> FieldColumns<'k> {
    fn new(key: &'k Key) -> Self {
        let mut by_name = BTreeMap::new();
        for field in key.fields() {
            let name = field.name.as_str();
            for alias in [slot(name), slot(name).to_lowercase(), name.to_lowercase()] {
                by_name.entry(alias).or_insert(name);
            }
        }
        for field in key.fields() {
            by_name.insert(field.name.clone(), field.name.as_str());
        }
        let worth = key.fields().iter().map(|field| (field.name.as_str(), field.points)).collect();
        Self { by_name, fields: key.fields(), worth }
    }

    fn field(&self, name: &str) -> Option<&'k str> {
        self.by_name.get(name).or_else(|| self.by_name.get(&name.to_lowercase())).copied()
    }
}

/// A row's answers by the fields of its paper.
fn sheet(
    row: &StudentRow,
    drawn: &PaperVersion,
    columns: &FieldColumns,
    unknown: &mut BTreeSet<String>,
) -> Result<Sheet, String> {
    let mut sheet = Sheet {
        line: row.line,
        id: row.id.clone(),
        name: row.name.clone(),
        version: drawn.code.clone(),
        ..Sheet::default()
    };
    if !row.responses.is_empty() {
        let placed = placed(&row.responses, columns.fields)?;
        sheet.answers.extend(placed.into_iter().map(|(field, text)| (field.to_owned(), Given::Text(text))));
    }
    for (name, given) in &row.answers {
        match columns.field(name) {
            Some(field) => drop(sheet.answers.insert(field.to_owned(), given.clone())),
            None => drop(unknown.insert(name.clone())),
        }
    }
    for (name, text) in &row.points {
        let Some(field) = columns.field(name) else {
            unknown.insert(format!("{name} points"));
            continue;
        };
        let worth = columns.worth.get(field).copied().unwrap_or(Number::ZERO);
        let points = number(text).ok_or_else(|| format!("`{text}` is no number of points for {field}"))?;
        if points.is_negative() || points.compare(worth).is_gt() {
            return Err(format!("{field} gets 0 to {worth} points, and not {text}"));
        }
        sheet.by_hand.insert(field.to_owned(), points);
    }
    Ok(sheet)
}
