//! Table-cell edits that keep the columns aligned.

use std::collections::BTreeMap;

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

/// The side of a cell on which spaces are added or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The side before a cell, for right-aligned cells.
    Before,
    /// The side after a cell, for left-aligned cells.
    After,
}

impl Side {
    fn other(self) -> Self {
        match self {
            Self::Before => Self::After,
            Self::After => Self::Before,
        }
    }
}

/// A piece of a row: a cell, spaces, or other text between cells, such as bars.
#[derive(Debug)]
struct Piece {
    span: Span,
    text: String,
    changed: bool,
    blank: bool,
}

impl Piece {
    fn width(&self) -> usize {
        self.text.chars().count()
    }

    fn become_text(&mut self, text: String) {
        self.changed = true;
        self.text = text;
    }
}

#[derive(Debug)]
struct TableLine {
    /// Number of characters before the first bar.
    indent: usize,
    pieces: Vec<Piece>,
    /// The indexes of the cells in `pieces`.
    cells: Vec<usize>,
}

impl TableLine {
    /// Parses the row with these cells, or returns `None` if the cells are not on one line after a bar.
    pub fn read(sources: &Sources, cells: &[Span]) -> Option<Self> {
        let (first, last) = (cells.first()?, cells.last()?);
        let text = &*sources.file(first.file)?.text;
        let ahead = text.get(..first.start as usize)?;
        let line = ahead.rfind('\n').map_or(0, |at| at + 1);
        let bars = ahead[line..].trim_end_matches([' ', '|']).len() + line;
        let begin = bars + ahead[bars..].find('|')?;
        let behind = text.get(last.end as usize..)?;
        let behind = &behind[..behind.len() - behind.trim_start_matches([' ', '|']).len()];
        let end = last.end + behind.trim_end().len() as u32;

        let mut row = Self {
            indent: text[line..begin].chars().count(),
            pieces: Vec::new(),
            cells: Vec::new(),
        };
        let mut at = begin as u32;
        for cell in cells {
            row.between(
                text,
                Span {
                    start: at,
                    end: cell.start,
                    ..*cell
                },
            )?;
            row.cells.push(row.pieces.len());
            row.piece(text, *cell, false)?;
            at = cell.end;
        }
        row.between(
            text,
            Span {
                start: at,
                end,
                ..*last
            },
        )?;
        let one_line = row.pieces.iter().all(|piece| !piece.text.contains('\n'));
        one_line.then_some(row)
    }

    fn piece(&mut self, text: &str, span: Span, blank: bool) -> Option<()> {
        let text = text.get(span.start as usize..span.end as usize)?.to_owned();
        self.pieces.push(Piece {
            span,
            text,
            changed: false,
            blank,
        });
        Some(())
    }

    /// Adds the text between two cells, with spaces and other text as separate pieces.
    fn between(&mut self, text: &str, span: Span) -> Option<()> {
        let mut at = span.start;
        while at < span.end {
            let rest = text.get(at as usize..span.end as usize)?;
            let blank = rest.starts_with(' ');
            let length = rest.find(|c| (c == ' ') != blank).unwrap_or(rest.len()) as u32;
            self.piece(
                text,
                Span {
                    start: at,
                    end: at + length,
                    ..span
                },
                blank,
            )?;
            at += length;
        }
        Some(())
    }

    /// Returns the number of cells.
    pub(crate) fn cells(&self) -> usize {
        self.cells.len()
    }

    /// Returns the start and end columns of a cell, in characters.
    fn cell_columns(&self, cell: usize) -> Option<(usize, usize)> {
        let at = *self.cells.get(cell)?;
        let start = self.indent + self.pieces[..at].iter().map(Piece::width).sum::<usize>();
        Some((start, start + self.pieces[at].width()))
    }

    /// Returns the columns of the row's bars, in characters.
    pub(crate) fn bars(&self) -> Vec<usize> {
        let mut column = self.indent;
        let mut bars = Vec::new();
        for (at, piece) in self.pieces.iter().enumerate() {
            if !self.cells.contains(&at) {
                bars.extend(
                    piece
                        .text
                        .chars()
                        .enumerate()
                        .filter(|(_, c)| *c == '|')
                        .map(|(i, _)| column + i),
                );
            }
            column += piece.width();
        }
        bars
    }

    /// Returns the location of a cell in the text.
    pub(crate) fn span(&self, cell: usize) -> Option<Span> {
        self.cells.get(cell).map(|at| self.pieces[*at].span)
    }

    /// Replaces the text of a cell, and adjusts the adjacent spaces if possible. Returns how much the row
    /// grew, in characters.
    pub fn write(&mut self, cell: usize, text: String, side: Side) -> usize {
        let Some(&at) = self.cells.get(cell) else {
            return 0;
        };
        let (old, new) = (self.pieces[at].width(), text.chars().count());
        self.pieces[at].become_text(text);
        if new <= old {
            self.widen(cell, old - new, side);
            return 0;
        }
        let mut left = new - old;
        for side in [side, side.other()] {
            left -= self.take_blanks(at, left, side);
        }
        left
    }

    /// Removes up to `most` spaces next to a piece, but leaves at least one. Returns the number of removed
    /// spaces.
    fn take_blanks(&mut self, at: usize, most: usize, side: Side) -> usize {
        let Some(blank) = self.blank_beside(at, side) else {
            return 0;
        };
        let taken = most.min(blank.width().saturating_sub(1));
        if taken > 0 {
            blank.become_text(" ".repeat(blank.width() - taken));
        }
        taken
    }

    fn blank_beside(&mut self, at: usize, side: Side) -> Option<&mut Piece> {
        let beside = match side {
            Side::Before => at.checked_sub(1)?,
            Side::After => at + 1,
        };
        self.pieces.get_mut(beside).filter(|piece| piece.blank)
    }

    /// Adds spaces next to a cell, except after the last piece of the row.
    pub(crate) fn widen(&mut self, cell: usize, by: usize, side: Side) {
        let Some(&at) = self.cells.get(cell) else {
            return;
        };
        if by == 0 || side == Side::After && at + 1 == self.pieces.len() {
            return;
        }
        let more = " ".repeat(by);
        if let Some(blank) = self.blank_beside(at, side) {
            return blank.become_text(format!("{}{more}", blank.text));
        }
        let cell = &mut self.pieces[at];
        let text = match side {
            Side::Before => format!("{more}{}", cell.text),
            Side::After => format!("{}{more}", cell.text),
        };
        cell.become_text(text);
    }

    pub(crate) fn edits(self) -> impl Iterator<Item = TextEdit> {
        let changed = self.pieces.into_iter().filter(|piece| piece.changed);
        changed.map(|piece| TextEdit::new(piece.span, piece.text))
    }
}
