//! Runs of documents for an editor.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::document::Document;
use super::golden::{GoldenFile, GoldenResult};
use crate::api::CheckedScript;
use crate::api::golden::ScriptCases;
use crate::lang::ast::{Block, Stmt, StmtKind};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::report::narrate::{Narrator, format_value};
use crate::report::text::text;
use crate::run::checks::fix_of_word;
use crate::run::record::{Did, Sink, StepRecord};
use crate::run::session::{LimitNames, Limits, Options};
use crate::run::state::State;
use crate::run::{Ended, facts, play_from};
use crate::suite::amend::{Findings, Plan, Wanted};

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
    /// assert!(run.steps[1].facts().iter().any(|fact| fact.to_string() == "fault page"));
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
    pub(super) fn facts_from(&self, start: usize, max_steps: u64) -> Vec<StatedFact> {
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
            // The explanation of a step draws them.
            sets: true,
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
            *stmt.kind,
            StmtKind::Scenario { .. } | StmtKind::Question { .. }
        );
        let included = elsewhere && matches!(*stmt.kind, StmtKind::Include { .. });
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

/// Maximum number of failed expectations stored.
const FAILURES: usize = 1000;

/// Maximum number of statements whose first execution is stored.
const NARRATED: usize = 20_000;

/// Maximum number of executions of a statement whose facts are compared. If a statement runs more often, its
/// facts are treated as changing.
const COMPARED: u64 = 1 << 12;

/// Records the results of a run that an editor displays.
struct RunRecorder<'s> {
    sources: &'s Sources,
    narrator: Narrator<'s>,
    /// The byte at which the first recorded statement may begin.
    start: u32,
    steps: BTreeMap<Span, Step>,
    failures: BTreeMap<Span, Failure>,
    /// The outermost loop around the last statement whose first execution was stored.
    outer: Option<Span>,
}

impl<'s> RunRecorder<'s> {
    /// Creates a recorder for a script with these source files.
    fn new(sources: &'s Sources) -> Self {
        Self {
            sources,
            narrator: Narrator::new(sources, false),
            start: 0,
            steps: BTreeMap::new(),
            failures: BTreeMap::new(),
            outer: None,
        }
    }

    /// Skips the statements before this byte.
    fn starting_at(self, byte: usize) -> Self {
        Self {
            start: byte as u32,
            ..self
        }
    }

    /// Returns the statements that ran, in text order.
    fn into_steps(self) -> impl Iterator<Item = Step> {
        self.steps.into_values()
    }

    /// Returns the result of the run with these findings.
    fn into_result(self, accept: &Findings, fill: &Findings) -> RunResult {
        RunResult {
            steps: self.steps.into_values().collect(),
            failures: self.failures.into_values().collect(),
            accept: accept.plan(self.sources),
            fill: fill.plan(self.sources),
            ..RunResult::default()
        }
    }

    fn record_step(&mut self, record: &StepRecord) {
        if let Some(step) = self.steps.get_mut(&record.span) {
            if step.times == 1 {
                step.unchanged = step.facts();
            }
            step.times += 1;
            if !step.unchanged.is_empty() {
                let now = if step.times > COMPARED {
                    Vec::new()
                } else {
                    facts_of(record)
                };
                step.unchanged.retain(|fact| now.contains(fact));
            }
            return;
        }
        let first = (self.steps.len() < NARRATED).then(|| {
            let inside = std::mem::replace(&mut self.outer, record.outer);
            FirstExecution {
                record: record.clone(),
                inside,
            }
        });
        let unchanged = if first.is_none() {
            facts_of(record)
        } else {
            Vec::new()
        };
        let stated = record
            .checks
            .iter()
            .map(|check| check.fact.clone())
            .collect();
        let span = record.span;
        self.steps.insert(
            span,
            Step {
                span,
                stated,
                unchanged,
                times: 1,
                first,
            },
        );
    }

    fn record_failures(&mut self, record: &StepRecord) {
        if record.checks.iter().all(|check| check.held) || self.failures.len() >= FAILURES {
            return;
        }
        let Some((_, checks)) = self.narrator.failed(record) else {
            return;
        };
        let failed = record.checks.iter().filter(|check| !check.held);
        for (check, reported) in failed.zip(checks.failed) {
            let verdict = reported.verdict();
            let open = check.written.is_open();
            let reason = reported
                .reason
                .map(|reason| format!(": {reason}"))
                .unwrap_or_default();
            let message = match reported.actual {
                // A `?` needs no explanation.
                Some(actual) if open => format!("{} is {actual}", reported.fact),
                Some(actual) => format!(
                    "{} is {actual}, not {}{reason}",
                    reported.fact, reported.expected
                ),
                None => format!(
                    "there is no {}; expected {}{reason}",
                    reported.fact, reported.expected
                ),
            };
            let fix = fix_of_word(check, &record.did);
            self.failures.entry(check.span).or_insert(Failure {
                span: check.span,
                message,
                verdict,
                open,
                fix,
            });
        }
    }
}

