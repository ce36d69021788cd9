//! Nouns: the parts of the machine that `set`, `expect` and `show` name. Each noun with a table is one row. Views that
//! are only shown have separate rows.

mod cache;
mod cell;
mod compare;
mod expected;
mod geometry;
mod layout;
mod list;
mod memory;
mod page_table;
mod plan;
mod processes;
mod reference;
mod row;
mod sets;
mod stats;
mod steps;
mod table;
mod thing;
mod tlb;
pub(crate) mod tree;

pub use compare::TableExpectation;
pub(crate) use expected::{ListExpectation, ThingRef};
pub(crate) use geometry::size;
pub use list::{CellNames, Column, ColumnKind, ListLayout, ListRow, hex, words};
pub use plan::{Contents, SHOWN_NOUNS, ShowPlan, ShownNoun, Views, What};
pub(crate) use reference::STEP_COLUMNS;
pub use row::{TABLE_NOUNS, TableNoun};
pub(crate) use steps::table as reference_table;
pub(crate) use table::column_named;
pub use thing::{THING_NOUNS, ThingNoun};
