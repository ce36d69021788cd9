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
    let ways = ways(after);
    let mut changes = Vec::new();
    for name in names {
        let (old, new) = (old.remove(&name), new.remove(&name));
        let Some(name) = new.or(old).and_then(|row| row.get(key)) else {
            continue;
        };
        let cell = |row: Option<&[Cell]>, at: usize| {
            row.and_then(|row| row.get(beside(key, at)))
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

/// Returns the number of columns of each way, without the key.
fn ways(table: &Rows) -> Vec<usize> {
    match &*table.groups {
        [all] => vec![all.len() - 1],
        [_, ways @ ..] => ways.iter().map(Vec::len).collect(),
        [] => Vec::new(),
    }
}

/// Returns the group and the name of each column.
fn columns(table: &Rows) -> impl Iterator<Item = (usize, &String)> {
    let groups = table.groups.iter().enumerate();
    groups.flat_map(|(group, names)| names.iter().map(move |name| (group, name)))
}

/// Returns the column of the cell with this index among the cells other than the key.
fn beside(key: usize, at: usize) -> usize {
    if at < key { at } else { at + 1 }
}

impl Rows {
    /// Makes the table a figure. Marks the changes since the previous figure.
    pub(crate) fn mark(&mut self, before: Option<&Self>) {
        let mut marks = Marks::default();
        let key = self.key();
        let ways = ways(self);
        let before = before.map(|before| before.with_columns_of(self));
        for change in before.map_or_else(Vec::new, |before| changes(&before, self)) {
            let begin: usize = ways[..change.way].iter().sum();
            let columns: Vec<usize> = (begin..)
                .map(|at| beside(key, at))
                .take(change.cells.len())
                .collect();
            let is_now = |row: &[Cell]| {
                let cells = change.cells.iter().map(|(_, new)| Some(new));
                row.get(key) == Some(&change.key) && columns.iter().map(|at| row.get(*at)).eq(cells)
            };
            match self.rows.iter().position(|row| is_now(row)) {
                Some(row) => {
                    let differs = |((old, new), _): &(&(Cell, Cell), &usize)| old != new;
                    let cells = change.cells.iter().zip(&columns).filter(differs);
                    marks.cells.extend(cells.map(|(_, at)| (row, *at)));
                }
                None if !marks.gone.contains(&change.key) => marks.gone.push(change.key),
                None => {}
            }
        }
        self.marks = Some(marks);
    }

    /// Returns the rows with the columns of another state of the table, which may have a column that this one leaves
    /// out because it has no values.
    fn with_columns_of(&self, other: &Self) -> Self {
        let own: Vec<(usize, &String)> = columns(self).collect();
        let found: Vec<Option<usize>> = columns(other)
            .map(|column| own.iter().position(|own| *own == column))
            .collect();
        let cell = |row: &[Cell], at: &Option<usize>| {
            at.and_then(|at| row.get(at))
                .map_or(Cell::Nothing, Cell::clone)
        };
        let row = |row: &Vec<Cell>| found.iter().map(|at| cell(row, at)).collect();
        Self {
            groups: other.groups.clone(),
            rows: self.rows.iter().map(row).collect(),
            ..self.clone()
        }
    }
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
