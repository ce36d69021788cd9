//! Results of a replay as rows, text for a terminal, JSON lines, and a plot.

mod curve;
mod json;
mod plot;
mod rows;
#[cfg(test)]
mod tests;
mod text;
mod trace_run;

pub use json::{json, object};
pub use plot::plot;
pub use rows::table;
pub(crate) use rows::{number, rate};
pub use text::{text, warnings};
pub use trace_run::{Ended, Replayed, TraceRun, record};
pub(crate) use trace_run::{kinds, printed};
