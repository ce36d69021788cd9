//! Worker threads, which process their jobs in order and send the results.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{io, thread};

use crossbeam_channel::{Sender, unbounded};
use lsp_server::{RequestId, ResponseError};
use pagewalk_script::editor::{Document, RunResult};

use super::client::Settings;
use super::goldens::golden_file;
use super::parts::{DiagnosticsByFile, Part, add};
use crate::face::threads::STACK;

/// The result of a job.
pub(crate) enum WorkerMessage {
    /// The scripts of a document were checked.
    Checked {
        path: PathBuf,
        version: i32,
        found: DiagnosticsByFile,
        /// The files of the scripts, starting with the document.
        files: Vec<PathBuf>,
    },
    /// The scripts of a document were run.
    Ran {
        path: PathBuf,
        version: i32,
        ran: Arc<[Arc<RunResult>]>,
        /// Failed expectations and run-time errors.
        found: DiagnosticsByFile,
    },
    /// The answer to a custom request.
    Answer(RequestId, Result<serde_json::Value, ResponseError>),
}

/// A job that sends its results.
pub(crate) type Job = Box<dyn FnOnce(&Sender<WorkerMessage>) + Send>;

/// A thread for jobs. The thread ends after the current job when this value is dropped.
pub(crate) struct Worker {
    jobs: Sender<Job>,
}

impl Worker {
    pub(crate) fn start(name: &str, results: Sender<WorkerMessage>) -> io::Result<Self> {
        let (jobs, queue) = unbounded::<Job>();
        let work = move || queue.into_iter().for_each(|job| job(&results));
        thread::Builder::new()
            .name(name.to_owned())
            .stack_size(STACK)
            .spawn(work)?;
        Ok(Self { jobs })
    }

    /// Queues a job.
    pub(crate) fn submit(&self, job: Job) {
        // The thread receives jobs until this value is dropped.
        let _ = self.jobs.send(job);
    }
}

/// A task on a script for another thread.
pub(crate) struct Task {
    pub(crate) document: Arc<Document>,
    /// Set to true when the result is no longer needed.
    pub(crate) stop: Arc<AtomicBool>,
}

/// A task that checks and runs the scripts of a document.
pub(crate) struct Check {
    pub(crate) path: PathBuf,
    pub(crate) parts: Arc<[Part]>,
    /// The client's version number.
    pub(crate) version: i32,
    /// Set to true when the result is no longer needed.
    pub(crate) stop: Arc<AtomicBool>,
    /// The scripts of earlier versions, to drop.
    pub(crate) outdated: Vec<Arc<[Part]>>,
}

impl Check {
    /// Checks the scripts, runs them if requested, and sends both results.
    pub(crate) fn check_and_run(self, settings: Settings, results: &Sender<WorkerMessage>) {
        let Self {
            path,
            parts,
            version,
            stop,
            outdated,
        } = self;
        // Dropping many records takes about as long as a check. Without a thread of its own, the next check would wait.
        // If the thread cannot start, the records are dropped here.
        let _ = thread::Builder::new().spawn(move || drop(outdated));
        let mut found = DiagnosticsByFile::new();
        let mut files = vec![path.clone()];
        for part in &*parts {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            add(&mut found, part.mistakes());
            let others = part
                .document
                .files()
                .map(|file| part.text_of(file))
                .filter(|file| *file != path);
            files.extend(others.map(PathBuf::from));
        }
        // Ignore a failure, which means that the receiver no longer needs the result.
        let _ = results.send(WorkerMessage::Checked {
            path: path.clone(),
            version,
            found,
            files,
        });
        if !settings.run {
            return;
        }
        let mut found = DiagnosticsByFile::new();
        let mut ran = Vec::new();
        for part in &*parts {
            let result = if let Some(known) = part.known_run() {
                known
            } else {
                let golden = golden_file(&path);
                let result = part
                    .document
                    .run_and_compare(settings.limits(), &stop, golden);
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                Arc::new(if settings.predict {
                    result.without_values()
                } else {
                    result
                })
            };
            part.keep_run(Some(result.clone()));
            add(&mut found, part.failures(&result));
            ran.push(result);
        }
        let _ = results.send(WorkerMessage::Ran {
            path,
            version,
            ran: ran.into(),
            found,
        });
    }
}
