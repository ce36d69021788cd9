//! The rows that differ between two states of a table.

use std::collections::BTreeMap;

use super::model::{Cell, Marks, Rows};

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

impl Rows {
    /// Makes the table a figure. Marks the changes since the previous figure, in the columns that both have: a table leaves
    /// out a column without values.
    pub(crate) fn mark(&mut self, before: Option<&Self>) {
        self.marks = Some(before.map_or_else(Marks::default, |before| marks(before, self)));
    }
}

fn marks(before: &Rows, after: &Rows) -> Marks {
    let columns = |table: &Rows| -> Vec<(usize, String)> {
        let groups = table.groups.iter().enumerate();
        groups
            .flat_map(|(group, names)| names.iter().map(move |name| (group, name.clone())))
            .collect()
    };
    let earlier = columns(before);
    let found: Vec<Option<usize>> = columns(after)
        .iter()
        .map(|column| earlier.iter().position(|own| own == column))
        .collect();
    let mut old = named(before);
    let mut marks = Marks::default();
    for (at, (name, row)) in names(after).enumerate() {
        let old = old.remove(&name);
        for (column, cell) in row.iter().enumerate() {
            let Some(place) = found[column].filter(|_| column != after.key()) else {
                continue;
            };
            let before = old.and_then(|old| old.get(place));
            if *cell != *before.unwrap_or(&Cell::Nothing) {
                marks.cells.insert((at, column));
            }
        }
    }
    let gone = old.into_values();
    marks.gone = gone
        .filter_map(|row| row.get(before.key()).cloned())
        .collect();
    marks
}

fn named(table: &Rows) -> BTreeMap<Name, &[Cell]> {
    names(table).collect()
}

/// Returns the rows that have a key, each with its name.
fn names(table: &Rows) -> impl Iterator<Item = (Name, &[Cell])> {
    let mut same: BTreeMap<(u64, String), usize> = BTreeMap::new();
    table.rows.iter().filter_map(move |row| {
        let key = row.get(table.key())?;
        let (number, text) = (key.number().unwrap_or(0), key.to_string());
        let again = same.entry((number, text.clone())).or_default();
        *again += 1;
        Some(((number, text, *again), &row[..]))
    })
}
