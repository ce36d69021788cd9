//! Work on other threads: each does one piece after the other, and sends what came of it.

use std::io;
use std::thread;

use crossbeam_channel::{Sender, unbounded};

use super::worker_message::WorkerMessage;
use crate::face::threads::STACK;

/// A piece of work; it sends what comes of it.
pub(crate) type Job = Box<dyn FnOnce(&Sender<WorkerMessage>) + Send>;

/// A thread that works. It ends when this is dropped, after the work at hand.
pub(crate) struct Worker {
    jobs: Sender<Job>,
}

impl Worker {
    /// Starts one.
    ///
    /// # Errors
    /// Where no thread can be had.
    pub(crate) fn start(name: &str, told: Sender<WorkerMessage>) -> io::Result<Self> {
        let (jobs, queue) = unbounded::<Job>();
        let work = move || queue.into_iter().for_each(|job| job(&told));
        thread::Builder::new().name(name.to_owned()).stack_size(STACK).spawn(work)?;
        Ok(Self { jobs })
    }

    /// Hands it a piece of work.
    pub(crate) fn submit(&self, job: Job) {
        // It listens as long as this is there.
        let _ = self.jobs.send(job);
    }
}
