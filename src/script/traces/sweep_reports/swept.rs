//! The results of a sweep.

use crate::traces::reports::TraceRun;
use pagewalk_engine::trace::counts::ReferenceCounts;
use pagewalk_engine::trace::sweep::grid::{Grid, PointCounts};

/// A trace that was replayed on the machines of a grid, and its results.
#[derive(Debug, Clone, PartialEq)]
pub struct Swept {
    pub run: TraceRun,
    pub grid: Grid,
    /// The counts for each point of the grid, or the reason why the point's replay stopped.
    pub counted: Vec<Result<PointCounts, String>>,
}

impl Swept {
    /// Returns the counts of references, which are the same on every machine of the grid.
    pub(crate) fn references(&self) -> ReferenceCounts {
        let counted = self.counted.iter().flatten().next();
        counted.map_or_else(ReferenceCounts::default, |counted| counted.references)
    }
}
