//! Tables as in the textbook, with a header, a bar between groups of columns, and right-aligned numbers.

use super::theme::{Ink, Theme, line, wrapped};
use crate::report::broken::broken;
use crate::report::columns::{Column, fitted, width_of};
use crate::report::doc::Table;
use crate::report::excerpt::visible;

/// Draws a table. Folds a table that is wider than the terminal.
pub fn draw(text: &mut String, table: &Table, theme: Theme) {
    if !table.title.is_empty() {
        wrapped(text, 2, Ink::Strong, &visible(&table.title), theme);
    }
    let fitted = fitted(table, theme.columns() - 2);
    for groups in &fitted.pieces {
        grid(text, &fitted.table, &fitted.columns, groups, theme);
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
            broken(&visible(text), column.width, 0).into_owned()
        });
        let cells: Vec<String> = cells.collect();
        let height = cells.iter().map(|cell| cell.lines().count()).max();
        for at in 0..height.unwrap_or(0).max(1) {
            let cells = cells.iter().zip(&columns).zip(&shown);
            let cells: Vec<String> = cells
                .map(|((cell, column), own)| {
                    let changed = row.get(*own).is_some_and(|cell| cell.changed);
                    let ink = if changed { Ink::Strong } else { Ink::Plain };
                    theme.paint(ink, &column.fit(cell.lines().nth(at).unwrap_or_default()))
                })
                .collect();
            line(text, 2, &grouped(groups, &cells, " ", " │ "));
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
