//! The results of a trace.

use pagewalk_engine::trace::counts::ReplayCounts;
use pagewalk_engine::trace::format::ChosenFormat;
use pagewalk_engine::trace::record::Malformed;
use pagewalk_engine::trace::replay::Straddle;

/// A replayed trace and its results.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    /// The trace's name in the command.
    pub trace: String,
    /// The machine's name in the command.
    pub machine: String,
    /// How references that straddle blocks or pages are handled.
    pub straddle: Straddle,
    /// Number of lines read.
    pub lines: u64,
    /// The malformed lines.
    pub malformed: Malformed,
    /// The format, and how it was chosen.
    pub format: Option<ChosenFormat>,
    /// Whether the trace was read to its end.
    pub ended: Ended,
    /// The counts.
    pub counted: ReplayCounts,
}

/// The reason for the end of a replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The whole trace was replayed.
    Whole,
    /// The user pressed Ctrl-C.
    Interrupted,
    /// The rest of the trace cannot be replayed, for the given reason.
    Broken(String),
}
