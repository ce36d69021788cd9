//! The rows of a table as they were written.

/// A row as it was written.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    /// The column of its first bar.
    pub(super) begin: usize,
    /// The column behind it.
    pub(super) end: usize,
    /// Its cells.
    pub(super) cells: Vec<Cell>,
    /// The cells before which a bar stands; behind the last one, their number.
    pub(super) bars: Vec<usize>,
    /// The whole, as written.
    pub(super) source: String,
    /// It stays as it was written: a cell has a comment or takes more than one line.
    pub(super) verbatim: bool,
}

/// A cell.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    /// Its text.
    pub(super) text: String,
    /// The column in which it stood.
    pub(super) from: usize,
    /// The column behind it.
    pub(super) to: usize,
}
