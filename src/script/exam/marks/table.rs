//! Marks as comma-separated values.

use crate::exam::grade::{Marked, Verdict, decimal};
use crate::exam::sheet::{guarded, quoted};

/// The columns of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    /// Every field.
    Fields,
    /// Every question.
    Questions,
}

/// Returns one row per student: ID, name, version, a column per field or question, total, maximum, and
/// pending points.
pub fn marks(all: &[Marked], columns: Columns) -> String {
    let names = names(all, columns);
    let mut out = String::new();
    let first = ["id", "name", "version"].into_iter().map(str::to_owned);
    let last = ["total", "max", "pending"].into_iter().map(str::to_owned);
    line(&mut out, first.chain(names.iter().cloned()).chain(last));
    for marked in all {
        let own = [&marked.id, &marked.name, &marked.version].map(|text| guarded(text).into_owned());
        let each = names.iter().enumerate().map(|(at, name)| match columns {
            Columns::Questions => decimal(marked.question(at).0),
            Columns::Fields => {
                let mark = marked.marks.iter().find(|mark| mark.field == *name);
                let counted = mark.filter(|mark| mark.verdict != Verdict::Pending);
                counted.map_or_else(String::new, |mark| decimal(mark.points))
            }
        });
        let sums = [marked.total, marked.of, marked.pending()].map(decimal);
        line(&mut out, own.into_iter().chain(each).chain(sums));
    }
    out
}

/// Returns the names of the columns, in order of first appearance.
fn names(all: &[Marked], columns: Columns) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    match columns {
        Columns::Questions => {
            let last = all.iter().flat_map(|marked| &marked.marks).map(|mark| mark.question + 1).max();
            names.extend((1..=last.unwrap_or(0)).map(|question| question.to_string()));
        }
        Columns::Fields => {
            let mut seen = std::collections::BTreeSet::new();
            for mark in all.iter().flat_map(|marked| &marked.marks) {
                if seen.insert(&mark.field) {
                    names.push(mark.field.clone());
                }
            }
        }
    }
    names
}

/// Adds a line of formatted cells.
fn line(out: &mut String, cells: impl Iterator<Item = String>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(&quoted(&cell));
    }
    out.push_str("\r\n");
}
