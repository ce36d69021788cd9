//! Results of a sweep as rows, text for a terminal, JSON, and a plot.

mod json;
mod matrix;
mod plot;
mod rows;
mod swept;
mod text;

#[cfg(test)]
mod tests;

pub use json::{json, object};
pub use plot::plot;
pub use rows::{csv, empty_table, table};
pub use swept::Swept;
pub use text::{text, warnings};
