//! Results of a replay as text for a terminal, JSON lines, CSV, and a plot.

pub(crate) mod amounts;
mod csv;
mod curve;
mod json;
mod plot;
mod replayed;
pub(crate) mod rows;
mod tables;
#[cfg(test)]
mod tests;
mod text;

pub use csv::{HEADER, csv};
pub(crate) use csv::{WORDS, table_rows};
pub use json::{json, object};
pub use plot::plot;
pub use replayed::{Ended, Replayed};
pub(crate) use text::{end, skipped};
pub use text::{record, text, warnings};
