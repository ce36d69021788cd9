//! What came of replaying a trace: as text for a terminal, JSON lines, CSV, and a plot.

mod amounts;
mod csv;
mod curve;
mod json;
mod plot;
mod rows;
mod svg;
mod tables;
#[cfg(test)]
mod tests;
mod text;

pub use amounts::{kinds_of, rate};
pub use csv::{HEADER, csv};
pub use json::json;
pub use plot::plot;
pub use text::{text, warnings};

use crate::trace::counted::Counted;
use crate::trace::replay::Straddle;

/// A trace that was replayed, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    /// The trace, as the command names it.
    pub trace: String,
    /// The machine, as the command names it.
    pub machine: String,
    /// What became of references that straddle blocks or pages.
    pub straddle: Straddle,
    /// Lines that were read; of a packed trace, records.
    pub lines: u64,
    /// Lines that could not be read.
    pub malformed: Malformed,
    /// Whether the trace came to its end.
    pub ended: Ended,
    /// The counts.
    pub counted: Counted,
}

/// Lines that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Malformed {
    /// How many there are.
    pub count: u64,
    /// The first of them.
    pub first: Vec<BadLine>,
}

/// A line that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, from 1.
    pub line: u64,
    /// Its text, or the beginning of it.
    pub text: String,
    /// What is wrong with it.
    pub why: String,
}

/// How a replay ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// All of the trace was replayed.
    Whole,
    /// Somebody pressed Ctrl-C.
    Interrupted,
    /// What follows cannot be replayed, for this reason.
    Broken(String),
}
