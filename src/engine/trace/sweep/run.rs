//! Runs a sweep, which reads the trace once and performs each batch on the machines for all points.
//!
//! Each thread owns the machines for some points. All threads receive the same batches in the same order, so
//! the counts do not depend on the number of threads. On platforms without threads, such as WebAssembly, the
//! calling thread runs the sweep.

use std::io;
use std::sync::Arc;
use std::thread::{self, Scope, ScopedJoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::worker::{PointResult, ReplayOptions, Worker};
use crate::machine::spec::Spec;
use crate::trace::counting_replay::ReplayError;
use crate::trace::counts::ReplayCounts;
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

/// Replays a trace on a machine of each spec, using at most `threads` threads in addition to the caller's.
/// Each spec must pass [`Spec::check`]. `feed` sends the batches. `feed` can show the progress and can cancel
/// the sweep by returning early. The results are in spec order.
pub fn run<R>(
    specs: &[&Spec],
    how: ReplayOptions,
    threads: usize,
    feed: impl FnOnce(&mut Feed<'_>) -> R,
) -> (R, Vec<Result<ReplayCounts, ReplayError>>) {
    let threads = threads.clamp(1, specs.len().max(1));
    let (fed, mut ended) =
        if threads == 1 { run_inline(specs, how, feed) } else { run_on_threads(specs, how, threads, feed) };
    ended.sort_by_key(|(at, _)| *at);
    (fed, ended.into_iter().map(|(_, counts)| counts).collect())
}

fn run_inline<R>(
    specs: &[&Spec],
    how: ReplayOptions,
    feed: impl FnOnce(&mut Feed<'_>) -> R,
) -> (R, Vec<PointResult>) {
    let mut worker = Worker::new(specs, 0..specs.len(), how);
    let fed = feed(&mut Feed { into: FeedTarget::Here(&mut worker) });
    (fed, worker.ended())
}

/// Runs on as many threads as can be started, or on this thread if no thread can be started.
fn run_on_threads<R>(
    specs: &[&Spec],
    how: ReplayOptions,
    threads: usize,
    feed: impl FnOnce(&mut Feed<'_>) -> R,
) -> (R, Vec<PointResult>) {
    thread::scope(|scope| {
        let started: Vec<WorkerThread> =
            (0..threads).map_while(|_| WorkerThread::new(scope, specs, how).ok()).collect();
        if started.is_empty() {
            return run_inline(specs, how, feed);
        }
        let count = started.len();
        let mut into = Vec::with_capacity(count);
        let mut handles = Vec::with_capacity(count);
        for (at, thread) in started.into_iter().enumerate() {
            // Adjacent points have similar costs, so the points are assigned to the threads in turn.
            let _ = thread.numbers.send((at..specs.len()).step_by(count).collect());
            into.push(thread.batches);
            handles.push(thread.handle);
        }
        let fed = feed(&mut Feed { into: FeedTarget::There(into) });
        let ended = handles
            .into_iter()
            .flat_map(|handle| handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        (fed, ended.collect())
    })
}

/// A thread that waits until it receives the numbers of its points.
struct WorkerThread<'scope> {
    numbers: Sender<Vec<usize>>,
    batches: Sender<Arc<[Record]>>,
    handle: ScopedJoinHandle<'scope, Vec<PointResult>>,
}

impl<'scope> WorkerThread<'scope> {
    fn new<'env>(
        scope: &'scope Scope<'scope, 'env>,
        specs: &'env [&'env Spec],
        how: ReplayOptions,
    ) -> io::Result<Self> {
        let (numbers, points) = bounded(1);
        let (batches, records) = bounded(WAITING);
        let work = move || perform(specs, &points, &records, how);
        let handle = thread::Builder::new().spawn_scoped(scope, work)?;
        Ok(Self { numbers, batches, handle })
    }
}

/// A thread's work: builds its machines, performs every batch on each machine, and returns the counts.
fn perform(
    specs: &[&Spec],
    points: &Receiver<Vec<usize>>,
    batches: &Receiver<Arc<[Record]>>,
    how: ReplayOptions,
) -> Vec<PointResult> {
    let mut worker = Worker::new(specs, points.recv().unwrap_or_default().into_iter(), how);
    for records in batches {
        worker.perform(&records);
    }
    worker.ended()
}
