//! The comparison of a run with the script's golden file: a mark on each statement that differs, and the actions that
//! update or show the golden file.

mod actions;
mod problems;
pub(super) mod result;
#[cfg(test)]
mod tests;

pub use actions::{GoldenAction, GoldenEffect};
pub use result::{GoldenFile, GoldenResult};
