//! Replays a trace on many machines in a single pass. [`run()`] replays the trace on the machines of a
//! [`grid::Grid`].
//!
//! If the grid varies only one LRU cache, one simulation per number of sets provides the counts for all numbers of
//! ways ([`stack`]). Caches with other policies share the decoded references. All other points each have a separate machine.

pub mod grid;
mod level_job;
mod recorder;
mod stack;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::thread::{Scope, ScopedJoinHandle};
use std::{io, thread};

use crossbeam_channel::{Receiver, Sender, bounded};
use grid::{Grid, PointCounts, PointResult, SweptUnit};
use level_job::LevelJob;

use super::counting_replay::{CountingReplay, ExtraOptions, ReplayError};
use super::record::Record;
use super::replay::KINDS;
use crate::machine::Machine;
use crate::machine::policy::Policy;
use crate::machine::spec::{Inclusion, Spec};

pub use grid::ReplayOptions;

// Runs a sweep, which reads the trace once and performs each batch in the simulations for all points.
//
// Each thread owns the simulations for some points. All threads receive the same batches in the same order, so
// the counts do not depend on the number of threads. On platforms without threads, such as WebAssembly, the
// calling thread runs the sweep.

/// Maximum number of batches waiting for a thread. Waiting batches keep the thread busy. The small number
/// limits memory use and lets an interrupted sweep end quickly.
const WAITING: usize = 2;

/// Receives the batches of a trace in order.
pub struct Feed<'a> {
    into: FeedTarget<'a>,
}

enum FeedTarget<'a> {
    Here(&'a mut Worker),
    There(Vec<Sender<Arc<[Record]>>>),
}

impl Feed<'_> {
    /// Performs records on the machines for all points. The call blocks while the threads are too far behind.
    pub fn send(&mut self, records: &[Record]) {
        match &mut self.into {
            FeedTarget::Here(worker) => worker.perform(records),
            FeedTarget::There(threads) => {
                let records: Arc<[Record]> = records.into();
                for thread in threads {
                    // If a thread has ended, `join` reports the failure later.
                    let _ = thread.send(records.clone());
                }
            }
        }
    }
}

