//! The rows of a table as written.

/// A row as written.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    /// The column of the first bar.
    pub(super) begin: usize,
    /// The column after the row.
    pub(super) end: usize,
    pub(super) cells: Vec<Cell>,
    /// The indexes of the cells that follow a bar. For a bar after the last cell, the index is the number of
    /// cells.
    pub(super) bars: Vec<usize>,
    /// The whole row, as written.
    pub(super) source: String,
    /// Whether the row stays as written because a cell contains a comment or spans several lines.
    pub(super) verbatim: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub(super) text: String,
    /// The column in which the cell begins.
    pub(super) from: usize,
    /// The column after the cell.
    pub(super) to: usize,
}
