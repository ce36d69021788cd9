//! The machines of some points, each performing every batch.

use std::sync::Arc;

use crate::machine::Machine;
use crate::machine::spec::Spec;
use crate::trace::counting_replay::{AddressMapping, CountingReplay, ExtraOptions, ReplayError};
use crate::trace::counts::{LevelCounts, MemoryTransfers, PagingCounts, ReferenceCounts, ReplayCounts};
use crate::trace::record::Record;
use crate::trace::replay::Straddle;

/// How every point replays the trace.
#[derive(Debug, Clone, Copy)]
pub struct ReplayOptions {
    /// How addresses become physical ones.
    pub map: AddressMapping,
    /// What becomes of references that straddle blocks or pages.
    pub straddle: Straddle,
}

/// The points of one thread. It holds machines, which stay in the thread that made them.
pub(super) struct Worker {
    points: Vec<(usize, Result<CountingReplay, ReplayError>)>,
}

/// What came of a point, fit to be handed to another thread.
pub(super) struct FinishedReplay {
    references: ReferenceCounts,
    tlbs: Vec<LevelCounts>,
    caches: Vec<LevelCounts>,
    memory: MemoryTransfers,
    paging: Option<PagingCounts>,
}

/// What came of a point by its number; why not, if it failed.
pub(super) type PointResult = (usize, Result<FinishedReplay, ReplayError>);

impl Worker {
    /// Builds the machines of the points of these numbers.
    pub(crate) fn new(specs: &[&Spec], numbers: impl Iterator<Item = usize>, how: ReplayOptions) -> Self {
        let points = numbers.map(|at| (at, counting(specs[at], how))).collect();
        Self { points }
    }

    /// Every machine performs the records; one that fails performs no more.
    pub(crate) fn perform(&mut self, records: &[Record]) {
        for (_, point) in &mut self.points {
            if let Ok(counting) = point
                && let Err(why) = counting.perform(records)
            {
                *point = Err(why);
            }
        }
    }

    /// What came of each point.
    pub(crate) fn ended(self) -> Vec<PointResult> {
        let came = |counting: CountingReplay| {
            let ReplayCounts { references, tlbs, caches, memory, paging, .. } = counting.counts();
            FinishedReplay { references, tlbs, caches, memory, paging }
        };
        self.points.into_iter().map(|(at, point)| (at, point.map(came))).collect()
    }
}

fn counting(spec: &Spec, how: ReplayOptions) -> Result<CountingReplay, ReplayError> {
    let machine = Machine::new(spec.clone());
    CountingReplay::new(machine, how.map, how.straddle, ExtraOptions::default())
}

impl FinishedReplay {
    /// As it is reported.
    pub(crate) fn counted(self, spec: &Spec) -> ReplayCounts {
        let FinishedReplay { references, tlbs, caches, memory, paging } = self;
        let spec = Arc::new(spec.clone());
        ReplayCounts { spec, references, tlbs, caches, memory, paging, top: None, curve: None }
    }
}
