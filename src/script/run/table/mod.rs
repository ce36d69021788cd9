//! Tables: the one model of rows and cells that nouns, views, questions, and reports share.

mod changes;
mod compare;
mod model;
mod read;
#[cfg(test)]
mod tests;
mod typed;

pub use changes::{RowChange, changes};
pub(crate) use compare::{Expectation, Expected};
pub use model::{
    Cell, CellNames, Column, ColumnKind, InvalidEntries, Marks, Rows, TableId, hex, words,
};
pub(crate) use model::{decimal, digits, naming};
pub use read::WrittenRow;
pub(crate) use read::{Layout, Shape, WrittenCell, column_named, name};
pub use typed::{ColumnType, TypedCell, TypedColumn, TypedTable};
