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
    /// Makes the table a figure. Marks the changes since the previous figure, in the columns that both have: a table leaves
    /// out a column without values.
    pub(crate) fn mark(&mut self, before: Option<&Self>) {
        let mut marks = Marks::default();
        if let Some(before) = before {
            let own: Vec<(usize, &String)> = columns(before).collect();
            let found: Vec<Option<usize>> = columns(self)
                .map(|column| own.iter().position(|own| *own == column))
                .collect();
            let before = before.with_columns(&self.groups, &found);
            let key = self.key();
            let ways = ways(self);
            for change in changes(&before, self) {
                let begin: usize = ways[..change.way].iter().sum();
                let places = (begin..).map(|at| beside(key, at));
                let cells: Vec<_> = places.zip(&change.cells).collect();
                let is_now = |row: &Vec<Cell>| {
                    row.get(key) == Some(&change.key)
                        && cells.iter().all(|(at, (_, new))| row.get(*at) == Some(new))
                };
                match self.rows.iter().position(is_now) {
                    Some(row) => marks.cells.extend(
                        cells
                            .iter()
                            .filter(|(at, (old, new))| old != new && found[*at].is_some())
                            .map(|(at, _)| (row, *at)),
                    ),
                    None if !marks.gone.contains(&change.key) => marks.gone.push(change.key),
                    None => {}
                }
            }
        }
        self.marks = Some(marks);
    }

    /// Returns the rows with other columns, each of which is one of these columns or new.
    fn with_columns(&self, groups: &[Vec<String>], found: &[Option<usize>]) -> Self {
        let cell = |row: &[Cell], at: &Option<usize>| {
            at.and_then(|at| row.get(at))
                .map_or(Cell::Nothing, Cell::clone)
        };
        let row = |row: &Vec<Cell>| found.iter().map(|at| cell(row, at)).collect();
        Self {
            groups: groups.to_vec(),
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
