//! The results of a trace.

use pagewalk_engine::trace::counts::ReplayCounts;
use pagewalk_engine::trace::malformed::Malformed;
use pagewalk_engine::trace::replay::Straddle;

/// A replayed trace and its results.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    /// The trace as named in the command.
    pub trace: String,
    /// The machine as named in the command.
    pub machine: String,
    /// The treatment of references that straddle blocks or pages.
    pub straddle: Straddle,
    /// Number of lines read, or of records in a packed trace.
    pub lines: u64,
    /// The malformed lines.
    pub malformed: Malformed,
    /// Whether the trace was read to its end.
    pub ended: Ended,
    /// The counts.
    pub counted: ReplayCounts,
}

/// The end of a replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The whole trace was replayed.
    Whole,
    /// The user pressed Ctrl-C.
    Interrupted,
    /// The rest cannot be replayed, for this reason.
    Broken(String),
}
