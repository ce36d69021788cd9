//! Marks made readable: a table for a spreadsheet, feedback for each student, how the fields did, who changes.

mod feedback;
mod regrade;
mod statistics;
mod table;

pub use feedback::{Format, feedback};
pub use regrade::regrade;
pub use statistics::statistics;
pub use table::{Columns, marks};
