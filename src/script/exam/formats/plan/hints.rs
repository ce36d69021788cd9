//! The notation of answers, printed once per table instead of in each row or column.

use std::collections::BTreeSet;

use crate::exam::formats::labels::Labels;
use crate::exam::formats::prompt::filled;
use crate::exam::formats::tree::{Table, WorksheetRow};
use crate::run::table::{Cell, Rows, TableId};

/// The notation of columns in the step table of a reference string and in the list of frames.
const NOTATIONS: &[(&str, &str)] = &[
    ("write", "Y/N"),
    ("hit", "Y/N"),
    ("use", "frame 0 first"),
    ("modified", "frame 0 first"),
    ("kind", "anonymous, file, shared if not of a file, merged"),
    ("maps", "process:VPN in hex"),
];

/// Returns the name of a column, with the notation of its cells if the table is the step table of a reference string or the list of frames.
pub(crate) fn column_head(of: TableId, column: &str, labels: &Labels) -> String {
    let name = labels.column(of.noun(), column);
    let notation = NOTATIONS.iter().find(|(known, _)| *known == column);
    match notation.filter(|_| matches!(of, TableId::Reference | TableId::Frames)) {
        Some((_, notation)) => format!("{name} ({})", labels.localize(notation)),
        None => name,
    }
}

/// Returns the column heads of a worksheet. If all rows share a notation, the head above the boxes shows it.
/// Otherwise, the head shows only the radix of the boxes that begin with `0x`.
pub(crate) fn worksheet_heads(rows: &mut [WorksheetRow], labels: &Labels) -> [String; 2] {
    let hint = take_hint(rows, labels).map_or_else(String::new, |hint| format!(" ({hint})"));
    [
        labels.localize("Parameter").to_owned(),
        format!("{}{hint}", labels.localize("Value")),
    ]
}

fn take_hint(rows: &mut [WorksheetRow], labels: &Labels) -> Option<String> {
    let first = rows
        .first()
        .map(|row| row.how.clone())
        .filter(|how| !how.is_empty())?;
    if rows.len() > 1 && rows.iter().all(|row| row.how == first) {
        for row in rows {
            row.how.clear();
        }
        return Some(first);
    }
    let hex = labels.localize("hex");
    let mut marked: Vec<&mut WorksheetRow> = rows
        .iter_mut()
        .filter(|row| row.blank.prefix == "0x" && row.how.starts_with(hex))
        .collect();
    if marked.len() < 2 {
        return None;
    }
    for row in &mut marked {
        let digits = row.how[hex.len()..].trim_start_matches([',', ' ']).len();
        row.how.drain(..row.how.len() - digits);
    }
    Some(filled(labels, "{hex} after 0x", &[("hex", hex)]))
}

/// Adds the radix of a table's hexadecimal blanks to the name of their column, or to the title if several columns
/// have hexadecimal blanks. `hex` contains the names of these columns, and `all` is true if every column with
/// blanks is among them. If `once` is false, each column name includes the radix.
pub(crate) fn mark_hex(
    table: &mut Table,
    hex: &BTreeSet<String>,
    all: bool,
    once: bool,
    labels: &Labels,
) {
    let names: Vec<&mut String> = table
        .groups
        .iter_mut()
        .flatten()
        .filter(|name| hex.contains(*name))
        .collect();
    if names.len() < 2 || !once {
        for name in names {
            *name = format!("{name} ({})", labels.localize("hex"));
        }
        return;
    }
    mark_title(table, hex, all, labels);
}

/// Adds a note to the title of a table that all of the table's numbers, or the numbers in some columns, are
/// hexadecimal.
pub(crate) fn mark_title(table: &mut Table, hex: &BTreeSet<String>, all: bool, labels: &Labels) {
    let radix = labels.localize("hex");
    let mut names: Vec<String> = Vec::new();
    for name in table
        .groups
        .iter()
        .flatten()
        .filter(|name| hex.contains(*name))
    {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let mark = match (names.as_slice(), all) {
        ([], _) => return,
        (_, true) => radix.to_owned(),
        (names, false) => {
            let (first, last) = (
                &names[..names.len() - 1],
                &names[names.len() - 1..].concat(),
            );
            let template = if first.is_empty() {
                "{last} in {hex}"
            } else {
                "{first} and {last} in {hex}"
            };
            let values = [
                ("first", &*first.join(", ")),
                ("last", last),
                ("hex", radix),
            ];
            filled(labels, template, &values)
        }
    };
    let title = format!("{} ({mark})", table.title);
    title.trim_start().clone_into(&mut table.title);
}

/// Adds the radix to the title of a given table. The numbers 0 to 9 in other columns, such as bits, are the same
/// in hexadecimal.
pub(crate) fn mark_given(table: &mut Table, of: &Rows, labels: &Labels) {
    let cells = |at: usize| of.rows.iter().filter_map(move |row| row.get(at));
    let names = || table.groups.iter().flatten().enumerate();
    let is_hex = |at: usize| cells(at).any(|cell| matches!(cell, Cell::Hex(..)));
    let hex: BTreeSet<String> = names()
        .filter(|(at, _)| is_hex(*at))
        .map(|(_, name)| name.clone())
        .collect();
    let same = |cell: &Cell| match cell {
        Cell::Number(n) => *n < 10,
        Cell::List { .. } => false,
        Cell::Hex(..) | Cell::Text(_) | Cell::Nothing => true,
    };
    let all = names().all(|(at, _)| cells(at).all(same));
    mark_title(table, &hex, all, labels);
}
