//! What `show` shows.

use crate::report::doc::{Block, Cell, Table, Tone};
use crate::run::view::{CellView, TableView, View};

use super::declaration::declaration;
use super::ruler::rulers;
use super::steps::steps;

/// Something shown.
pub fn blocks(view: &View) -> Vec<Block> {
    match view {
        View::Table(shown) => vec![Block::Table(table(shown))],
        View::Pairs { title, pairs } => vec![Block::Pairs { title: title.clone(), pairs: pairs.clone() }],
        View::Value { of, value } => vec![Block::line(format!("{of} = {value}"))],
        View::Rulers(spec) => rulers(spec).into_iter().map(Block::Ruler).collect(),
        View::Steps(access) => steps(access),
        View::Declaration(spec) => vec![Block::Script(declaration(spec))],
        View::Remark(words) => vec![Block::toned(Tone::Faint, words)],
    }
}

/// A table of the machine.
pub fn table(shown: &TableView) -> Table {
    let cell = |cell: &CellView| Cell { text: cell.to_string(), word: matches!(cell, CellView::Text(_)) };
    let rows = shown.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    Table { title: shown.title.clone(), groups: shown.groups.clone(), rows }
}
