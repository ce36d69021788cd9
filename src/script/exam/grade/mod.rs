//! Marking: what a student wrote read into values, compared with the key, errors carried forward, marks added up. Knows no
//! formats; nothing that a student wrote is ever evaluated.

mod agree;
mod answer;
mod carry;
mod choice;
mod judge;
mod mark;
mod marked;
mod number;
pub mod regrade;
pub mod rules;
mod sheet;
pub mod statistics;
mod sums;
#[cfg(test)]
mod tests;
mod words;

pub use mark::{Key, covers, mark, mark_field};
pub use marked::{Mark, Marked, Verdict};
pub use sheet::{CELL_LIMIT, Given, Sheet};
pub(crate) use sums::decimal;
