//! The changes that a statement made, as tables in which each changed cell shows both values.

use crate::report::doc::{Block, Cell, Table};
use crate::report::words::counts::count;
use crate::run::changes::{Changed, Changes};
use crate::run::table;

/// Maximum number of rows shown per table.
const ROWS: usize = 40;

/// Number of columns that are always shown: for a TLB, the tag, the PPN, and the valid bit.
const ALWAYS: usize = 3;

/// Maximum number of changed columns shown.
const COLUMNS: usize = 12;

/// Returns the changes, or a sentence if nothing changed.
pub fn changes(changes: &Changes) -> Vec<Block> {
    match changes {
        Changes::Machine => vec![Block::line(
            "A new machine was declared, so nothing can be compared.",
        )],
        Changes::Tables(tables) if tables.is_empty() => vec![Block::line("Nothing has changed.")],
        Changes::Tables(tables) => tables.iter().flat_map(table).collect(),
    }
}

fn table(changed: &Changed) -> Vec<Block> {
    let shown = columns(changed);
    let mut head = vec![changed.key.clone()];
    head.extend(changed.ways.then(|| "way".to_owned()));
    let names = shown
        .iter()
        .map(|&at| changed.columns[at].clone())
        .collect();
    let rows = changed.rows.iter().take(ROWS).map(|row| {
        let mut cells = vec![Cell::from(&row.key)];
        cells.extend(changed.ways.then(|| Cell::number(row.way.to_string())));
        cells.extend(shown.iter().filter_map(|&at| row.cells.get(at)).map(both));
        cells
    });
    let table = Table {
        title: changed.title.clone(),
        groups: vec![head, names],
        rows: rows.collect(),
    };
    let mut blocks = vec![Block::Table(table)];
    if changed.rows.len() > ROWS {
        let more = count((changed.rows.len() - ROWS) as u64, "more row", "more rows");
        blocks.push(Block::faint(format!("… {more}")));
    }
    let moved = (0..changed.columns.len())
        .filter(|&at| moves(changed, at))
        .count();
    let left = moved - shown.iter().filter(|&&at| moves(changed, at)).count();
    if left > 0 {
        let more = count(left as u64, "more changed column", "more changed columns");
        blocks.push(Block::faint(format!("… {more}")));
    }
    blocks
}

/// Whether a cell in this column changed.
fn moves(changed: &Changed, column: usize) -> bool {
    changed
        .rows
        .iter()
        .filter_map(|row| row.cells.get(column))
        .any(|(old, new)| old != new)
}

/// Returns the columns to show: the changed columns, and the columns that identify the row.
fn columns(changed: &Changed) -> Vec<usize> {
    let mut left = COLUMNS;
    let mut wanted = |at: &usize| {
        let moved = moves(changed, *at);
        let shown = moved && left > 0;
        left -= usize::from(shown);
        shown || *at < ALWAYS && !is_byte(&changed.columns[*at])
    };
    (0..changed.columns.len()).filter(|at| wanted(at)).collect()
}

/// Whether a column is a byte of a row: `b0`, `b1`, and so on.
fn is_byte(column: &str) -> bool {
    column
        .strip_prefix('b')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|c| c.is_ascii_digit()))
}

/// Returns the cell's value, or both values if they differ.
fn both((old, new): &(table::Cell, table::Cell)) -> Cell {
    let mut cell = Cell::from(new);
    if old != new {
        cell.text = format!("{old}→{new}");
        cell.word |= matches!(old, table::Cell::Text(_));
    }
    cell
}
