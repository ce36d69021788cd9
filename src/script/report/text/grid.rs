//! Tables as in the textbook, with a header, a bar between groups of columns, and right-aligned numbers.

use super::theme::{Ink, Theme, line, padded, width};
use crate::report::doc::Table;
use crate::report::excerpt::visible;

/// Draws a table.
pub fn draw(text: &mut String, table: &Table, theme: Theme) {
    let halves = table.halves();
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
            .map(|(cell, column)| {
                let fit = column.fit(&visible(&cell.text));
                if cell.changed { theme.paint(Ink::Strong, &fit) } else { fit }
            })
            .collect();
        line(text, 2, &grouped(table, &cells, " ", " │ "));
    }
    if table.rows.is_empty() {
        line(text, 2, &theme.paint(Ink::Faint, "(nothing)"));
    }
}

/// The format of a column.
struct Column {
    width: usize,
    words: bool,
}

impl Column {
    fn measure(table: &Table, at: usize, name: &str) -> Self {
        let cells = || table.rows.iter().filter_map(|row| row.get(at));
        Self {
            width: table.width_of(at, name),
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
