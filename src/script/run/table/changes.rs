//! The rows that differ between two states of a table.

use std::collections::BTreeMap;

use super::model::{Cell, Rows};

/// A row that changed, or a changed way of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct RowChange {
    pub(crate) key: Cell,
    pub(crate) way: usize,
    /// Both values of each cell except the key: before and after. A missing row has no values.
    pub(crate) cells: Vec<(Cell, Cell)>,
}

/// A key and the number of earlier rows with the same key. The number in a key determines the order.
type Name = (u64, String, usize);

/// Returns the rows that differ between two tables with the same columns, in the order of their keys. Rows with the same
/// key are matched by their order.
pub fn changes(before: &Rows, after: &Rows) -> Vec<RowChange> {
    let (mut old, mut new) = (named(before), named(after));
    let mut names: Vec<Name> = old.keys().chain(new.keys()).cloned().collect();
    names.sort_unstable();
    names.dedup();
    let key = after.key();
    let ways: Vec<usize> = match &*after.groups {
        [all] => vec![all.len() - 1],
        [_, ways @ ..] => ways.iter().map(Vec::len).collect(),
        [] => Vec::new(),
    };
    let mut changes = Vec::new();
    for name in names {
        let (old, new) = (old.remove(&name), new.remove(&name));
        let Some(name) = new.or(old).and_then(|row| row.get(key)) else {
            continue;
        };
        let cell = |row: Option<&[Cell]>, at: usize| {
            let at = if at < key { at } else { at + 1 };
            row.and_then(|row| row.get(at))
                .cloned()
                .unwrap_or(Cell::Nothing)
        };
        let mut begin = 0;
        for (way, count) in ways.iter().enumerate() {
            let columns = begin..begin + count;
            begin += count;
            let cells: Vec<_> = columns.map(|at| (cell(old, at), cell(new, at))).collect();
            if old.is_none() || new.is_none() || cells.iter().any(|(old, new)| old != new) {
                changes.push(RowChange {
                    key: name.clone(),
                    way,
                    cells,
                });
            }
        }
    }
    changes
}

fn named(table: &Rows) -> BTreeMap<Name, &[Cell]> {
    let mut named = BTreeMap::new();
    for row in &table.rows {
        let Some(key) = row.get(table.key()) else {
            continue;
        };
        let (number, text) = (key.number().unwrap_or(0), key.to_string());
        let same = (number, text.clone(), 0)..=(number, text.clone(), usize::MAX);
        let again = named.range(same).count();
        named.insert((number, text, again), &row[..]);
    }
    named
}
