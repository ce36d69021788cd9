//! Answer tables with one row per student.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use pagewalk_engine::files::limits::{InputLimit, TABLE};
use pagewalk_engine::files::reason;
use pagewalk_script::exam::field::{Asked, Field, alike};
use pagewalk_script::exam::grade::Given;
use pagewalk_script::exam::roster::{FIRST, Flaw, IdColumns, LAST, NAMES, plain};
use pagewalk_script::lang::loader::{Disk, Loader, text_of};
use pagewalk_script::lang::value::Number;

/// Other common columns of student tables, which are ignored in marking.
const BESIDE: &[&str] = &[
    "section",
    "group",
    "room",
    "seat",
    "course",
    "institution",
    "department",
    "status",
    "state",
    "started",
    "startedon",
    "completed",
    "finished",
    "duration",
    "timetaken",
    "comment",
    "comments",
    "line",
    "total",
    "max",
    "pending",
    "grade",
    "score",
];
/// The first and last columns of a table of grades.
const GRADES: [[&str; 3]; 2] = [["id", "name", "version"], ["total", "max", "pending"]];
/// The last word of columns that contain manually assigned points.
const POINTS: &str = "points";

/// A student's answers, before the paper is known.
#[derive(Debug, Clone, Default)]
pub(crate) struct StudentRow {
    /// The row's first line.
    pub(crate) line: u64,
    pub(crate) id: String,
    pub(crate) name: String,
    /// The paper's seed as it was written.
    pub(crate) seed: Option<String>,
    pub(crate) version: Option<String>,
    /// The answers by column name, which is the name of a field or a learning platform's name for a field.
    pub(crate) answers: Cells,
    /// Manually assigned points, by column name, or an empty text. [`points_of`] returns the field.
    pub(crate) points: Vec<(Arc<str>, String)>,
    /// Answers that are identified only by their order.
    pub(crate) responses: Vec<Response>,
}

#[derive(Debug, Default)]
pub(crate) struct StudentRows {
    /// The rows in which no errors have been found.
    pub(crate) rows: Vec<StudentRow>,
    /// The errors in invalid rows.
    pub(crate) flaws: Vec<Flaw>,
    /// The columns about the student or the attempt and those without a name, which no mark depends on.
    pub(crate) unused: Vec<String>,
    /// Whether the file has a column for each field. Other formats leave out unanswered fields.
    pub(crate) has_columns: bool,
}

/// Column names given on the command line.
#[derive(Debug, Clone, Default)]
pub(crate) struct ColumnNames {
    /// The column that contains the seed.
    pub(crate) seed: Option<String>,
    /// The column that contains the version code.
    pub(crate) version: Option<String>,
}

impl StudentRow {
    /// Creates a row with the ID and the name from a record of a table with these columns of IDs.
    pub(crate) fn identified_by(record: &Record, ids: &IdColumns) -> Self {
        let name = record
            .text(NAMES)
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| {
                let parts = [record.text(FIRST), record.text(LAST)]
                    .into_iter()
                    .flatten();
                parts
                    .filter(|part| !part.is_empty())
                    .collect::<Vec<_>>()
                    .join(" ")
            });
        let each = ids.names.iter().filter_map(|id| record.text(&[id]));
        let id = each
            .map(|id| ids.without_prefix(&id).to_owned())
            .find(|id| !id.is_empty())
            .unwrap_or_default();
        Self {
            line: record.line,
            id,
            name,
            ..Self::default()
        }
    }
}

/// Returns the rows of a table. Fails if no column identifies the students or if a requested column is
/// missing.
pub(crate) fn student_rows(table: RecordTable, named: &ColumnNames) -> Result<StudentRows, Flaw> {
    if table.rows.is_empty()
        && let Some(flaw) = table.flaws.first()
    {
        return Err(flaw.clone());
    }
    let has = |name: &str| table.header.iter().any(|own| **own == *name);
    for wanted in [&named.seed, &named.version].into_iter().flatten() {
        if !has(wanted) {
            let near = pagewalk_script::lang::nearest::nearest(
                wanted,
                table.header.iter().map(AsRef::as_ref),
            );
            let help = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return Err(Flaw::new(1, format!("has no column `{wanted}`{help}")));
        }
    }
    let ids = table.id_columns();
    if !table.header.iter().any(|own| ids.contain(own)) {
        return Err(Flaw::new(
            1,
            "has no column that identifies the students; add a column `id`",
        ));
    }
    let header: Vec<&str> = table.header.iter().map(AsRef::as_ref).collect();
    if header.starts_with(&GRADES[0]) && header.ends_with(&GRADES[1]) {
        return Err(Flaw::new(
            1,
            "this is a table of grades that `pagewalk grade` wrote; pass the students' answers",
        ));
    }
    // One of two columns for the same field would be lost.
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for name in table.header.iter().filter(|name| is_answer(name, &ids)) {
        if let Some(before) = seen.insert(alike(name), name).filter(|_| !name.is_empty()) {
            let message = format!("has two columns for the same field: `{before}` and `{name}`");
            return Err(Flaw::new(1, message));
        }
    }
    let mut rows = StudentRows {
        flaws: table.flaws,
        unused: table
            .header
            .iter()
            .filter(|name| is_unused(name))
            .map(|name| format!("`{name}`"))
            .chain(
                table
                    .unnamed
                    .iter()
                    .map(|at| format!("column {} (its header is empty)", at + 1)),
            )
            .collect(),
        ..StudentRows::default()
    };
    for record in table.rows {
        rows.rows.push(student_row(&record, named, &ids));
    }
    Ok(rows)
}

