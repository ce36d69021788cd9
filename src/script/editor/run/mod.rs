//! Runs of documents for an editor.

mod recorder;
mod result;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::document::Document;
use super::golden::result::{GoldenFile, GoldenResult};
use crate::api::CheckedScript;
use crate::api::golden::ScriptCases;
use crate::lang::ast::{Block, Stmt, StmtKind};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::run::record::Sink;
use crate::run::session::{LimitNames, Limits, Options};
use crate::run::state::State;
use crate::run::{Ended, play_from};
use crate::suite::amend::{Findings, Wanted};
use recorder::{RunRecorder, SinkGroup};
pub use result::{Failure, RunResult, Step};

impl Document {
    /// Runs the document and keeps the results for an editor: facts, failed expectations, and actual values.
    /// The run ends within `limits`, or when `interrupt` becomes true.
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, OpenTexts};
    /// # use std::sync::atomic::AtomicBool;
    /// let text = "machine simple\ntranslate 0x3D4 => vpn 3";
    /// let document = Document::new("a.pw", text, OpenTexts::default());
    /// let run = document.run(1000, &AtomicBool::new(false));
    /// assert!(run.steps[1].facts().contains(&"fault page".to_owned()));
    /// assert!(run.failures[0].message.starts_with("vpn is 0x0F, not 0x03"));
    /// ```
    pub fn run(&self, limits: impl Into<Limits>, interrupt: &AtomicBool) -> RunResult {
        self.run_and_compare(limits, interrupt, None)
    }

    /// Like [`Document::run`], and compares the results with a golden file unless the script has errors.
    pub fn run_and_compare(
        &self,
        limits: impl Into<Limits>,
        interrupt: &AtomicBool,
        golden: Option<GoldenFile>,
    ) -> RunResult {
        let CheckedScript {
            sources,
            script,
            diagnostics: wrong,
            ..
        } = self.script();
        let body = self.runnable();
        let mut accept = Findings::new(Wanted {
            accept: true,
            fill: false,
        });
        let mut fill = Findings::new(Wanted {
            accept: false,
            fill: true,
        });
        let mut recorder = RunRecorder::new(sources);
        let golden = golden
            .filter(|_| wrong.is_empty())
            .map(|file| (file, ScriptCases::new(self.script())));
        let mut gather = golden.as_ref().map(|(_, cases)| cases.gather(true));
        let ended = {
            let mut accepting = accept.watch(&body, sources, &|_| true);
            let mut filling = fill.watch(&body, sources, &|_| true);
            let mut all = SinkGroup(vec![&mut recorder, &mut accepting, &mut filling]);
            all.0
                .extend(gather.as_mut().map(|gather| gather as &mut dyn Sink));
            self.play(&body, limits, &mut all, interrupt).0
        };
        let mut diagnostics = ended.diagnostics;
        if body.len() < script.body.len() {
            // A statement that did not run may declare the unknown name.
            let names = [Code::UnknownFunction, Code::UnknownName, Code::UnknownVerb];
            diagnostics.retain(|wrong| !names.contains(&wrong.code));
        }
        let golden = golden
            .filter(|_| diagnostics.is_empty())
            .map(|(file, cases)| {
                let name = self
                    .path()
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                Arc::new(GoldenResult::new(
                    file,
                    &cases,
                    cases.runs(gather, &diagnostics),
                    name,
                ))
            });
        RunResult {
            diagnostics,
            golden,
            ..recorder.into_result(&accept, &fill)
        }
    }

    /// Returns the facts of the statements from this byte on, from a run without errors or up to the first error.
    pub(super) fn facts_from(&self, start: usize, max_steps: u64) -> Vec<String> {
        let mut recorder = RunRecorder::new(&self.script().sources).starting_at(start);
        self.play(&self.runnable(), max_steps, &mut recorder, &false.into());
        recorder
            .into_steps()
            .flat_map(|step| step.facts())
            .collect()
    }

    /// Returns the statements that can run despite errors.
    pub(super) fn runnable(&self) -> Block {
        let CheckedScript {
            script,
            diagnostics,
            ..
        } = self.script();
        runnable(&script.body, diagnostics)
    }

    /// Runs these statements until the sink or `interrupt` stops the run. Returns the final state.
    pub(super) fn play(
        &self,
        body: &Block,
        limits: impl Into<Limits>,
        sink: &mut dyn Sink,
        interrupt: &AtomicBool,
    ) -> (Ended, State) {
        let CheckedScript { sources, files, .. } = self.script();
        let options = Options {
            raised_by: LimitNames::SETTINGS,
            ..Options::default().within(limits.into())
        };
        play_from(
            State::new(options.seed),
            body,
            sources,
            files,
            options,
            sink,
            Some(interrupt),
        )
    }
}

/// Returns the statements that can run despite errors: those before the first error. Skips a scenario or
/// question with an error, because later statements do not depend on the scenario or question.
/// Incomplete text therefore does not hide the results above it.
fn runnable(body: &Block, wrong: &[Diagnostic]) -> Block {
    if wrong.is_empty() {
        return body.clone();
    }
    let mut places: Vec<(u32, u32)> = Vec::new();
    let mut elsewhere = false;
    for diagnostic in wrong {
        match diagnostic.span.file {
            0 => places.push((diagnostic.span.start, diagnostic.span.end)),
            _ => elsewhere = true,
        }
    }
    let first_outside = places
        .iter()
        .filter(|place| !body.iter().any(|stmt| contains(stmt, **place)))
        .min();
    let mut runnable = Vec::new();
    for stmt in body.iter() {
        let below = first_outside.is_some_and(|(start, _)| *start < stmt.span.start);
        let broken = places.iter().any(|place| contains(stmt, *place));
        let apart = matches!(
            stmt.kind,
            StmtKind::Scenario { .. } | StmtKind::Question { .. }
        );
        let included = elsewhere && matches!(stmt.kind, StmtKind::Include { .. });
        if below || included || broken && !apart {
            break;
        }
        if !broken {
            runnable.push(stmt.clone());
        }
    }
    runnable.into()
}

fn contains(stmt: &Stmt, (start, end): (u32, u32)) -> bool {
    stmt.span.start <= start && end.max(start) <= stmt.span.end
}
