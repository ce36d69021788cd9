//! The simulations for some points of the grid. Each simulation performs every batch.

use super::grid::{Grid, PointCounts, PointResult, SweptUnit};
use super::level_job::LevelJob;
use super::options::ReplayOptions;
use super::reduce::reduced;
use crate::machine::Machine;
use crate::machine::spec::Spec;
use crate::trace::counting_replay::{CountingReplay, ExtraOptions, ReplayError};
use crate::trace::record::Record;

/// A simulation of one or more points.
pub(super) enum Job {
    /// Points that share the references to a cache.
    Level(Box<LevelJob>),
    /// A point with a separate machine, or the failure of its replay.
    Machine {
        at: usize,
        replay: Result<Box<CountingReplay>, ReplayError>,
    },
}

/// The simulations assigned to one thread.
pub(super) struct Worker {
    jobs: Vec<Job>,
}

/// Chooses the simulations for the points of a grid.
pub(super) fn jobs(grid: &Grid, how: ReplayOptions) -> Vec<Job> {
    let units = grid.units();
    let how = ReplayOptions {
        // An equal part for each point, so that the result does not depend on the number of threads.
        max_memory: how.max_memory / grid.points.len().max(1) as u64,
        ..how
    };
    let (mut shared, mut jobs) = (Vec::new(), Vec::new());
    for (at, point) in grid.points.iter().enumerate() {
        if !LevelJob::add(&mut shared, (at, &point.spec), &units, how) {
            let replay = counting(reduced(&point.spec, &units), how).map(Box::new);
            jobs.push(Job::Machine { at, replay });
        }
    }
    shared
        .into_iter()
        .map(|job| Job::Level(Box::new(job)))
        .chain(jobs)
        .collect()
}

impl Worker {
    pub(super) fn new(jobs: Vec<Job>) -> Self {
        Self { jobs }
    }

    /// Performs the records in every simulation. After a failure, a simulation performs no more records.
    pub(super) fn perform(&mut self, records: &[Record]) {
        for job in &mut self.jobs {
            match job {
                Job::Level(job) => job.perform(records),
                Job::Machine { replay, .. } => {
                    if let Ok(counting) = replay
                        && let Err(why) = counting.perform(records)
                    {
                        *replay = Err(why);
                    }
                }
            }
        }
    }

    /// The counts of `units` for each point.
    pub(super) fn ended(self, units: &[SweptUnit]) -> Vec<PointResult> {
        let mut ended = Vec::new();
        for job in self.jobs {
            match job {
                Job::Level(job) => ended.extend(job.counts()),
                Job::Machine { at, replay } => {
                    ended.push((
                        at,
                        replay.map(|replay| PointCounts::new(&replay.counts(), units)),
                    ));
                }
            }
        }
        ended
    }
}

fn counting(spec: Spec, how: ReplayOptions) -> Result<CountingReplay, ReplayError> {
    let replay = CountingReplay::new(
        Machine::new(spec),
        how.map,
        how.straddle,
        ExtraOptions::default(),
    );
    replay.map(|replay| replay.within(how.max_memory))
}
