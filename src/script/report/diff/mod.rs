//! Two runs side by side: in which facts they differ, and the first step at which they part.
//!
//! Statements are paired by their order and text, the rounds of a loop one by one. A declared machine is paired with the
//! other's, however it is declared, and compared setting by setting.

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
