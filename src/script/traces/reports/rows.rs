//! Functions for the rows and cells of tables.

use crate::report::doc::{Block, Cell, Table};
use crate::report::narrate::thousands;

/// Returns a cell with a count.
pub(crate) fn number(n: u64) -> Cell {
    Cell {
        text: thousands(n),
        word: false,
    }
}

/// Returns a cell with a formatted number.
pub fn written(text: impl Into<String>) -> Cell {
    Cell {
        text: text.into(),
        word: false,
    }
}

/// Returns a cell with a word.
pub(crate) fn word(text: impl Into<String>) -> Cell {
    Cell {
        text: text.into(),
        word: true,
    }
}

/// Returns a cell without contents.
pub(crate) fn nothing() -> Cell {
    written("")
}

pub(crate) fn table(title: impl Into<String>, groups: &[&[&str]], rows: Vec<Vec<Cell>>) -> Block {
    let groups = groups
        .iter()
        .map(|group| group.iter().map(|&name| name.to_owned()).collect());
    Block::Table(Table {
        title: title.into(),
        groups: groups.collect(),
        rows,
    })
}
