//! Worker threads: each processes its jobs in order and sends the results.

use std::io;
use std::thread;

use crossbeam_channel::{Sender, unbounded};

use super::worker_message::WorkerMessage;
use crate::face::threads::STACK;

/// A job that sends its results.
pub(crate) type Job = Box<dyn FnOnce(&Sender<WorkerMessage>) + Send>;

/// A thread for jobs. It ends after the current job when this is dropped.
pub(crate) struct Worker {
    jobs: Sender<Job>,
}

impl Worker {
    pub(crate) fn start(name: &str, told: Sender<WorkerMessage>) -> io::Result<Self> {
        let (jobs, queue) = unbounded::<Job>();
        let work = move || queue.into_iter().for_each(|job| job(&told));
        thread::Builder::new().name(name.to_owned()).stack_size(STACK).spawn(work)?;
        Ok(Self { jobs })
    }

    /// Queues a job.
    pub(crate) fn submit(&self, job: Job) {
        // The thread receives jobs as long as this exists.
        let _ = self.jobs.send(job);
    }
}
