//! The medium of a layout, which determines the width of tables.

use super::split::split;
use crate::exam::formats::tree::{Block, Table};

/// The medium of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Medium {
    /// A learning platform, where a table is never split, so that the blanks are in the order of the fields.
    Screen,
    /// A page in the usual type size.
    Page,
    /// A page in large print.
    LargePage,
}

impl Medium {
    /// Lays out a table. Prints a long table as two halves side by side. In large print, splits a wide table
    /// into parts, one below the other.
    pub(crate) fn tables(self, table: Table) -> Vec<Table> {
        match self {
            Self::Screen => vec![table],
            // The widths of the page without margins, in characters. A wider table is printed in
            // smaller type, because students compare the cells of a row.
            Self::Page => vec![table.folded(84)],
            // Smaller type would defeat the purpose of large print.
            Self::LargePage => split(table.folded(44), 44),
        }
    }

    /// Lays out a given table.
    pub(crate) fn given(self, table: Table) -> Vec<Block> {
        self.tables(table).into_iter().map(Block::Given).collect()
    }
}
