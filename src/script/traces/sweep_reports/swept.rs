//! What came of a sweep, to be told.

use crate::traces::reports::Ended;
use pagewalk_engine::trace::counts::{ReferenceCounts, ReplayCounts};
use pagewalk_engine::trace::malformed::Malformed;
use pagewalk_engine::trace::replay::Straddle;
use pagewalk_engine::trace::sweep::grid::Grid;

/// A trace that was replayed on the machines of a grid, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Swept {
    /// The trace, as the command names it.
    pub trace: String,
    /// The machine that the grid changes, as the command names it.
    pub machine: String,
    /// Pages were mapped on demand; otherwise addresses are physical ones.
    pub demand: bool,
    /// What became of references that straddle blocks or pages.
    pub straddle: Straddle,
    /// Lines that were read; of a packed trace, records.
    pub lines: u64,
    /// Lines that could not be read.
    pub malformed: Malformed,
    /// Whether the trace came to its end.
    pub ended: Ended,
    /// The grid.
    pub grid: Grid,
    /// For each point of the grid, the counts; or why the replay on its machine could not go on.
    pub counted: Vec<Result<ReplayCounts, String>>,
}

impl Swept {
    /// What was performed: the same on every machine of the grid.
    pub(crate) fn references(&self) -> ReferenceCounts {
        self.counted.iter().flatten().next().map(|counted| counted.references).unwrap_or_default()
    }
}
