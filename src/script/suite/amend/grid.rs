//! Cells written into a table whose columns stay aligned.

use std::collections::BTreeMap;

use super::row::{Side, TableLine};
use crate::lang::edit::TextEdit;
use crate::lang::source::Sources;
use crate::lang::span::Span;

/// The changes that write the new cells of a table (header first) and keep its columns aligned; the cells are taken
/// out of `new`. A cell that has become wider takes blanks of its column; where there are too few, the column becomes
/// wider in every row. A table that is not aligned is left so.
pub(crate) fn laid_out(
    sources: &Sources,
    table: &[Vec<Span>],
    new: &mut BTreeMap<Span, String>,
) -> Vec<TextEdit> {
    if !table.iter().flatten().any(|cell| new.contains_key(cell)) {
        return Vec::new();
    }
    let Some(mut rows) =
        table.iter().map(|cells| TableLine::read(sources, cells)).collect::<Option<Vec<TableLine>>>()
    else {
        return Vec::new();
    };
    let aligned = is_aligned(&rows);
    let columns = rows.iter().map(TableLine::cells).max().unwrap_or(0);
    let sides: Vec<Side> = (0..columns).map(|column| side(&rows, column)).collect();
    for (column, side) in sides.into_iter().enumerate() {
        let wider: Vec<usize> = rows.iter_mut().map(|row| write(row, column, side, new)).collect();
        let most = wider.iter().copied().max().unwrap_or(0);
        if aligned {
            for (row, wider) in rows.iter_mut().zip(wider) {
                row.widen(column, most - wider, side);
            }
        }
    }
    rows.into_iter().flat_map(TableLine::edits).collect()
}

/// Writes the new cell of a column, if there is one. Answers by how many characters the row has become wider.
fn write(row: &mut TableLine, column: usize, side: Side, new: &mut BTreeMap<Span, String>) -> usize {
    let text = row.span(column).and_then(|span| new.remove(&span));
    text.map_or(0, |text| row.write(column, text, side))
}

/// Whether the bars of all rows that are as long as the header stand below each other, each row on a line of its own.
fn is_aligned(rows: &[TableLine]) -> bool {
    let Some(header) = rows.first() else { return false };
    let bars = header.bars();
    let starts: Vec<u32> = rows.iter().filter_map(|row| row.span(0)).map(|span| span.start).collect();
    starts.windows(2).all(|pair| pair[0] < pair[1])
        && rows.iter().all(|row| row.bars().iter().zip(&bars).all(|(a, b)| a == b))
}

/// The side on which the cells of a column are not aligned: the header decides where both sides are.
fn side(rows: &[TableLine], column: usize) -> Side {
    let places: Vec<(usize, usize)> = rows.iter().filter_map(|row| row.cell_columns(column)).collect();
    let [header, body @ ..] = places.as_slice() else { return Side::After };
    let Some(first) = body.first() else { return Side::After };
    let begin_alike = body.iter().all(|place| place.0 == first.0);
    let end_alike = body.iter().all(|place| place.1 == first.1);
    match (begin_alike, end_alike) {
        // Below a wider name, also in its middle.
        (true, true) if header.1 >= first.1 && header.0 < first.0 => Side::Before,
        (false, true) => Side::Before,
        _ => Side::After,
    }
}
