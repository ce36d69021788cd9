//! Nouns: the parts of the machine that `set`, `expect`, and `show` name. Each noun with a table is one row
//! of the registry. Nouns that only `show` accepts have separate rows.

mod cache;
mod geometry;
mod layout;
mod memory;
pub(crate) mod naming;
mod page_table;
pub(crate) mod plan;
mod processes;
mod row;
mod sets;
mod stats;
mod step_columns;
pub(crate) mod steps;
mod thing;
mod tlb;
pub(crate) mod tree;
pub(crate) mod value;

pub(crate) use geometry::size;
pub(crate) use memory::{ROW as BYTES_OF_ROW, is_cached};
pub(crate) use naming::{is_noun, nouns};
pub use plan::{Contents, SHOWN_NOUNS, ShowPlan, ShownNoun, Views, What};
pub(crate) use processes::table as processes;
pub use row::{TABLE_NOUNS, TableNoun};
pub(crate) use stats::table as stats;
pub(crate) use step_columns::{
    STEP_COLUMNS, StepColumn, beyond, cell as reference_cell, cell_of as step_cell, explaining,
    frames as reference_frames, header_mistakes as reference_header,
};
pub(crate) use steps::{
    MESSAGE_COLUMNS, Messages, at_level as messages_of, message_level, table as reference_table,
    too_long, whole_table as whole_reference_table, worked_table as worked_reference_table,
};
pub(crate) use thing::ThingRow;
pub use thing::{THING_NOUNS, ThingNoun, ThingRef};
pub(crate) use tlb::asid_of;
