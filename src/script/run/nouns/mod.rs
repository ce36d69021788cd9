//! Nouns: the parts of the machine that `set`, `expect`, and `show` name. Each noun with a table is one row
//! of the registry. Nouns that only `show` accepts have separate rows.

mod cache;
mod cell;
mod compare;
mod expected;
mod geometry;
mod layout;
mod list;
mod memory;
mod messages;
mod page_table;
mod plan;
mod processes;
mod reference;
mod row;
mod sets;
mod stats;
mod step_columns;
mod steps;
mod table;
mod thing;
mod tlb;
pub(crate) mod tree;

pub use compare::TableExpectation;
pub(crate) use expected::{ListExpectation, ThingRef};
pub(crate) use geometry::size;
pub use list::{ListLayout, ListRow};
pub(crate) use messages::{MESSAGE_COLUMNS, Messages, check_message_table};
pub use plan::{Contents, SHOWN_NOUNS, ShowPlan, ShownNoun, Views, What};
pub use row::{TABLE_NOUNS, TableNoun};
pub(crate) use step_columns::{
    STEP_COLUMNS, cell as reference_cell, explaining, frames as reference_frames,
};
pub(crate) use steps::{
    at_level as messages_of, message_level, table as reference_table,
    too_long as no_reference_table, whole_table as whole_reference_table,
    worked_table as worked_reference_table,
};
pub use table::InvalidEntries;
pub(crate) use table::column_named;
pub use thing::{THING_NOUNS, ThingNoun};
