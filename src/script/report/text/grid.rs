//! Tables as in the textbook, with a header, a bar between groups of columns, and right-aligned numbers.

use std::borrow::Cow;
use std::collections::HashSet;

use super::theme::{Ink, Theme, line, padded, width, wrapped};
use crate::report::broken::broken;
use crate::report::doc::{Cell, Table};
use crate::report::excerpt::visible;

/// Minimum number of rows for which a narrow table is drawn in two halves.
const TALL: usize = 12;
/// Maximum width, in characters, of two halves side by side.
const WIDE: usize = 80;

/// Minimum width of a column whose cells are wrapped.
const CELL: usize = 20;

/// Maximum number of columns that each part of a folded table repeats.
const NAMES: usize = 3;

/// Draws a table. Folds a table that is wider than the terminal.
pub fn draw(text: &mut String, table: &Table, theme: Theme) {
    if !table.title.is_empty() {
        wrapped(text, 2, Ink::Strong, &visible(&table.title), theme);
    }
    let room = theme.columns() - 2;
    let halves = halves(table, room);
    for piece in folded(halves.as_ref().unwrap_or(table), room) {
        grid(text, &piece, room, theme);
    }
    if table.rows.is_empty() {
        line(text, 2, &theme.paint(Ink::Faint, "(nothing)"));
    }
}

/// Draws the columns of a table, and wraps the cells of the widest column if there is too little room.
fn grid(text: &mut String, table: &Table, room: usize, theme: Theme) {
    let mut columns = columns(table);
    let missing = width_of(&table.groups, &columns).saturating_sub(room);
    if let Some(widest) = columns.iter_mut().max_by_key(|column| column.width) {
        widest.width -= missing.min(widest.width.saturating_sub(widest.word));
    }
    let names = table.groups.iter().flatten();
    let header = names
        .zip(&columns)
        .map(|(name, column)| column.fit(&visible(name)));
    let header: Vec<String> = header.map(|name| theme.paint(Ink::Faint, &name)).collect();
    line(text, 2, &grouped(table, &header, " ", " │ "));
    let strokes: Vec<String> = columns
        .iter()
        .map(|column| "─".repeat(column.width))
        .collect();
    line(text, 2, &grouped(table, &strokes, "─", "─┼─"));
    for row in &table.rows {
        let cells = row.iter().zip(&columns);
        let cells: Vec<String> = cells
            .map(|(cell, column)| broken(&visible(&cell.text), column.width, 0))
            .collect();
        let height = cells.iter().map(|cell| cell.lines().count()).max();
        for at in 0..height.unwrap_or(0).max(1) {
            let cells = cells.iter().zip(&columns);
            let cells: Vec<String> = cells
                .map(|(cell, column)| column.fit(cell.lines().nth(at).unwrap_or_default()))
                .collect();
            line(text, 2, &grouped(table, &cells, " ", " │ "));
        }
    }
}

/// Distributes the columns of a table over tables that have room, each with the columns that name the rows. Divides
/// between groups of columns if possible.
fn folded(table: &Table, room: usize) -> Vec<Cow<'_, Table>> {
    let columns = columns(table);
    let missing = width_of(&table.groups, &columns).saturating_sub(room);
    let names = naming(table);
    let wraps = |column: &Column| missing + column.word.max(CELL) <= column.width;
    if missing == 0 || columns.len() <= names + 1 || columns.iter().any(wraps) {
        return vec![Cow::Borrowed(table)];
    }
    let fits = |piece: &[Vec<usize>]| {
        let shown: Vec<Column> = piece.iter().flatten().map(|&at| columns[at]).collect();
        width_of(piece, &shown) <= room
    };
    let key: Vec<Vec<usize>> = (0..names).map(|at| vec![at]).collect();
    let with_key = |group: &[usize]| [key.as_slice(), &[group.to_vec()]].concat();
    let mut pieces = vec![key.clone()];
    let mut next = 0;
    for group in &table.groups {
        let own: Vec<usize> = (next..next + group.len())
            .filter(|&at| at >= names)
            .collect();
        next += group.len();
        let whole = fits(&with_key(&own));
        for (number, part) in own
            .chunks(if whole { own.len().max(1) } else { 1 })
            .enumerate()
        {
            let mut longer = pieces.pop().unwrap_or_default();
            let before = longer.clone();
            match longer
                .last_mut()
                .filter(|_| number > 0 && before.len() > names)
            {
                Some(last) => last.extend(part),
                None => longer.push(part.to_vec()),
            }
            if fits(&longer) {
                pieces.push(longer);
            } else {
                pieces.extend([before, with_key(part)]);
            }
        }
    }
    // The first column after the names may be too wide.
    pieces.retain(|piece| piece.len() > names);
    pieces
        .iter()
        .map(|piece| Cow::Owned(part(table, piece)))
        .collect()
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

/// Returns groups of columns of a table.
fn part(table: &Table, groups: &[Vec<usize>]) -> Table {
    let names: Vec<&String> = table.groups.iter().flatten().collect();
    let named = |group: &Vec<usize>| group.iter().map(|&at| names[at].clone()).collect();
    let cells = |row: &Vec<Cell>| {
        let cells = groups.iter().flatten().map(|&at| row.get(at).cloned());
        cells
            .map(|cell| cell.unwrap_or_else(|| Cell::number("")))
            .collect()
    };
    Table {
        title: String::new(),
        groups: groups.iter().map(named).collect(),
        rows: table.rows.iter().map(cells).collect(),
    }
}

fn columns(table: &Table) -> Vec<Column> {
    let names = table.groups.iter().flatten().enumerate();
    names
        .map(|(at, name)| Column::measure(table, at, name))
        .collect()
}

/// Returns the width of groups of columns.
fn width_of<T>(groups: &[Vec<T>], columns: &[Column]) -> usize {
    let cells: usize = columns.iter().map(|column| column.width + 1).sum();
    (cells + 2 * groups.len()).saturating_sub(3)
}

/// Splits a tall, narrow table of numbers into two halves side by side, as textbooks print page
/// tables.
fn halves(table: &Table, room: usize) -> Option<Table> {
    // A paper's layout may already have split the table.
    if is_split(&table.groups) {
        return None;
    }
    let columns = columns(table);
    let narrow = 2 * (width_of(&table.groups, &columns) + 3) <= WIDE.min(room);
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
fn grouped(table: &Table, cells: &[String], space: &str, bar: &str) -> String {
    let mut rest = cells;
    let mut groups = Vec::new();
    for group in &table.groups {
        let (these, others) = rest.split_at(group.len().min(rest.len()));
        groups.push(these.join(space));
        rest = others;
    }
    groups.join(bar)
}
