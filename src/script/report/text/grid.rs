//! Tables as in the textbook, with a header, a bar between groups of columns, and right-aligned numbers.

use super::theme::{Ink, Theme, line, wrapped};
use crate::report::broken::broken;
use crate::report::columns::{columns, pieces, width_of};
use crate::report::doc::Table;
use crate::report::excerpt::visible;

/// Draws a table. Folds a table that is wider than the terminal.
pub fn draw(text: &mut String, table: &Table, theme: Theme) {
    if !table.title.is_empty() {
        wrapped(text, 2, Ink::Strong, &visible(&table.title), theme);
    }
    let room = theme.columns() - 2;
    for piece in pieces(table, room) {
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
                .zip(row)
                .map(|((cell, column), of)| {
                    let fit = column.fit(cell.lines().nth(at).unwrap_or_default());
                    let ink = if of.changed { Ink::Strong } else { Ink::Plain };
                    theme.paint(ink, &fit)
                })
                .collect();
            line(text, 2, &grouped(table, &cells, " ", " │ "));
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
