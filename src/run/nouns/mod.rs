//! Nouns: the parts of the machine that `set`, `expect` and `show` name. One row a noun with a table; views that are
//! only shown are rows of their own.

mod cache;
mod compare;
mod geometry;
mod memory;
mod page_table;
mod plan;
mod reference;
mod row;
mod sets;
mod stats;
mod steps;
mod table;
mod tlb;

pub use compare::TableExpectation;
pub use geometry::size;
pub use plan::{Contents, SHOWN_NOUNS, ShowPlan, ShownNoun, Views, What};
pub use row::{TABLE_NOUNS, TableNoun};
pub use steps::table as reference_table;
