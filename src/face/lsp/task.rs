//! Checks and runs a document on another thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::Sender;

use super::diagnostics;
use super::document::Document;
use super::run_recorder::{RunRecorder, SinkGroup, findings};
use super::run_result::RunResult;
use super::worker_message::WorkerMessage;
use pagewalk_script::LANGUAGE;
use pagewalk_script::api::CheckedScript;
use pagewalk_script::lang::ast::{Stmt, StmtKind};
use pagewalk_script::lang::diagnostic::{Code, Diagnostic};
use pagewalk_script::run::play_from;
use pagewalk_script::run::session::Options;
use pagewalk_script::run::state::State;

/// Work on a document on another thread.
pub(crate) struct Task {
    pub(crate) document: Arc<Document>,
    /// Becomes true when the result is no longer needed.
    pub(crate) stop: Arc<AtomicBool>,
}

impl Task {
    /// Checks the document, runs it if requested, and sends both results.
    pub(crate) fn check_and_run(&self, run: bool, max_steps: u64, told: &Sender<WorkerMessage>) {
        if self.stop.load(Ordering::Relaxed) {
            return;
        }
        let (path, reading) = (&self.document.path, self.document.reading());
        let files = reading.sources.files().iter().filter_map(|file| file.path.clone()).collect();
        let found = diagnostics::from_mistakes(&reading.diagnostics, &reading.sources);
        // If the receiver is gone, the result is not needed.
        let _ = told.send(WorkerMessage::Checked {
            path: path.clone(),
            version: self.document.version,
            found,
            files,
        });
        if !run {
            return;
        }
        let ran = self.run(reading, max_steps);
        if self.stop.load(Ordering::Relaxed) {
            return;
        }
        let mut found = diagnostics::from_mistakes(&ran.diagnostics, &reading.sources);
        diagnostics::add_failures(&ran.failures, &reading.sources, &mut found);
        let _ = told.send(WorkerMessage::Ran { path: path.clone(), ran: Box::new(ran), found });
    }

    fn run(&self, reading: &CheckedScript, max_steps: u64) -> RunResult {
        let options = Options { max_steps, ..Options::of(&LANGUAGE) };
        let body = runnable(&reading.script.body, &reading.diagnostics);
        let (mut accept, mut fill) = findings();
        let mut watching = RunRecorder::new(&reading.sources);
        let (ended, _) = {
            let mut accepting = accept.watch(&body, &reading.sources);
            let mut filling = fill.watch(&body, &reading.sources);
            let mut all = SinkGroup(vec![&mut watching, &mut accepting, &mut filling]);
            let state = State::new(options.seed);
            play_from(state, &body, &reading.sources, &reading.files, options, &mut all, Some(&self.stop))
        };
        let mut diagnostics = ended.diagnostics;
        if body.len() < reading.script.body.len() {
            // An unknown name may be declared by a statement that was not run.
            let names = [Code::UnknownFunction, Code::UnknownName, Code::UnknownVerb];
            diagnostics.retain(|wrong| !names.contains(&wrong.code));
        }
        RunResult { version: self.document.version, diagnostics, ..watching.into_result(&accept, &fill) }
    }
}

/// The statements that can be run despite mistakes: those before the first mistake. A scenario or question
/// with a mistake is skipped instead, since later statements do not depend on it.
pub(crate) fn runnable(body: &[Stmt], wrong: &[Diagnostic]) -> Vec<Stmt> {
    let mut places: Vec<(u32, u32)> = Vec::new();
    let mut elsewhere = false;
    for diagnostic in wrong {
        match diagnostic.span.file {
            0 => places.push((diagnostic.span.start, diagnostic.span.end)),
            _ => elsewhere = true,
        }
    }
    let first_outside = places.iter().filter(|place| !body.iter().any(|stmt| contains(stmt, **place))).min();
    let mut runnable = Vec::new();
    for stmt in body {
        let below = first_outside.is_some_and(|(start, _)| *start < stmt.span.start);
        let broken = places.iter().any(|place| contains(stmt, *place));
        let apart = matches!(stmt.kind, StmtKind::Scenario { .. } | StmtKind::Question { .. });
        let included = elsewhere && matches!(stmt.kind, StmtKind::Include { .. });
        if below || included || broken && !apart {
            break;
        }
        if !broken {
            runnable.push(stmt.clone());
        }
    }
    runnable
}

fn contains(stmt: &Stmt, (start, end): (u32, u32)) -> bool {
    stmt.span.start <= start && end.max(start) <= stmt.span.end
}
