//! Marks as comma-separated values.

use std::borrow::Cow;

use crate::exam::grade::{Marked, Verdict, decimal};

/// What a spreadsheet takes a cell for a formula by, if it begins with it.
const LIVE: &[char] = &['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// What has a column of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    /// Every field.
    Fields,
    /// Every question.
    Questions,
}

/// A row a student: id, name, version, a column a field or question, total, max, pending.
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

/// The names of the columns, in the order in which they first come up.
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

/// A text as a cell holds it: behind an apostrophe where a spreadsheet would run it otherwise.
pub fn guarded(text: &str) -> Cow<'_, str> {
    if is_live(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text that [`guarded`] was given.
pub fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| is_live(text)).unwrap_or(cell)
}

fn is_live(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(LIVE)
}

fn line(out: &mut String, cells: impl Iterator<Item = String>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.push(',');
        }
        let plain = !cell.contains([',', '"', '\n', '\r', ';', '\t']) && cell.trim() == cell;
        if plain {
            out.push_str(&cell);
        } else {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        }
    }
    out.push_str("\r\n");
}
