//! Results of a sweep as text for a terminal, JSON, CSV, and a plot.

mod csv;
mod json;
mod matrix;
mod plot;
mod points;
mod swept;
mod text;

#[cfg(test)]
mod tests;

pub use csv::csv;
pub use json::{json, object};
pub use plot::plot;
pub(crate) use points::{Column, SweepCell, SweepColumnKind, columns, rows};
pub use swept::Swept;
pub use text::{text, warnings};
