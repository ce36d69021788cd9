//! Readable marks: a table for a spreadsheet, feedback for each student, statistics, and changes.

mod feedback;
mod table;

pub use feedback::{Format, feedback};
pub(crate) use feedback::{asked, right, why_of};
pub use table::{Columns, TableRow, marks, regrade, statistics};
