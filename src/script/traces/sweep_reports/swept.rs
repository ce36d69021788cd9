//! The results of a sweep.

use crate::traces::reports::Ended;
use pagewalk_engine::trace::counts::ReferenceCounts;
use pagewalk_engine::trace::format::ChosenFormat;
use pagewalk_engine::trace::record::Malformed;
use pagewalk_engine::trace::replay::Straddle;
use pagewalk_engine::trace::sweep::grid::{Grid, PointCounts};

/// A trace that was replayed on the machines of a grid, and its results.
#[derive(Debug, Clone, PartialEq)]
pub struct Swept {
    /// The trace's name in the command.
    pub trace: String,
    /// The command's name for the machine that the grid modifies.
    pub machine: String,
    /// Whether pages were mapped on demand. Without demand paging, the trace's addresses are physical.
    pub demand: bool,
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
    /// The grid.
    pub grid: Grid,
    /// The counts for each point of the grid, or the reason why the point's replay stopped.
    pub counted: Vec<Result<PointCounts, String>>,
}

impl Swept {
    /// Returns the counts of references, which are the same on every machine of the grid.
    pub(crate) fn references(&self) -> ReferenceCounts {
        self.counted
            .iter()
            .flatten()
            .next()
            .map(|counted| counted.references)
            .unwrap_or_default()
    }
}
