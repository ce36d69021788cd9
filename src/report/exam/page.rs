//! What is common to every format of a paper: operations, points, tables with blanks.

use crate::exam::paper::Item;
use crate::lang::value::Number;
use crate::report::doc::{Cell, Table};
use crate::report::narrate::view;
use crate::run::paper::entry::{Figure, ItemKind};
use crate::run::record::{AccessVerb, Did, ReferenceRun, Shown};

use crate::run::view::TableView;

use super::edition::Edition;

/// `8 points`
pub fn points(points: Number) -> String {
    let one = points.as_integer() == Some(1);
    format!("{points} point{}", if one { "" } else { "s" })
}

/// Whether no kernel handles the faults of what is asked.
pub fn bare(item: &Item) -> bool {
    item.hardware.as_ref().is_none_or(|hardware| hardware.kernel.is_none())
}

/// The operation that is asked of, with its address: as the script writes it where that says the same.
pub fn operation(item: &Item) -> String {
    let ItemKind::Facts { operation, .. } = &item.kind else { return String::new() };
    let access = match &*item.did {
        Did::Access(access) => access,
        Did::Reference(run) => return string(run),
        _ => return operation.clone(),
    };
    let address = Shown::field(access.va.raw(), access.spec.virtual_bits());
    let process = access.process.as_ref().map_or_else(String::new, |own| format!("{}: ", own.process.name));
    let verb = match access.verb {
        AccessVerb::Translate => "translate",
        AccessVerb::Read => "read",
        AccessVerb::Fetch => "fetch",
        // What is stored stands in the script.
        AccessVerb::Write => {
            let stored = operation.split_once('=').map_or("", |(_, stored)| stored.trim_start());
            return format!("{process}write {address} = {stored}");
        }
    };
    let size = match (access.verb, access.data.len()) {
        (AccessVerb::Read, size) if size != 1 => format!(" size {size}"),
        _ => String::new(),
    };
    format!("{process}{verb} {address}{size}")
}

/// A reference string, without what is asked of it.
fn string(run: &ReferenceRun) -> String {
    let pages: Vec<String> = run.steps.iter().map(|step| run.page(step.page).to_string()).collect();
    format!("{} ({})", pages.join(" "), run.caption)
}

/// Columns that a table to fill in has besides its first and those asked: what the answers are found from.
const FOUND_FROM: [(&str, &str); 1] = [("reference", "page")];

/// A table to fill in: its key column, what its rows are found from, and those asked.
pub fn asked_table(of: &TableView, columns: &[std::rc::Rc<str>], edition: Edition) -> Table {
    let asked = |name: &String| columns.iter().any(|column| **column == **name);
    let whole = view::table(of);
    let names: Vec<&String> = of.groups.iter().flatten().collect();
    let printed = |at: usize, name: &String| {
        let stated = |row: &(&str, &str)| of.title.starts_with(row.0) && row.1 == name;
        at == 0 || asked(name) || FOUND_FROM.iter().any(stated)
    };
    let kept: Vec<usize> = (0..names.len()).filter(|at| printed(*at, names[*at])).collect();
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
                printed(at - 1, name)
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

/// The bits of an address, from the highest: their numbers and their boxes.
pub fn bits(figure: &Figure, edition: Edition) -> Option<(String, Vec<(u32, String)>)> {
    let Figure::Bits { title, bits, value } = figure else { return None };
    let digit = |bit: u32| match edition {
        Edition::Paper => "_".to_owned(),
        Edition::Key | Edition::Solutions => (value >> bit & 1).to_string(),
    };
    Some((title.clone(), (0..*bits).rev().map(|bit| (bit, digit(bit))).collect()))
}
