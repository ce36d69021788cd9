//! Marks as comma-separated values.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::exam::grade::{Mark, Marked, Verdict, decimal};
use crate::exam::sheet::{guarded, quoted};

/// The columns of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    /// Every field.
    Fields,
    /// Every question.
    Questions,
}

/// A student's row of the table, without the student's marks.
#[derive(Debug, Clone)]
pub struct TableRow {
    /// The line of the file on which the student's sheet begins.
    pub line: u64,
    /// The names of the columns with points. The rows of a paper share the names.
    names: Arc<[String]>,
    /// The ID, the name, and the version as cells.
    begin: Box<str>,
    /// The points, in the order of the names, with a comma before each.
    points: Box<str>,
    /// The total, the maximum, and the pending points as cells.
    end: Box<str>,
}

impl TableRow {
    /// Creates the row of a student. `before` is the row of another student, if any.
    pub fn new(marked: &Marked, columns: Columns, before: Option<&Self>) -> Self {
        let (names, points): (Vec<String>, Vec<String>) = match columns {
            Columns::Questions => {
                let questions = marked
                    .marks
                    .iter()
                    .map(|mark| mark.question + 1)
                    .max()
                    .unwrap_or(0);
                let points = |question| {
                    (
                        format!("{}", question + 1),
                        decimal(marked.question(question).0),
                    )
                };
                (0..questions).map(points).unzip()
            }
            Columns::Fields => {
                let points = |mark: &Mark| match mark.verdict {
                    Verdict::Pending => String::new(),
                    _ => decimal(mark.points),
                };
                marked
                    .marks
                    .iter()
                    .map(|mark| (mark.field.clone(), points(mark)))
                    .unzip()
            }
        };
        let same = before.filter(|before| before.names[..] == names);
        Self {
            line: marked.line,
            names: same.map_or_else(|| names.into(), |before| Arc::clone(&before.names)),
            begin: cells(
                [&marked.id, &marked.name, &marked.version].map(|text| guarded(text).into_owned()),
            ),
            points: points
                .iter()
                .flat_map(|points| [",", points])
                .collect::<String>()
                .into(),
            end: cells([marked.total, marked.of, marked.pending()].map(decimal)),
        }
    }
}

/// Returns one row per student: ID, name, version, a column per field or question, total, maximum, and
/// pending points.
pub fn marks(all: &[TableRow], columns: Columns) -> String {
    let names = names(all, columns);
    let header = ["id", "name", "version"]
        .into_iter()
        .chain(names.iter().map(String::as_str));
    let mut out = cells(header.chain(["total", "max", "pending"]).map(str::to_owned)).into_string();
    out.push_str("\r\n");
    // The points for a question or field that the student's paper does not have.
    let missing = if columns == Columns::Questions {
        "0"
    } else {
        ""
    };
    for row in all {
        out.push_str(&row.begin);
        if row.names[..] == names {
            out.push_str(&row.points);
        } else {
            let points = row.points.split(',').skip(1);
            let points: BTreeMap<&str, &str> =
                row.names.iter().map(String::as_str).zip(points).collect();
            for name in &names {
                out.push(',');
                out.push_str(points.get(name.as_str()).copied().unwrap_or(missing));
            }
        }
        out.push(',');
        out.push_str(&row.end);
        out.push_str("\r\n");
    }
    out
}

/// Returns the names of the columns: questions in order, and fields in order of first appearance.
fn names(all: &[TableRow], columns: Columns) -> Vec<String> {
    if columns == Columns::Questions {
        return all
            .iter()
            .map(|row| &row.names)
            .max_by_key(|names| names.len())
            .map_or_else(Vec::new, |names| names.to_vec());
    }
    let (mut names, mut seen): (Vec<String>, BTreeSet<&str>) = Default::default();
    for row in all
        .chunk_by(|one, next| Arc::ptr_eq(&one.names, &next.names))
        .filter_map(<[TableRow]>::first)
    {
        names.extend(row.names.iter().filter(|name| seen.insert(name)).cloned());
    }
    names
}

/// Formats cells.
fn cells(cells: impl IntoIterator<Item = String>) -> Box<str> {
    let mut out = String::new();
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(&quoted(&cell));
    }
    out.into()
}
