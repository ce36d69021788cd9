//! A row a student: our own tables of answers.

use super::columns::{BESIDE, FIRST, IDS, LAST, NAMES};
use super::records::{Flaw, Record, RecordTable, plain};
use super::responses::Response;
use pagewalk_script::exam::grade::Given;

/// What a student handed in, before it is known which paper it is of.
#[derive(Debug, Clone, Default)]
pub(crate) struct StudentRow {
    /// The line that it begins in.
    pub(crate) line: u64,
    /// Who it is.
    pub(crate) id: String,
    /// Their name.
    pub(crate) name: String,
    /// The seed of their paper, as it is written.
    pub(crate) seed: Option<String>,
    /// The code of its version.
    pub(crate) version: Option<String>,
    /// What they wrote, by the names of columns: those of fields, or what a learning platform calls them.
    pub(crate) answers: Vec<(String, Given)>,
    /// Points that somebody gave by hand, in the same way.
    pub(crate) points: Vec<(String, String)>,
    /// What they wrote where only the order tells what it answers.
    pub(crate) responses: Vec<Response>,
}

/// Rows, and what is wrong with others.
#[derive(Debug, Default)]
pub(crate) struct StudentRows {
    /// Those that can be marked as far as is known.
    pub(crate) rows: Vec<StudentRow>,
    /// What is wrong with others.
    pub(crate) flaws: Vec<Flaw>,
}

/// Which columns say what a row is of, where somebody says so.
#[derive(Debug, Clone, Default)]
pub(crate) struct ColumnNames {
    /// That of the seed.
    pub(crate) seed: Option<String>,
    /// That of the version's code.
    pub(crate) version: Option<String>,
}

/// The name of the column of points given by hand.
const POINTS: &str = " points";

impl StudentRow {
    /// Who a record is of.
    pub(crate) fn identified_by(record: &Record) -> Self {
        let name = record.text(NAMES).filter(|name| !name.is_empty()).unwrap_or_else(|| {
            let parts = [record.text(FIRST), record.text(LAST)].into_iter().flatten();
            parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
        });
        let ids = IDS.iter().filter_map(|id| record.text(&[id]));
        let id = ids.into_iter().find(|id| !id.is_empty()).unwrap_or_default();
        Self { line: record.line, id, name, ..Self::default() }
    }
}

/// The rows of a table of our own.
///
/// # Errors
/// If no column identifies the students, or one that is named is not there.
pub(crate) fn student_rows(table: RecordTable, named: &ColumnNames) -> Result<StudentRows, Flaw> {
    let has = |name: &str| table.header.iter().any(|own| own == name);
    for wanted in [&named.seed, &named.version].into_iter().flatten() {
        if !has(wanted) {
            let near =
                pagewalk_script::lang::nearest::nearest(wanted, table.header.iter().map(String::as_str));
            let help = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return Err(Flaw::new(1, format!("has no column `{wanted}`{help}")));
        }
    }
    if !table.header.iter().any(|own| IDS.contains(&plain(own).as_str())) {
        return Err(Flaw::new(1, "has no column that identifies the students: one must be called `id`"));
    }
    let mut rows = StudentRows { rows: Vec::new(), flaws: table.flaws };
    for record in table.rows {
        rows.rows.push(student_row(record, named));
    }
    Ok(rows)
}

fn student_row(record: Record, named: &ColumnNames) -> StudentRow {
    let mut row = StudentRow::identified_by(&record);
    for (column, given) in record.cells {
        let own = plain(&column);
        let is = |wanted: &Option<String>, usual: &str| {
            wanted.as_ref().map_or(own == usual, |name| *name == column)
        };
        let text = || Some(given.text().trim().to_owned()).filter(|text| !text.is_empty());
        if is(&named.seed, "seed") {
            row.seed = text();
        } else if is(&named.version, "version") {
            row.version = text();
        } else if let Some(field) = column.strip_suffix(POINTS) {
            let points = text().map(|points| (field.trim().to_owned(), points));
            row.points.extend(points);
        } else if ![IDS, NAMES, FIRST, LAST, BESIDE].iter().any(|known| known.contains(&own.as_str())) {
            row.answers.push((column, given));
        }
    }
    row
}