impl Sink for RunRecorder<'_> {
    fn accept(&mut self, record: &StepRecord) -> bool {
        if record.span.file == 0 && record.span.start >= self.start {
            self.record_step(record);
        }
        self.record_failures(record);
        true
    }
}

/// A sink that passes records to several sinks.
struct SinkGroup<'a>(pub Vec<&'a mut dyn Sink>);

impl Sink for SinkGroup<'_> {
    fn accept(&mut self, record: &StepRecord) -> bool {
        self.0.iter_mut().all(|sink| sink.accept(record))
    }
}

/// The result of running a document.
#[derive(Debug, Clone, Default)]
pub struct RunResult {
    /// The document's statements that have facts, in text order, without the statements in included files.
    pub steps: Vec<Step>,
    /// Failed expectations in the order of files and positions.
    pub failures: Vec<Failure>,
    /// Edits that replace failed expectations with actual values.
    pub accept: Plan,
    /// Edits that fill in every `?`.
    pub fill: Plan,
    pub diagnostics: Vec<Diagnostic>,
    /// The comparison with the golden file, or `None` if there is no golden file or the script has errors.
    pub golden: Option<Arc<GoldenResult>>,
}

/// A statement that ran at least once.
#[derive(Debug, Clone, Default)]
pub struct Step {
    pub span: Span,
    /// The names of the facts that the statement expects.
    pub stated: Vec<String>,
    /// The facts, if the statement ran several times or its first execution is not stored. [`Step::facts`] returns the
    /// facts of all statements.
    pub(crate) unchanged: Vec<StatedFact>,
    /// Number of executions.
    pub times: u64,
    /// The first execution, which provides the narration and the reasons for its facts. It is `None` for all but
    /// the first 20,000 statements.
    pub(crate) first: Option<FirstExecution>,
}

/// A fact in script notation: `ppn 0x0D`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedFact {
    /// The name, which is empty for the value of a `let`.
    pub name: String,
    pub value: String,
}

impl fmt::Display for StatedFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(format!("{} {}", self.name, self.value).trim_start())
    }
}

/// The first execution of a statement.
#[derive(Debug, Clone)]
pub(crate) struct FirstExecution {
    /// It is formatted only when a hover or a completion shows it, because formatting all
    /// statements would take most of the time of a run.
    pub(crate) record: StepRecord,
    /// The loop in which the preceding statement ran, if the narration of that statement contains the loop's head.
    pub(crate) inside: Option<Span>,
}

impl RunResult {
    /// Whether the run has no failed expectation, no error, and no comparison with a golden file.
    pub fn is_free_of_messages(&self) -> bool {
        self.failures.is_empty() && self.diagnostics.is_empty() && self.golden.is_none()
    }

    /// Removes all values of the run, so that an editor checks predictions without showing the answers.
    #[must_use]
    pub fn without_values(self) -> Self {
        let failures = self.failures.into_iter().map(|failure| Failure {
            message: failure.verdict.clone(),
            fix: None,
            ..failure
        });
        Self {
            failures: failures.collect(),
            diagnostics: self.diagnostics,
            ..Self::default()
        }
    }

    /// Estimates the memory of the result, in bytes: that of the values, because everything else has a maximum size.
    pub fn footprint(&self) -> u64 {
        let value = |step: &Step| match step.did() {
            Some(Did::Bound { value, .. }) => value.footprint(),
            _ => 0,
        };
        self.steps.iter().map(value).sum()
    }
}

impl Step {
    /// Returns the result of the first execution.
    pub(crate) fn did(&self) -> Option<&Did> {
        self.first.as_ref().map(|first| &*first.record.did)
    }

    /// Returns the facts that never changed. For a `let`, returns the value.
    pub fn facts(&self) -> Vec<StatedFact> {
        match &self.first {
            Some(first) if self.times == 1 => facts_of(&first.record),
            _ => self.unchanged.clone(),
        }
    }

    /// Returns the narration of the first execution. The text is empty for all but the first 20,000 statements.
    pub(crate) fn narration(&self, sources: &Sources) -> String {
        let Some(FirstExecution { record, inside }) = &self.first else {
            return String::new();
        };
        let mut narrator = Narrator::new(sources, false).inside(*inside);
        text(&narrator.narrate(record), false)
    }
}

/// A failed expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The span of the expected value, or of the fact.
    pub span: Span,
    /// The message with the actual value, as a sentence without a period.
    pub message: String,
    /// The message without the actual value.
    pub(crate) verdict: String,
    /// Whether the expected value is a `?`.
    pub open: bool,
    /// The fix of a misspelled word in the expected value.
    pub(crate) fix: Option<Fix>,
}

fn facts_of(record: &StepRecord) -> Vec<StatedFact> {
    match &*record.did {
        Did::Bound {
            value,
            call: None,
            hexadecimal,
            ..
        } => vec![StatedFact {
            name: String::new(),
            value: format_value(value, *hexadecimal),
        }],
        did => facts::reported_facts(did)
            .into_iter()
            .map(|fact| StatedFact {
                value: fact.stated(),
                name: fact.name,
            })
            .collect(),
    }
}
