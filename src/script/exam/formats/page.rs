//! Functions that all paper formats share: operations, and tables with blanks.

use crate::exam::paper::PaperItem;
use crate::questions::entry::ItemKind;
use crate::report::doc::{Cell, Table};
use crate::report::narrate::replay::line;
use crate::run::record::{AccessVerb, Did, ReferenceRun, Replayed, Shown};
use crate::run::table::{self, Rows, TableId};

use super::style::Edition;
use pagewalk_engine::machine::event::{AccessKind, Privilege};

/// Whether no kernel handles the item's faults.
pub(crate) fn bare(item: &PaperItem) -> bool {
    item.hardware
        .as_ref()
        .is_none_or(|hardware| hardware.kernel.is_none())
}

/// Returns an item's operation as text. An access is in script notation with the address as a number.
pub(crate) fn operation(item: &PaperItem) -> String {
    let ItemKind::Facts { operation, .. } = &item.kind else {
        return String::new();
    };
    let access = match &*item.did {
        Did::Access(access) => access,
        Did::Reference(run) => return string(run),
        Did::Replay(run) => return format!("{}{}", operation.whole, records(run)),
        _ => return operation.whole.clone(),
    };
    let address = Shown::field(access.va.raw(), access.spec.virtual_bits());
    let mode = if access.mode == Privilege::Supervisor {
        " by supervisor"
    } else {
        ""
    };
    let process = access
        .process
        .as_ref()
        .map_or_else(String::new, |own| format!("{}: ", own.process.name));
    let verb = match access.verb {
        AccessVerb::Translate => "translate",
        AccessVerb::Read => "read",
        AccessVerb::Fetch => "fetch",
        // The stored value appears only in the script notation of the operation.
        AccessVerb::Write => {
            return format!("{process}write {address} = {}{mode}", operation.stored);
        }
    };
    let more = match (access.verb, access.data.len(), access.kind) {
        (AccessVerb::Read, size, _) if size != 1 => format!(" size {size}"),
        (AccessVerb::Translate, _, AccessKind::Write) => " for write".to_owned(),
        (AccessVerb::Translate, _, AccessKind::Execute) => " for execute".to_owned(),
        _ => String::new(),
    };
    format!("{process}{verb} {address}{more}{mode}")
}

/// Returns a reference string without its questions.
fn string(run: &ReferenceRun) -> String {
    format!("{} ({})", run.spelt().join(" "), run.caption)
}

/// Returns the records of a short trace, or an empty text for a longer trace.
pub(crate) fn records(run: &Replayed) -> String {
    let Some(whole) = run.whole().filter(|_| run.called.is_none()) else {
        return String::new();
    };
    let lines: Vec<String> = whole.iter().map(|record| line(*record)).collect();
    format!(": {}", lines.join("; "))
}

/// Columns that determine the answers in the table of a reference string. Besides its key column, the table prints the
/// first column of each of these lists that it contains.
const FOUND_FROM: [&[&str]; 2] = [&["address", "page"], &["write"]];

/// Returns the printed columns of a table to fill in: key columns, given columns, and columns to answer.
pub(crate) fn printed(of: &Rows, columns: &[std::sync::Arc<str>]) -> Vec<bool> {
    let names: Vec<&str> = of.groups.iter().flatten().map(String::as_str).collect();
    let asked = |name: &str| columns.iter().any(|column| **column == *name);
    let sources = FOUND_FROM
        .iter()
        .filter(|_| of.id == TableId::Reference)
        .filter_map(|list| list.iter().find(|column| names.contains(column)));
    let sources: Vec<&&str> = sources.collect();
    let is_printed =
        |name: &&str| names.first() == Some(name) || asked(name) || sources.contains(&name);
    names.iter().map(is_printed).collect()
}

/// Returns a table to fill in: its key column, given columns, and columns to answer.
pub(crate) fn asked_table(of: &Rows, columns: &[std::sync::Arc<str>], edition: Edition) -> Table {
    let asked = |name: &String| columns.iter().any(|column| **column == **name);
    let whole = Table::from(of);
    let names: Vec<&String> = of.groups.iter().flatten().collect();
    let printed = printed(of, columns);
    let kept: Vec<usize> = (0..names.len()).filter(|at| printed[*at]).collect();
    let cell = |at: usize, cell: &Cell| match edition {
        Edition::Paper if asked(names[at]) => Cell {
            text: "_".repeat(width(&whole, at)),
            ..cell.clone()
        },
        _ => cell.clone(),
    };
    let rows = whole.rows.iter().map(|row| {
        let cells = kept.iter().filter_map(|at| Some(cell(*at, row.get(*at)?)));
        cells.collect()
    });
    let mut at = 0;
    let groups = of.groups.iter().map(|group| {
        let own: Vec<String> = group
            .iter()
            .filter(|_| {
                at += 1;
                printed[at - 1]
            })
            .cloned()
            .collect();
        own
    });
    let groups = groups
        .filter(|group: &Vec<String>| !group.is_empty())
        .collect();
    Table {
        title: of.title.clone(),
        groups,
        rows: rows.collect(),
    }
}

/// Returns `Y` or `N` for a cell of the table of a reference string that says yes or no, as a blank for a lookup does.
pub(crate) fn yes_or_no(of: TableId, column: &str, cell: &table::Cell) -> Option<&'static str> {
    match cell {
        table::Cell::Number(n) if is_yes_no(of, column) => Some(if *n == 0 { "N" } else { "Y" }),
        _ => None,
    }
}

/// Whether the cells of a column say yes or no.
pub(crate) fn is_yes_no(of: TableId, column: &str) -> bool {
    of == TableId::Reference && matches!(column, "hit" | "write")
}

/// Returns the width of a column's widest cell, so that all blanks of the column are equally wide.
fn width(table: &Table, at: usize) -> usize {
    table
        .rows
        .iter()
        .filter_map(|row| row.get(at))
        .map(|cell| cell.text.chars().count())
        .max()
        .unwrap_or(1)
}
