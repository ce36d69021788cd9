//! Marking: parses answers, compares them with the key, carries errors forward, and sums marks. Marking does
//! not depend on formats and never evaluates students' input.

mod agree;
mod answer;
mod carry;
mod choice;
mod grid;
mod judge;
mod mark;
mod marked;
mod number;
mod order;
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
pub(crate) use sums::{at_least, decimal, rounded, short, total};
