//! Long page tables, in which a row represents a run of entries.

use crate::report::doc::{Block, Cell, Table};
use crate::run::record::View;
use crate::run::table::{self, Rows};

use super::view;

/// Maximum number of rows of a table that prints each row.
const LONG: usize = 64;

/// Returns the blocks of a shown view. A long page table prints runs of entries; papers and JSON have every entry.
pub(crate) fn shown(view: &View) -> Vec<Block> {
    match view {
        View::Table(table) => table_of_runs(table)
            .map_or_else(|| view::blocks(view), |table| vec![Block::Table(table)]),
        _ => view::blocks(view),
    }
}

/// Returns a page table whose rows are runs, or `None` for a short table or a table of something else.
fn table_of_runs(of: &Rows) -> Option<Table> {
    let columns = of.groups.first()?;
    if !of.groups.iter().all(|group| group == columns) || columns.first()? != "vpn" {
        return None;
    }
    // The groups of a long table continue each other.
    let part = |at: usize| {
        of.rows
            .iter()
            .filter_map(move |row| row.chunks(columns.len()).nth(at))
    };
    let entries: Vec<&[table::Cell]> = (0..of.groups.len()).flat_map(part).collect();
    let entries: Vec<_> = entries
        .into_iter()
        .filter(|row| row.first() != Some(&table::Cell::Nothing))
        .collect();
    if entries.len() <= LONG {
        return None;
    }
    let mut runs: Vec<[&[table::Cell]; 2]> = Vec::new();
    for entry in entries {
        match runs.last_mut() {
            Some([_, last]) if follows(last, entry) => *last = entry,
            _ => runs.push([entry, entry]),
        }
    }
    let row = |[first, last]: &[&[table::Cell]; 2]| {
        first
            .iter()
            .zip(*last)
            .map(|(first, last)| cell(first, last))
            .collect()
    };
    Some(Table {
        title: of.title.clone(),
        groups: vec![columns.clone()],
        rows: runs.iter().map(row).collect(),
    })
}

/// Whether an entry maps the next page to the next frame with the same bits.
fn follows(last: &[table::Cell], entry: &[table::Cell]) -> bool {
    let next = |(last, own): (&table::Cell, &table::Cell)| match (last, own) {
        (table::Cell::Hex(last, _), table::Cell::Hex(own, _)) => last.checked_add(1) == Some(*own),
        (last, own) => last == own,
    };
    last.len() == entry.len() && last.iter().zip(entry).all(next)
}

fn cell(first: &table::Cell, last: &table::Cell) -> Cell {
    let mut cell = Cell::from(first);
    if first != last {
        cell.text = format!("{first}–{last}");
    }
    cell
}