/// Returns the field to which a column of points belongs, in any spelling of the column's name.
pub(crate) fn points_of(column: &str) -> Option<&str> {
    let (field, last) = column.split_at_checked(column.len().checked_sub(POINTS.len())?)?;
    let is_points = last.eq_ignore_ascii_case(POINTS) && field.ends_with([' ', '.', '_', '-']);
    is_points.then(|| field.trim_end_matches([' ', '.', '_', '-']))
}

/// Whether a column can contain the answers to a field.
fn is_answer(column: &str, ids: &IdColumns) -> bool {
    let beside = [NAMES, FIRST, LAST, BESIDE];
    let own = plain(column);
    !ids.contain(column) && !beside.iter().any(|known| known.contains(&own.as_str()))
}

/// Whether marking ignores a column, because it is about the student or the attempt.
fn is_unused(column: &str) -> bool {
    BESIDE.contains(&plain(column).as_str())
}

fn student_row(record: &Record, named: &ColumnNames, ids: &IdColumns) -> StudentRow {
    let mut row = StudentRow::identified_by(record, ids);
    let mut answers = Vec::new();
    for (column, given) in record.cells.iter() {
        let own = plain(column);
        let is = |wanted: &Option<String>, usual: &str| {
            wanted
                .as_ref()
                .map_or(own == usual, |name| **name == **column)
        };
        let text = || Some(given.text().trim().to_owned()).filter(|text| !text.is_empty());
        if is(&named.seed, "seed") {
            row.seed = text();
        } else if is(&named.version, "version") {
            row.version = text();
        } else if points_of(column).is_some() {
            row.points
                .push((Arc::clone(column), text().unwrap_or_default()));
        } else if is_answer(column, ids) {
            answers.push((Arc::clone(column), given));
        }
    }
    row.answers = answers.into_iter().collect();
    row
}

/// Maximum number of records in a file.
pub(crate) const RECORD_LIMIT: usize = 100_000;
/// Maximum number of columns in a record.
pub(crate) const COLUMN_LIMIT: usize = 10_000;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record {
    /// The record's first line, or its position in a list, starting at 1.
    pub(crate) line: u64,
    /// The cells with their column names, in order.
    pub(crate) cells: Cells,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct RecordTable {
    /// The column names in order.
    pub(crate) header: Vec<Arc<str>>,
    /// The positions of columns with cells but without a name.
    pub(crate) unnamed: BTreeSet<usize>,
    pub(crate) rows: Vec<Record>,
    /// The errors in invalid records.
    pub(crate) flaws: Vec<Flaw>,
}

/// Cells with their column names. A table can have millions of cells, so all texts of a record share an allocation.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Cells {
    names: Box<[Arc<str>]>,
    /// The texts one after another.
    text: Box<str>,
    /// The end of each cell's text.
    ends: Box<[u32]>,
    /// The numbers, by the index of the cell, whose text is empty.
    numbers: Box<[(u32, Number)]>,
}

impl Cells {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, Given)> {
        let begins = [0].into_iter().chain(self.ends.iter().copied());
        let mut numbers = self.numbers.iter().peekable();
        (0u32..).zip(&self.names).zip(begins.zip(&self.ends)).map(
            move |((at, name), (begin, end))| {
                let number = numbers.next_if(|(of, _)| *of == at);
                let text = || Given::Text(self.text[begin as usize..*end as usize].to_owned());
                (
                    name,
                    number.map_or_else(text, |(_, number)| Given::Number(*number)),
                )
            },
        )
    }
}

impl FromIterator<(Arc<str>, Given)> for Cells {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Given)>>(cells: I) -> Self {
        let (mut names, mut text, mut ends, mut numbers) =
            (Vec::new(), String::new(), Vec::new(), Vec::new());
        for (name, given) in cells {
            match given {
                Given::Text(own) | Given::Response(own) => text.push_str(&own),
                Given::Number(number) => numbers.push((names.len() as u32, number)),
            }
            names.push(name);
            // The size of a table is limited.
            ends.push(text.len() as u32);
        }
        Self {
            names: names.into(),
            text: text.into(),
            ends: ends.into(),
            numbers: numbers.into(),
        }
    }
}

impl RecordTable {
    /// Returns the columns that can contain the students' IDs.
    pub(crate) fn id_columns(&self) -> IdColumns {
        IdColumns::of_table(self.header.iter().map(AsRef::as_ref))
    }

    /// Returns a column's name, and adds the column to the header if it is new.
    pub(crate) fn column(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.header.iter().find(|known| &***known == name) {
            return Arc::clone(known);
        }
        let name: Arc<str> = name.into();
        self.header.push(Arc::clone(&name));
        name
    }
}

