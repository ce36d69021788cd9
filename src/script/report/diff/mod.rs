//! Comparison of two runs: the facts that differ, and the first step that differs.
//!
//! The comparison pairs statements by order and text, and pairs loops iteration by iteration. The comparison
//! pairs machine declarations regardless of their text, and compares the declarations setting by setting. It pairs
//! statements whose tables differ, and compares the tables row by row.

mod blocks;
mod compare;
mod json;
mod parting;
mod side;
#[cfg(test)]
mod tests;

pub use blocks::{difference_blocks, totals};
pub use compare::{Comparison, compare};
pub use json::json;
pub use side::Side;
