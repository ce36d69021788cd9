//! Answer tables with one row per student.

use std::sync::Arc;

use super::records::{Cells, Record, RecordTable};
use super::responses::Response;
use pagewalk_script::exam::roster::{FIRST, Flaw, LAST, NAMES, plain};

/// Columns that identify a student, most preferred first. A comparison of column names considers only letters and
/// digits.
const IDS: &[&str] = &[
    "id",
    "studentid",
    "sid",
    "studentnumber",
    "matriculation",
    "matriculationnumber",
    "idnumber",
    "sisuserid",
    "userid",
    "username",
    "uid",
    "netid",
    "emailaddress",
    "email",
];
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
];
/// The suffix of columns that contain manually assigned points.
const POINTS: &str = " points";

/// A student's answers, before the paper is known.
#[derive(Debug, Clone, Default)]
pub(crate) struct StudentRow {
    /// The row's first line.
    pub(crate) line: u64,
    pub(crate) id: String,
    pub(crate) name: String,
    /// The paper's seed as it was written.
    pub(crate) seed: Option<String>,
    /// The version code.
    pub(crate) version: Option<String>,
    /// The answers by column name, which is the name of a field or a learning platform's name for a field.
    pub(crate) answers: Cells,
    /// Manually assigned points, by column name.
    pub(crate) points: Vec<(String, String)>,
    /// Answers that are identified only by their order.
    pub(crate) responses: Vec<Response>,
}

#[derive(Debug, Default)]
pub(crate) struct StudentRows {
    /// The rows in which no errors have been found.
    pub(crate) rows: Vec<StudentRow>,
    /// The errors in invalid rows.
    pub(crate) flaws: Vec<Flaw>,
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
    /// Creates a row with the ID and the name from a record.
    pub(crate) fn identified_by(record: &Record) -> Self {
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
        let ids = IDS.iter().filter_map(|id| record.text(&[id]));
        let id = ids
            .into_iter()
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
    if !table
        .header
        .iter()
        .any(|own| IDS.contains(&plain(own).as_str()))
    {
        return Err(Flaw::new(
            1,
            "has no column that identifies the students; name this column `id`",
        ));
    }
    let mut rows = StudentRows {
        flaws: table.flaws,
        ..StudentRows::default()
    };
    for record in table.rows {
        rows.rows.push(student_row(&record, named));
    }
    Ok(rows)
}

fn student_row(record: &Record, named: &ColumnNames) -> StudentRow {
    let mut row = StudentRow::identified_by(record);
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
        } else if let Some(field) = column.strip_suffix(POINTS) {
            let points = text().map(|points| (field.trim().to_owned(), points));
            row.points.extend(points);
        } else if ![IDS, NAMES, FIRST, LAST, BESIDE]
            .iter()
            .any(|known| known.contains(&own.as_str()))
        {
            answers.push((Arc::clone(column), given));
        }
    }
    row.answers = answers.into_iter().collect();
    row
}
