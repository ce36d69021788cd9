//! Runs a sweep, which reads the trace once and performs each batch in the simulations for all points.
//!
//! Each thread owns the simulations for some points. All threads receive the same batches in the same order, so
//! the counts do not depend on the number of threads. On platforms without threads, such as WebAssembly, the
//! calling thread runs the sweep.

use std::io;
use std::sync::Arc;
use std::thread::{self, Scope, ScopedJoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::grid::{Grid, PointCounts, PointResult, SweptUnit};
use super::options::ReplayOptions;
use super::worker::{Job, Worker, jobs};
use crate::trace::counting_replay::ReplayError;
use crate::trace::record::Record;

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
