//! Comparison of two runs: the facts in which they differ, and the first differing step.
//!
//! Statements are paired by order and text, and loops round by round. Machine declarations are paired
//! regardless of their text and compared setting by setting.

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
