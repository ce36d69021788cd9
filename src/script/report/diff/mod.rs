//! Comparison of two runs: the facts that differ, and the first step that differs.
//!
//! Statements are paired by order and text, and loops are paired iteration by iteration. Machine declarations
//! are paired regardless of their text and compared setting by setting.

mod blocks;
mod compare;
mod facets;
mod json;
mod parting;
mod settings;
mod side;
#[cfg(test)]
mod tests;

pub use blocks::{difference_blocks, totals};
pub use compare::{Comparison, compare};
pub use json::json;
pub use side::Side;
