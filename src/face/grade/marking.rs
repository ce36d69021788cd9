//! Composes papers and marks them. Students with the same version share a paper.

use std::collections::BTreeSet;

use super::review::{UnreadableAnswer, unreadable_answers};
use super::rows::{StudentRow, placed};
use super::versions::PaperVersion;
use pagewalk_script::api::exam::{Exam, Paper, PaperError, Version};
use pagewalk_script::api::marking::{FeedbackFormat, Given, Marked, Rules, Sheet, feedback};
use pagewalk_script::api::{self, CheckedScript};
use pagewalk_script::exam::marks::{Columns, TableRow};
use pagewalk_script::exam::roster::Flaw;
use pagewalk_script::run::session::Limits;

/// The input for marking.
pub(crate) struct Marking<'a> {
    pub(crate) script: &'a CheckedScript,
    /// Other scripts whose keys are also accepted.
    pub(crate) also: &'a [CheckedScript],
    pub(crate) rules: &'a Rules,
    /// The feedback format, or `None` if feedback is not requested.
    pub(crate) feedback: Option<FeedbackFormat>,
    /// The columns of the table of marks.
    pub(crate) columns: Columns,
    /// Whether to keep all marks of all students, which takes much more memory than their rows of the table.
    pub(crate) keep_marks: bool,
    /// Whether to collect unreadable answers.
    pub(crate) review: bool,
    /// The maximum number of statements that a script may execute.
    pub(crate) limits: Limits,
}

/// The result of marking the rows of several papers.
#[derive(Debug, Default)]
pub(crate) struct MarkingResult {
    /// The rows of the table of marks.
    pub(crate) rows: Vec<TableRow>,
    /// The marks, if requested.
    pub(crate) marked: Vec<Marked>,
    /// The feedback, if requested, with the line and the ID of the student.
    pub(crate) feedback: Vec<(u64, String, String)>,
    /// The unreadable answers, if requested.
    pub(crate) unreadable: Vec<UnreadableAnswer>,
    /// Errors in rows.
    pub(crate) flaws: Vec<Flaw>,
    /// The names of all fields of these papers.
    pub(crate) fields: BTreeSet<String>,
    /// The names of fields that occur in no row, except those that are marked by hand.
    pub(crate) missing: BTreeSet<String>,
    /// Columns of a row that match no field of the row's paper.
    pub(crate) unknown: BTreeSet<String>,
    /// Names that occur in the rules and match a field.
    pub(crate) ruled: BTreeSet<String>,
}

impl MarkingResult {
    /// Adds the results for other papers.
    pub(crate) fn add(&mut self, other: Self) {
        self.rows.extend(other.rows);
        self.marked.extend(other.marked);
        self.feedback.extend(other.feedback);
        self.unreadable.extend(other.unreadable);
        self.flaws.extend(other.flaws);
        self.fields.extend(other.fields);
        self.missing.extend(other.missing);
        self.unknown.extend(other.unknown);
        self.ruled.extend(other.ruled);
    }

    /// Sorts the students as in the file.
    pub(crate) fn sort(&mut self) {
        self.rows.sort_by_key(|row| row.line);
        self.marked.sort_by_key(|marked| marked.line);
        self.feedback.sort_by_key(|(line, ..)| *line);
    }

    /// Adds the marks of a student.
    fn add_student(&mut self, marking: &Marking, paper: &Paper, marked: Marked) {
        self.rows
            .push(TableRow::new(&marked, marking.columns, self.rows.last()));
        if let Some(format) = marking.feedback {
            self.feedback.push((
                marked.line,
                marked.id.clone(),
                feedback(paper, &marked, format),
            ));
        }
        if marking.review {
            self.unreadable.extend(unreadable_answers(&marked));
        }
        if marking.keep_marks {
            self.marked.push(marked);
        }
    }
}

/// Marks the rows of these papers.
pub(crate) fn mark_all(
    marking: &Marking,
    papers: &[(PaperVersion, Vec<StudentRow>)],
) -> MarkingResult {
    let mut done = MarkingResult::default();
    for (drawn, rows) in papers {
        let main = composed(marking.script, drawn, marking.limits);
        let others: Result<Vec<Paper>, String> = marking
            .also
            .iter()
            .map(|reading| composed(reading, drawn, marking.limits))
            .collect();
        match main.and_then(|paper| Ok((paper, others?))) {
            Ok((paper, others)) => mark_paper(marking, drawn, rows, &paper, &others, &mut done),
            Err(message) => {
                done.flaws.extend(rows.iter().map(|row| {
                    Flaw::new(
                        row.line,
                        format!("the paper cannot be generated: {message}"),
                    )
                }));
            }
        }
    }
    done
}

/// The paper of a version, or an error message.
fn composed(script: &CheckedScript, drawn: &PaperVersion, limits: Limits) -> Result<Paper, String> {
    let (name, seed) = (script.name(), drawn.seed);
    let version = Version {
        code: drawn.code.clone(),
        seed,
        student: None,
    };
    let paper = Exam {
        script,
        seed: Some(seed),
        limits,
    }
    .paper(Some(&version).filter(|_| drawn.listed));
    paper.map_err(|error| match &error {
        PaperError::Diagnostics(wrong) => {
            let first = wrong.first().map_or("", |first| first.message.as_str());
            format!("{name} with seed {seed}: {first}")
        }
        PaperError::Failed(_) => format!("{name} with seed {seed}: {error}"),
        PaperError::NoQuestion => format!("{name} contains no `question`"),
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
    let key = api::Marking::new(marking.script, paper, others, marking.rules);
    done.ruled.extend(key.ruled().map(str::to_owned));
    done.fields
        .extend(key.fields().iter().map(|field| field.name.clone()));
    let mut missing: BTreeSet<&str> = key
        .fields()
        .iter()
        .filter(|field| !field.by_hand())
        .map(|field| &*field.name)
        .collect();
    for row in rows {
        match sheet(row, drawn, &key, &mut done.unknown) {
            Ok(sheet) => {
                missing.retain(|field| {
                    !sheet.answers.contains_key(*field) && !sheet.by_hand.contains_key(*field)
                });
                done.add_student(marking, paper, key.mark_sheet(&sheet));
            }
            Err(message) => {
                missing.clear();
                done.flaws.push(Flaw::new(row.line, message));
            }
        }
    }
    done.missing.extend(missing.into_iter().map(str::to_owned));
}

/// A row's answers, by the fields of its paper.
fn sheet(
    row: &StudentRow,
    drawn: &PaperVersion,
    key: &api::Marking,
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
        let placed = placed(&row.responses, key.fields())?;
        sheet.answers.extend(
            placed
                .into_iter()
                .map(|(field, text)| (field.to_owned(), Given::Text(text))),
        );
    }
    for (name, given) in row.answers.iter() {
        if !key.answer(&mut sheet, name, given) {
            unknown.insert(name.to_string());
        }
    }
    for (name, text) in &row.points {
        if !key.give(&mut sheet, name, text)? {
            unknown.insert(format!("{name} points"));
        }
    }
    Ok(sheet)
}
