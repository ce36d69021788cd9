//! Tables: the one model of rows and cells that nouns, views, questions, and reports share.

mod model;

pub use model::{Cell, CellNames, Column, ColumnKind, Rows, TableId, hex, words};
pub(crate) use model::{decimal, naming};
