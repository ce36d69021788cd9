//! What came of a trace, to be told.

use pagewalk_engine::trace::counts::ReplayCounts;
use pagewalk_engine::trace::malformed::Malformed;
use pagewalk_engine::trace::replay::Straddle;

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
    pub counted: ReplayCounts,
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
