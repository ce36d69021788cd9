//! Tables: the one model of rows and cells that nouns, views, questions, and reports share.

mod changes;
pub(crate) mod compare;
mod model;
pub(crate) mod read;
#[cfg(test)]
mod tests;
mod typed;
mod written;

pub use changes::{RowChange, changes};
pub(crate) use compare::{Expectation, Expected};
pub use model::{
    Cell, CellNames, Column, ColumnKind, InvalidEntries, Marks, Rows, TableId, hex, words,
};
pub(crate) use model::{decimal, digits, naming};
pub use typed::{ColumnType, TypedCell, TypedColumn, TypedTable};
pub use written::WrittenRow;
pub(crate) use written::{Layout, Shape, WrittenCell, column_named, name};
