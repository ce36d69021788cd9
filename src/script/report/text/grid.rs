//! Tables as in the textbook, with a header, a bar between groups of columns, and right-aligned numbers.

use std::collections::HashSet;

use super::theme::{Ink, Theme, line, padded, width, wrapped};
use crate::report::broken::broken;
use crate::report::doc::{Cell, Table};
use crate::report::excerpt::visible;

/// Minimum number of rows for which a narrow table is drawn in two halves.
const TALL: usize = 12;
/// Maximum width, in characters, of two halves side by side.
const WIDE: usize = 80;

/// Maximum number of columns that each part of a folded table repeats.
const NAMES: usize = 3;

/// Draws a table. Folds a table that is wider than the terminal.
pub fn draw(text: &mut String, table: &Table, theme: Theme) {
    if !table.title.is_empty() {
        wrapped(text, 2, Ink::Strong, &visible(&table.title), theme);
    }
    let room = theme.columns() - 2;
    let halves = halves(table, room);
    let table = halves.as_ref().unwrap_or(table);
    let columns = columns(table);
    for groups in folded(table, &columns, room) {
        grid(text, table, &columns, &groups, theme);
    }
    if table.rows.is_empty() {
        line(text, 2, &theme.paint(Ink::Faint, "(nothing)"));
    }
}

/// Draws groups of a table's columns, and wraps the cells of the widest column if there is too little room.
fn grid(text: &mut String, table: &Table, all: &[Column], groups: &[Vec<usize>], theme: Theme) {
    let shown: Vec<usize> = groups.concat();
    let mut columns: Vec<Column> = shown.iter().map(|&at| all[at]).collect();
    let missing = (width_of(&columns, groups.len()) + 2).saturating_sub(theme.columns());
    if let Some(widest) = columns.iter_mut().max_by_key(|column| column.width) {
        widest.width -= missing.min(widest.width.saturating_sub(widest.word));
    }
    let names: Vec<&String> = table.groups.iter().flatten().collect();
    let header = shown.iter().zip(&columns).map(|(&at, column)| {
        let name = column.fit(&visible(names[at]));
        theme.paint(Ink::Faint, &name)
    });
    line(
        text,
        2,
        &grouped(groups, &header.collect::<Vec<_>>(), " ", " │ "),
    );
    let strokes: Vec<String> = columns
        .iter()
        .map(|column| "─".repeat(column.width))
        .collect();
    line(text, 2, &grouped(groups, &strokes, "─", "─┼─"));
    for row in &table.rows {
        let cells = shown.iter().zip(&columns).map(|(&at, column)| {
            let text = row.get(at).map_or("", |cell| &cell.text);
            broken(&visible(text), column.width, 0)
        });
        let cells: Vec<String> = cells.collect();
        let height = cells.iter().map(|cell| cell.lines().count()).max();
        for at in 0..height.unwrap_or(0).max(1) {
            let cells = cells.iter().zip(&columns);
            let cells: Vec<String> = cells
                .map(|(cell, column)| column.fit(cell.lines().nth(at).unwrap_or_default()))
                .collect();
            line(text, 2, &grouped(groups, &cells, " ", " │ "));
        }
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
    let names = naming(table);
    if width_of(columns, groups.len()) <= room || columns.len() <= names + 1 {
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
            match piece.last_mut().filter(|_| !begins) {
                Some(group) => group.push(at),
                None => {
                    piece.push(vec![at]);
                    used += 2;
                }
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
fn width_of(columns: &[Column], groups: usize) -> usize {
    let cells: usize = columns.iter().map(|column| column.width + 1).sum();
    (cells + 2 * groups).saturating_sub(3)
}

/// Splits a tall, narrow table of numbers into two halves side by side, as textbooks print page
/// tables.
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

/// The format of a column.
#[derive(Clone, Copy)]
struct Column {
    width: usize,
    /// The width of the longest word.
    word: usize,
    words: bool,
}

impl Column {
    fn measure(table: &Table, at: usize, name: &str) -> Self {
        let cells = || table.rows.iter().filter_map(|row| row.get(at));
        let widest = cells()
            .map(|cell: &Cell| width(&visible(&cell.text)))
            .max()
            .unwrap_or(0);
        let words = cells().flat_map(|cell| cell.text.split_whitespace());
        Self {
            width: widest.max(width(name)),
            word: words.map(width).max().unwrap_or(0).max(width(name)),
            words: cells().any(|cell| cell.word),
        }
    }

    fn fit(&self, text: &str) -> String {
        let fill = self.width.saturating_sub(width(text));
        if self.words {
            padded(text, self.width)
        } else {
            format!("{:fill$}{text}", "")
        }
    }
}

/// Joins cells with a bar between groups.
fn grouped(groups: &[Vec<usize>], cells: &[String], space: &str, bar: &str) -> String {
    let mut rest = cells;
    let mut joined = Vec::new();
    for group in groups {
        let (these, others) = rest.split_at(group.len());
        joined.push(these.join(space));
        rest = others;
    }
    joined.join(bar)
}
