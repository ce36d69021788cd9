//! Table-cell edits that keep the columns aligned.

use std::collections::BTreeMap;

use super::row::{Side, TableLine};
use crate::lang::edit::TextEdit;
use crate::lang::source::Sources;
use crate::lang::span::Span;

/// Returns edits for the new cells of a table, and removes these cells from `new`. The edits keep the columns
/// aligned. The table's first row is the header. A wider cell replaces spaces in its column. If the spaces do
/// not suffice, the column grows in every row. An unaligned table stays unaligned.
pub(crate) fn laid_out(
    sources: &Sources,
    table: &[Vec<Span>],
    new: &mut BTreeMap<Span, String>,
) -> Vec<TextEdit> {
    if !table.iter().flatten().any(|cell| new.contains_key(cell)) {
        return Vec::new();
    }
    let Some(mut rows) = table
        .iter()
        .map(|cells| TableLine::read(sources, cells))
        .collect::<Option<Vec<TableLine>>>()
    else {
        return Vec::new();
    };
    let aligned = is_aligned(&rows);
    let columns = rows.iter().map(TableLine::cells).max().unwrap_or(0);
    let sides: Vec<Side> = (0..columns).map(|column| side(&rows, column)).collect();
    for (column, side) in sides.into_iter().enumerate() {
        let wider: Vec<usize> = rows
            .iter_mut()
            .map(|row| write(row, column, side, new))
            .collect();
        let most = wider.iter().copied().max().unwrap_or(0);
        if aligned {
            for (row, wider) in rows.iter_mut().zip(wider) {
                row.widen(column, most - wider, side);
            }
        }
    }
    rows.into_iter().flat_map(TableLine::edits).collect()
}

/// Returns the text that adds rows at the end of a table, below the last row.
pub(crate) fn added(sources: &Sources, end: Span, rows: &str) -> String {
    let file = sources.file(end.file);
    let ahead = file.and_then(|file| file.text.get(..end.start as usize));
    let line = ahead.and_then(|ahead| ahead.lines().last()).unwrap_or("");
    let indent = line.find('|').map_or(0, |bar| line[..bar].chars().count());
    let row = |row| format!("\n{}{row}", " ".repeat(indent));
    rows.lines().map(row).collect()
}

/// Writes the new cell of a column, if any. Returns the growth of the row, in characters.
fn write(
    row: &mut TableLine,
    column: usize,
    side: Side,
    new: &mut BTreeMap<Span, String>,
) -> usize {
    let text = row.span(column).and_then(|span| new.remove(&span));
    text.map_or(0, |text| row.write(column, text, side))
}

/// Whether each row is on a separate line, and its bars are aligned with those of the header.
fn is_aligned(rows: &[TableLine]) -> bool {
    let Some(header) = rows.first() else {
        return false;
    };
    let bars = header.bars();
    let starts: Vec<u32> = rows
        .iter()
        .filter_map(|row| row.span(0))
        .map(|span| span.start)
        .collect();
    starts.windows(2).all(|pair| pair[0] < pair[1])
        && rows
            .iter()
            .all(|row| row.bars().iter().zip(&bars).all(|(a, b)| a == b))
}

/// Returns the side on which a column's cells are not aligned. If both sides are aligned, the header
/// determines the result.
fn side(rows: &[TableLine], column: usize) -> Side {
    let places: Vec<(usize, usize)> = rows
        .iter()
        .filter_map(|row| row.cell_columns(column))
        .collect();
    let [header, body @ ..] = places.as_slice() else {
        return Side::After;
    };
    let Some(first) = body.first() else {
        return Side::After;
    };
    let begin_alike = body.iter().all(|place| place.0 == first.0);
    let end_alike = body.iter().all(|place| place.1 == first.1);
    match (begin_alike, end_alike) {
        // The cells may also be centered below a wider header.
        (true, true) if header.1 >= first.1 && header.0 < first.0 => Side::Before,
        (false, true) => Side::Before,
        _ => Side::After,
    }
}
