//! The columns of a table in a room of some characters.

use std::borrow::Cow;
use std::collections::HashSet;

use super::doc::{Cell, Table};
use super::excerpt::visible;

/// Minimum number of rows for which a narrow table is drawn in two halves.
const TALL: usize = 12;
/// Maximum width, in characters, of two halves side by side.
const WIDE: usize = 80;

/// Minimum width of a column whose cells are wrapped.
const CELL: usize = 20;

/// Maximum number of columns that each part of a folded table repeats.
const NAMES: usize = 3;

/// A table that is divided to fit.
pub(crate) struct Fitted<'t> {
    /// The table, perhaps in two halves side by side.
    pub(crate) table: Cow<'t, Table>,
    pub(crate) columns: Vec<Column>,
    /// The columns of each part, group by group. The parts are drawn below each other.
    pub(crate) pieces: Vec<Vec<Vec<usize>>>,
}

/// Divides a table that is too long or too wide.
pub(crate) fn fitted(table: &Table, room: usize) -> Fitted<'_> {
    let table = halves(table, room).map_or(Cow::Borrowed(table), Cow::Owned);
    let columns = columns(&table);
    let pieces = folded(&table, &columns, room);
    Fitted {
        table,
        columns,
        pieces,
    }
}

/// Distributes the columns of a table over grids that have room, each with the columns that name the rows. Divides
/// between groups of columns if possible.
fn folded(table: &Table, columns: &[Column], room: usize) -> Vec<Vec<Vec<usize>>> {
    let mut next = 0;
    let groups = table.groups.iter().map(|group| {
        next += group.len();
        (next - group.len()..next).collect()
    });
    let groups: Vec<Vec<usize>> = groups.collect();
    let missing = width_of(columns, groups.len()).saturating_sub(room);
    let wraps = |column: &Column| missing + column.word.max(CELL) <= column.width;
    let names = naming(table);
    if missing == 0 || columns.len() <= names + 1 || columns.iter().any(wraps) {
        return vec![groups];
    }
    let key: Vec<Vec<usize>> = (0..names).map(|at| vec![at]).collect();
    let free = room.saturating_sub(width_of(&columns[..names], names) + 2);
    let (mut pieces, mut piece, mut used) = (Vec::new(), key.clone(), 0);
    for mut group in groups {
        group.retain(|at| *at >= names);
        let width: usize = group.iter().map(|&at| columns[at].width + 1).sum();
        let mut begins = true;
        for at in group {
            let own = columns[at].width + 1;
            let needed = if begins && width <= free { width } else { own };
            if used > 0 && used + needed > free {
                pieces.push(std::mem::replace(&mut piece, key.clone()));
                (used, begins) = (0, true);
            }
            if let Some(group) = piece.last_mut().filter(|_| !begins) {
                group.push(at);
            } else {
                piece.push(vec![at]);
                used += 2;
            }
            used += own;
            begins = false;
        }
    }
    pieces.push(piece);
    pieces
}

/// Returns the number of columns that distinguish the rows. An empty cell means the cell above it.
fn naming(table: &Table) -> usize {
    let distinguishes = |count: &usize| {
        let (mut name, mut seen) = (vec![""; *count], HashSet::new());
        table.rows.iter().all(|row| {
            for (name, cell) in name.iter_mut().zip(row) {
                if !cell.text.is_empty() {
                    *name = &cell.text;
                }
            }
            seen.insert(name.clone())
        })
    };
    (1..=NAMES).find(distinguishes).unwrap_or(1)
}

fn columns(table: &Table) -> Vec<Column> {
    let names = table.groups.iter().flatten().enumerate();
    names
        .map(|(at, name)| Column::measure(table, at, name))
        .collect()
}

/// Returns the width of columns in this number of groups.
pub(crate) fn width_of(columns: &[Column], groups: usize) -> usize {
    let cells: usize = columns.iter().map(|column| column.width + 1).sum();
    (cells + 2 * groups).saturating_sub(3)
}

/// Splits a tall, narrow table of numbers into two halves side by side, as textbooks print page tables.
fn halves(table: &Table, room: usize) -> Option<Table> {
    // A paper's layout may already have split the table.
    if is_split(&table.groups) {
        return None;
    }
    let columns = columns(table);
    let narrow = 2 * (width_of(&columns, table.groups.len()) + 3) <= WIDE.min(room);
    let words = table.rows.iter().flatten().any(|cell| cell.word);
    if table.rows.len() < TALL || words || !narrow {
        return None;
    }
    let (left, right) = table.rows.split_at(table.rows.len().div_ceil(2));
    let nothing = vec![Cell::number(""); columns.len()];
    let right = right.iter().chain(std::iter::repeat(&nothing));
    let rows = left
        .iter()
        .zip(right)
        .map(|(left, right)| [left.as_slice(), right].concat())
        .collect();
    Some(Table {
        title: table.title.clone(),
        groups: [table.groups.as_slice(), &table.groups].concat(),
        rows,
    })
}

/// Whether the columns occur twice, each time beginning with the column that names the rows.
fn is_split(groups: &[Vec<String>]) -> bool {
    let (left, right) = groups.split_at(groups.len() / 2);
    !left.is_empty() && left == right
}

/// The format of a column. Widths are in characters.
#[derive(Clone, Copy)]
pub(crate) struct Column {
    pub(crate) width: usize,
    /// The width of the longest word.
    pub(crate) word: usize,
    /// Whether the cells contain words, which are left-aligned.
    pub(crate) words: bool,
}

impl Column {
    fn measure(table: &Table, at: usize, name: &str) -> Self {
        let cells = || table.rows.iter().filter_map(|row| row.get(at));
        let width = |text: &str| text.chars().count();
        let widest = cells().map(|cell: &Cell| width(&visible(&cell.text))).max();
        let words = cells().flat_map(|cell| cell.text.split_whitespace());
        Self {
            width: widest.unwrap_or(0).max(width(name)),
            word: words.map(width).max().unwrap_or(0).max(width(name)),
            words: cells().any(|cell| cell.word),
        }
    }

    /// Aligns the text of a cell.
    pub(crate) fn fit(&self, text: &str) -> String {
        let wide = self.width;
        if self.words {
            format!("{text:wide$}")
        } else {
            format!("{text:>wide$}")
        }
    }
}
