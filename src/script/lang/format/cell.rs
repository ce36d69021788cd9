//! The rows of a table as they were written.

/// A row as it was written.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    /// The column of its first bar.
    pub(super) begin: usize,
    /// The column after it.
    pub(super) end: usize,
    pub(super) cells: Vec<Cell>,
    /// The indexes of the cells that follow a bar; for a bar after the last cell, the number of cells.
    pub(super) bars: Vec<usize>,
    /// The whole row, as written.
    pub(super) source: String,
    /// Whether it stays as written, because a cell has a comment or takes more than one line.
    pub(super) verbatim: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub(super) text: String,
    /// The column in which it begins.
    pub(super) from: usize,
    /// The column after it.
    pub(super) to: usize,
}
