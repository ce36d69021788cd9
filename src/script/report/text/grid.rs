//! Tables as in the textbook, with a header, a bar between groups of columns, and right-aligned numbers.

use super::theme::{Ink, Theme, line, padded, width};
use crate::report::doc::{Cell, Table};
use crate::report::excerpt::visible;

/// Minimum number of rows for which a narrow table is drawn in two halves.
const TALL: usize = 12;
/// Maximum width, in characters, of two halves side by side.
const WIDE: usize = 80;

/// Draws a table.
pub fn draw(text: &mut String, table: &Table, theme: Theme) {
    let halves = halves(table);
    let table = halves.as_ref().unwrap_or(table);
    if !table.title.is_empty() {
        line(text, 2, &theme.paint(Ink::Strong, &visible(&table.title)));
    }
    let names: Vec<&String> = table.groups.iter().flatten().collect();
    let columns: Vec<Column> = names
        .iter()
        .enumerate()
        .map(|(at, name)| Column::measure(table, at, name))
        .collect();
    let header = names
        .iter()
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
        let cells: Vec<String> = row
            .iter()
            .zip(&columns)
            .map(|(cell, column)| column.fit(&visible(&cell.text)))
            .collect();
        line(text, 2, &grouped(table, &cells, " ", " │ "));
    }
    if table.rows.is_empty() {
        line(text, 2, &theme.paint(Ink::Faint, "(nothing)"));
    }
}

/// Splits a tall, narrow table of numbers into two halves side by side, as textbooks print page
/// tables.
fn halves(table: &Table) -> Option<Table> {
    // A paper's layout may already have split the table.
    if is_split(&table.groups) {
        return None;
    }
    let columns: usize = table.groups.iter().map(Vec::len).sum();
    let widths = (0..columns)
        .zip(table.groups.iter().flatten())
        .map(|(at, name)| Column::measure(table, at, name).width + 1);
    let narrow = 2 * (widths.sum::<usize>() + 2 * table.groups.len()) <= WIDE;
    let words = table.rows.iter().flatten().any(|cell| cell.word);
    if table.rows.len() < TALL || words || !narrow {
        return None;
    }
    let (left, right) = table.rows.split_at(table.rows.len().div_ceil(2));
    let nothing = vec![Cell::number(""); columns];
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
struct Column {
    width: usize,
    words: bool,
}

impl Column {
    fn measure(table: &Table, at: usize, name: &str) -> Self {
        let cells = || table.rows.iter().filter_map(|row| row.get(at));
        let widest = cells()
            .map(|cell: &Cell| width(&cell.text))
            .max()
            .unwrap_or(0);
        Self {
            width: widest.max(width(name)),
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