/// Replays a trace on the machines of a grid, using at most `threads` threads in addition to the caller's. Each spec must
/// pass [`Spec::check`](crate::machine::spec::Spec::check). `feed` sends the batches. `feed` can show the progress and can
/// cancel the sweep by returning early. The results are in the order of the points.
pub fn run<R>(
    grid: &Grid,
    how: ReplayOptions,
    threads: usize,
    feed: impl FnOnce(&mut Feed<'_>) -> R,
) -> (R, Vec<Result<PointCounts, ReplayError>>) {
    let jobs = jobs(grid, how);
    let units = grid.units();
    let threads = threads.min(jobs.len());
    let (fed, mut ended) = if threads <= 1 {
        run_inline(jobs, &units, feed)
    } else {
        run_on_threads(jobs, &units, threads, feed)
    };
    ended.sort_by_key(|(at, _)| *at);
    (fed, ended.into_iter().map(|(_, counts)| counts).collect())
}

fn run_inline<R>(
    jobs: Vec<Job>,
    units: &[SweptUnit],
    feed: impl FnOnce(&mut Feed<'_>) -> R,
) -> (R, Vec<PointResult>) {
    let mut worker = Worker::new(jobs);
    let fed = feed(&mut Feed {
        into: FeedTarget::Here(&mut worker),
    });
    (fed, worker.ended(units))
}

/// Runs on as many threads as can be started, or on this thread if no thread can be started.
fn run_on_threads<R>(
    jobs: Vec<Job>,
    units: &[SweptUnit],
    threads: usize,
    feed: impl FnOnce(&mut Feed<'_>) -> R,
) -> (R, Vec<PointResult>) {
    thread::scope(|scope| {
        let started: Vec<WorkerThread> = (0..threads)
            .map_while(|_| WorkerThread::new(scope, units).ok())
            .collect();
        if started.is_empty() {
            return run_inline(jobs, units, feed);
        }
        let mut shares: Vec<Vec<Job>> = started.iter().map(|_| Vec::new()).collect();
        // Adjacent points have similar costs, so the jobs are assigned to the threads in turn.
        for (at, job) in jobs.into_iter().enumerate() {
            shares[at % started.len()].push(job);
        }
        let (mut into, mut handles) = (Vec::new(), Vec::new());
        for (thread, share) in started.into_iter().zip(shares) {
            let _ = thread.jobs.send(share);
            into.push(thread.batches);
            handles.push(thread.handle);
        }
        let fed = feed(&mut Feed {
            into: FeedTarget::There(into),
        });
        let ended = handles.into_iter().flat_map(|handle| {
            handle
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        (fed, ended.collect())
    })
}

/// A thread that waits until it receives its jobs.
struct WorkerThread<'scope> {
    jobs: Sender<Vec<Job>>,
    batches: Sender<Arc<[Record]>>,
    handle: ScopedJoinHandle<'scope, Vec<PointResult>>,
}

impl<'scope> WorkerThread<'scope> {
    fn new<'env>(scope: &'scope Scope<'scope, 'env>, units: &'env [SweptUnit]) -> io::Result<Self> {
        let (jobs, own) = bounded(1);
        let (batches, records) = bounded(WAITING);
        let work = move || perform(&own, units, &records);
        let handle = thread::Builder::new().spawn_scoped(scope, work)?;
        Ok(Self {
            jobs,
            batches,
            handle,
        })
    }
}

/// A thread's work: performs every batch in each of its simulations, and returns the counts.
fn perform(
    jobs: &Receiver<Vec<Job>>,
    units: &[SweptUnit],
    batches: &Receiver<Arc<[Record]>>,
) -> Vec<PointResult> {
    let mut worker = Worker::new(jobs.recv().unwrap_or_default());
    for records in batches {
        worker.perform(&records);
    }
    worker.ended(units)
}

/// A simulation of one or more points.
enum Job {
    /// Points that share the references to a cache.
    Level(Box<LevelJob>),
    /// A point with a separate machine, or the failure of its replay.
    Machine {
        at: usize,
        replay: Result<Box<CountingReplay>, ReplayError>,
    },
}

/// The simulations assigned to one thread.
struct Worker {
    jobs: Vec<Job>,
}

/// Chooses the simulations for the points of a grid.
fn jobs(grid: &Grid, how: ReplayOptions) -> Vec<Job> {
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
    fn new(jobs: Vec<Job>) -> Self {
        Self { jobs }
    }

    /// Performs the records in every simulation. After a failure, a simulation performs no more records.
    fn perform(&mut self, records: &[Record]) {
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
    fn ended(self, units: &[SweptUnit]) -> Vec<PointResult> {
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
        Machine::seeded(spec, how.seed),
        how.map,
        how.straddle,
        ExtraOptions::default(),
    );
    replay.map(|replay| replay.within(how.max_memory))
}

/// Removes the caches below all swept caches, if they do not affect the caches above them.
///
/// A first-level cache remains, because it determines which references the replay performs and which blocks it snoops.
fn reduced(spec: &Spec, units: &[SweptUnit]) -> Spec {
    let deepest = units.iter().filter_map(|unit| match unit {
        SweptUnit::Cache(level) => Some(*level),
        SweptUnit::Tlb(_) => None,
    });
    let deepest = deepest.max();
    let first = KINDS.map(|kind| spec.first_cache(kind));
    let is_needed = |level: usize| Some(level) <= deepest || first.contains(&Some(level));
    let blocks = spec.caches.first().map_or(0, |cache| cache.block_bits);
    let is_independent = spec.caches.iter().enumerate().all(|(level, cache)| {
        cache.inclusion == Inclusion::None
            && cache.block_bits == blocks
            // All random choices of a machine share one sequence.
            && (Some(level) <= deepest || cache.policy != Policy::Random)
    });
    let mut spec = spec.clone();
    if is_independent && Machine::new(spec.clone()).has_plain_caches() {
        let mut level = 0..;
        spec.caches.retain(|_| level.next().is_some_and(is_needed));
    }
    spec
}
