//! What is common to every format of a paper: operations, tables with blanks.

use crate::exam::paper::Item;
use crate::report::doc::{Cell, Table};
use crate::report::narrate::view;
use crate::run::paper::entry::ItemKind;
use crate::run::record::{AccessVerb, Did, Shown};

use crate::run::view::TableView;

use super::edition::Edition;

/// Whether no kernel handles the faults of what is asked.
pub fn bare(item: &Item) -> bool {
    item.hardware.as_ref().is_none_or(|hardware| hardware.kernel.is_none())
}

/// The operation that is asked of, with its address: as the script writes it where that says the same.
pub fn operation(item: &Item) -> String {
    let ItemKind::Facts { operation, .. } = &item.kind else { return String::new() };
    let Did::Access(access) = &*item.did else { return operation.clone() };
    let address = Shown::field(access.va.raw(), access.spec.virtual_bits());
    let process = access.process.as_ref().map_or_else(String::new, |own| format!("{}: ", own.process.name));
    let verb = match access.verb {
        AccessVerb::Translate => "translate",
        AccessVerb::Read => "read",
        AccessVerb::Fetch => "fetch",
        // What is stored stands in the script.
        AccessVerb::Write => return operation.clone(),
    };
    let size = match (access.verb, access.data.len()) {
        (AccessVerb::Read, size) if size != 1 => format!(" size {size}"),
        _ => String::new(),
    };
    format!("{process}{verb} {address}{size}")
}

/// A table to fill in: its key column and those asked.
pub fn asked_table(of: &TableView, columns: &[std::rc::Rc<str>], edition: Edition) -> Table {
    let asked = |name: &String| columns.iter().any(|column| **column == **name);
    let whole = view::table(of);
    let names: Vec<&String> = of.groups.iter().flatten().collect();
    let kept: Vec<usize> = (0..names.len()).filter(|at| *at == 0 || asked(names[*at])).collect();
    let cell = |at: usize, cell: &Cell| match edition {
        Edition::Paper if asked(names[at]) => Cell { text: "_".repeat(width(&whole, at)), word: cell.word },
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
            .filter(|name| {
                at += 1;
                at == 1 || asked(name)
            })
            .cloned()
            .collect();
        own
    });
    let groups = groups.filter(|group: &Vec<String>| !group.is_empty()).collect();
    Table { title: of.title.clone(), groups, rows: rows.collect() }
}

/// The widest cell of a column, so that every blank of it is as wide.
fn width(table: &Table, at: usize) -> usize {
    table.rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.text.chars().count()).max().unwrap_or(1)
}