impl Record {
    /// Returns the text of the first of these columns that the record contains. Compares only the letters and
    /// digits of names; see [`plain`].
    pub(crate) fn text(&self, columns: &[&str]) -> Option<String> {
        let found = columns
            .iter()
            .find_map(|name| self.cells.iter().find(|(own, _)| plain(own) == *name));
        found.map(|(_, given)| given.text().trim().to_owned())
    }
}

/// The bytes of a table, or of standard input for `-`. An error is the reason why the file cannot be read.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, String> {
    read_limited(path, TABLE)
}

/// Works like [`read_bytes`], but for UTF-8 text of a limited size.
pub(crate) fn read_text(path: &Path, limit: InputLimit) -> Result<String, String> {
    let bytes = read_limited(path, limit)?;
    text_of(&bytes).map(str::to_owned)
}

fn read_limited(path: &Path, limit: InputLimit) -> Result<Vec<u8>, String> {
    Disk.argument(path, limit).map_err(|error| reason(&error))
}

/// A response to a question on a learning platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Response {
    /// The parts of a question with several blanks.
    Parts(Vec<String>),
    /// The response to a single blank, or empty for any unanswered question.
    Whole(String),
}

/// Field names with their answers.
type PlacedAnswers<'k> = Vec<(&'k str, String)>;

/// Assigns responses to fields by order. Accepts one response per question and one per essay. Each essay may
/// follow its question, as in an export of `pagewalk exam`, or all essays may be last. Also accepts one response
/// per field. Any other order is an error.
pub(crate) fn placed<'k>(
    responses: &[Response],
    fields: &'k [Field],
) -> Result<PlacedAnswers<'k>, String> {
    let blanks: Vec<FieldGroup> = by_question(fields, |field| !is_essay(field));
    let essays: Vec<FieldGroup> = fields
        .iter()
        .filter(|field| is_essay(field))
        .map(|field| vec![field])
        .collect();
    let mut in_turn: Vec<FieldGroup> = blanks.iter().chain(&essays).cloned().collect();
    let apart = in_turn.clone();
    // Put each essay after the blanks of its question.
    in_turn.sort_by_key(|unit| unit.first().map_or(0, |field| field.question));
    let each: Vec<FieldGroup> = fields.iter().map(|field| vec![field]).collect();
    let flat: Vec<Response> = responses
        .iter()
        .flat_map(Response::parts)
        .map(Response::Whole)
        .collect();
    let orders = [
        (&in_turn, responses),
        (&apart, responses),
        (&each, flat.as_slice()),
    ];
    let apart_by_question = stay_in_question(responses, fields);
    let found = orders
        .into_iter()
        .enumerate()
        .find(|(at, (units, responses))| fits(units, responses) && (*at < 2 || apart_by_question))
        .map(|(_, order)| order);
    let (units, responses) = found.ok_or_else(|| {
        let parts = flat.len();
        let count = fields.len();
        format!("has {parts} response parts, but the paper has {count} fields; check that the export is of this exam")
    })?;
    let pairs = units.iter().zip(responses).flat_map(|(unit, response)| {
        let mut texts = response.parts().into_iter();
        unit.iter()
            .map(move |field| (field.name.as_str(), texts.next().unwrap_or_default()))
    });
    Ok(pairs.collect())
}

/// The fields of one response.
type FieldGroup<'k> = Vec<&'k Field<'k>>;

fn by_question<'k>(fields: &'k [Field], wanted: impl Fn(&Field) -> bool) -> Vec<FieldGroup<'k>> {
    let mut units: Vec<FieldGroup> = Vec::new();
    for field in fields.iter().filter(|field| wanted(field)) {
        match units.last_mut().filter(|unit| {
            unit.first()
                .is_some_and(|first| first.question == field.question)
        }) {
            Some(unit) => unit.push(field),
            None => units.push(vec![field]),
        }
    }
    units
}

fn is_essay(field: &Field) -> bool {
    matches!(field.asked, Asked::Essay)
}

/// Whether each response stays within one question, provided that each part of a response belongs to one
/// field.
fn stay_in_question(responses: &[Response], fields: &[Field]) -> bool {
    let mut rest = fields;
    responses.iter().all(|response| {
        let (own, after) = rest.split_at(response.parts().len().min(rest.len()));
        rest = after;
        own.windows(2)
            .all(|pair| pair[0].question == pair[1].question)
    })
}

fn fits(units: &[FieldGroup], responses: &[Response]) -> bool {
    let one = |(unit, response): (&FieldGroup, &Response)| match response {
        Response::Parts(parts) => parts.len() == unit.len(),
        Response::Whole(text) => text.is_empty() || unit.len() == 1,
    };
    units.len() == responses.len() && units.iter().zip(responses).all(one)
}

impl Response {
    fn parts(&self) -> Vec<String> {
        match self {
            Self::Parts(parts) => parts.clone(),
            Self::Whole(text) => vec![text.clone()],
        }
    }
}
