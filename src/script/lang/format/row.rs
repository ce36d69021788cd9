//! The rows of a table, aligned in columns.

use std::borrow::Cow;

use super::cell::{Cell, Row};
use super::piece::{Piece, PieceKind, Pieces};
use super::width::behind;
use crate::lang::table::is_ruler;

/// The alignment of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Middle,
    Right,
}

/// A column of a table: the width of its widest cell, and its alignment.
#[derive(Debug, Clone, Copy)]
struct Column {
    width: usize,
    side: Side,
}

/// Aligns all rows of a script. Rows directly in the same block form one table.
pub(super) fn set(pieces: &mut Pieces) {
    remove_rulers(pieces);
    let mut open: Vec<Vec<usize>> = vec![Vec::new()];
    for at in 0..pieces.list.len() {
        match pieces.list[at].kind {
            PieceKind::Open(b'{') => open.push(Vec::new()),
            PieceKind::Close(b'}') => {
                if let Some(table) = open.pop() {
                    set_table(pieces, &table);
                }
            }
            PieceKind::Row(_) => {
                if let Some(table) = open.last_mut() {
                    table.push(at);
                }
            }
            _ => {}
        }
    }
    for table in &open {
        set_table(pieces, table);
    }
}

/// Removes lines of dashes. Text after a removed line stays on a separate line.
fn remove_rulers(pieces: &mut Pieces) {
    let mut gone: Option<Piece> = None;
    for mut piece in std::mem::take(&mut pieces.list) {
        if let Some(ruler) = gone.take() {
            piece.lines = piece.lines.max(ruler.lines);
            piece.semicolon |= ruler.semicolon;
        }
        let row = if let PieceKind::Row(number) = piece.kind {
            pieces.rows.get(number)
        } else {
            None
        };
        if row.is_some_and(|row| is_ruler(&row.cells.iter().map(|cell| &*cell.text))) {
            gone = Some(piece);
        } else {
            pieces.list.push(piece);
        }
    }
}

/// Aligns the rows of a table in columns. If two rows share a line, aligns each row separately.
fn set_table(pieces: &mut Pieces, table: &[usize]) {
    let shared = table.iter().skip(1).any(|at| pieces.list[*at].lines == 0);
    let row = |at: usize| match pieces.list[at].kind {
        PieceKind::Row(number) => pieces.rows.get(number),
        _ => None,
    };
    let rows: Vec<&Row> = table
        .iter()
        .filter_map(|at| row(*at))
        .filter(|row| !row.verbatim)
        .collect();
    let header = rows.iter().find(|row| !row.cells.is_empty()).copied();
    let columns = if shared { Vec::new() } else { columns(&rows) };
    let texts: Vec<(usize, String)> = table
        .iter()
        .filter_map(|at| Some((*at, row(*at)?)))
        .map(|(at, row)| {
            let pattern = header.filter(|_| !shared).unwrap_or(row);
            (
                at,
                if row.verbatim {
                    row.source.clone()
                } else {
                    text(row, pattern, &columns)
                },
            )
        })
        .collect();
    for (at, text) in texts {
        pieces.list[at].text = Cow::Owned(text);
    }
}

/// Returns the columns of a table, each as wide as its widest cell.
fn columns(rows: &[&Row]) -> Vec<Column> {
    let most = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    // The cells show their original alignment only if all complete rows are equally wide.
    let mut widths = rows
        .iter()
        .filter(|row| row.cells.len() == most)
        .map(|row| row.end.wrapping_sub(row.begin));
    let first = widths.next();
    let in_line = widths.all(|width| Some(width) == first);
    (0..most)
        .map(|index| {
            let cells = rows
                .iter()
                .filter_map(|row| Some((row.begin, row.cells.get(index)?)));
            let width = cells
                .clone()
                .map(|(_, cell)| behind(0, &cell.text))
                .max()
                .unwrap_or(0);
            // The position of each cell, counted from the bar that begins the row.
            let places: Vec<(usize, usize)> = cells
                .map(|(begin, cell)| {
                    (
                        cell.from.saturating_sub(begin),
                        cell.to.saturating_sub(begin),
                    )
                })
                .collect();
            Column {
                width,
                side: if in_line { side(&places) } else { Side::Left },
            }
        })
        .collect()
}

/// Returns the alignment of cells that have these first and last columns. The default is left alignment.
fn side(places: &[(usize, usize)]) -> Side {
    let first = places.iter().map(|place| place.0).min().unwrap_or(0);
    let last = places.iter().map(|place| place.1).max().unwrap_or(0);
    let middle = |(from, to): &(usize, usize)| {
        *from == first + (last - first).saturating_sub(to.saturating_sub(*from)) / 2
    };
    if places.iter().all(|place| place.0 == first) {
        Side::Left
    } else if places.iter().all(|place| place.1 == last) {
        Side::Right
    } else if places.iter().all(middle) {
        Side::Middle
    } else {
        Side::Left
    }
}

/// Returns the text of a row, with bars where another row has them. A row that has only bars extends through
/// all columns.
fn text(row: &Row, pattern: &Row, columns: &[Column]) -> String {
    let mut text = String::new();
    let empty = Cell {
        text: String::new(),
        from: 0,
        to: 0,
    };
    let line = vec![
        empty;
        if row.cells.is_empty() {
            columns.len()
        } else {
            0
        }
    ];
    for (index, cell) in row.cells.iter().chain(&line).enumerate() {
        let bar = index < pattern.cells.len() && pattern.bars.contains(&index);
        text += if index == 0 || bar { "| " } else { "" };
        let width = behind(0, &cell.text);
        let column = columns.get(index).copied().unwrap_or(Column {
            width,
            side: Side::Left,
        });
        let pad = column.width.saturating_sub(width);
        let before = match column.side {
            Side::Left => 0,
            Side::Middle => pad / 2,
            Side::Right => pad,
        };
        text.extend(std::iter::repeat_n(' ', before));
        text += &cell.text;
        text.extend(std::iter::repeat_n(' ', pad - before + 1));
    }
    if text.is_empty() {
        "| |".to_owned()
    } else {
        text + "|"
    }
}
