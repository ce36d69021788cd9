//! The machines for some points of the grid. Each machine performs every batch.

use crate::machine::Machine;
use crate::machine::spec::Spec;
use crate::trace::counting_replay::{AddressMapping, CountingReplay, ExtraOptions, ReplayError};
use crate::trace::counts::ReplayCounts;
use crate::trace::record::Record;
use crate::trace::replay::Straddle;

/// The replay options that all points share.
#[derive(Debug, Clone, Copy)]
pub struct ReplayOptions {
    /// The address translation.
    pub map: AddressMapping,
    /// The method for counting references that straddle blocks or pages.
    pub straddle: Straddle,
}

/// The points assigned to one thread.
pub(super) struct Worker {
    points: Vec<(usize, Result<CountingReplay, ReplayError>)>,
}

/// The number of a point, and its counts.
pub(super) type PointResult = (usize, Result<ReplayCounts, ReplayError>);

impl Worker {
    /// Builds the machines for the points with these numbers.
    pub(crate) fn new(specs: &[&Spec], numbers: impl Iterator<Item = usize>, how: ReplayOptions) -> Self {
        let points = numbers.map(|at| (at, counting(specs[at], how))).collect();
        Self { points }
    }

    /// Performs the records on every machine. After a failure, a machine performs no more records.
    pub(crate) fn perform(&mut self, records: &[Record]) {
        for (_, point) in &mut self.points {
            if let Ok(counting) = point
                && let Err(why) = counting.perform(records)
            {
                *point = Err(why);
            }
        }
    }

    /// The counts for each point.
    pub(crate) fn ended(self) -> Vec<PointResult> {
        self.points.into_iter().map(|(at, point)| (at, point.map(|replay| replay.counts()))).collect()
    }
}

fn counting(spec: &Spec, how: ReplayOptions) -> Result<CountingReplay, ReplayError> {
    let machine = Machine::new(spec.clone());
    CountingReplay::new(machine, how.map, how.straddle, ExtraOptions::default())
}
