//! Records the results of a run that an editor displays.

use std::collections::BTreeMap;

use super::result::{Failure, FirstExecution, RunResult, Step, facts_of};
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::report::narrate::Narrator;
use crate::run::checks::fix_of_word;
use crate::run::record::{Sink, StepRecord};
use crate::suite::amend::Findings;

/// Maximum number of failed expectations stored.
const FAILURES: usize = 1000;

/// Maximum number of statements whose first execution is stored.
const NARRATED: usize = 20_000;

/// Maximum number of executions of a statement whose facts are compared. If a statement runs more often, its
/// facts are treated as changing.
const COMPARED: u64 = 1 << 12;

/// Records the results of a run that an editor displays.
pub(super) struct RunRecorder<'s> {
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
    pub(super) fn new(sources: &'s Sources) -> Self {
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
    pub(super) fn starting_at(self, byte: usize) -> Self {
        Self {
            start: byte as u32,
            ..self
        }
    }

    /// Returns the statements that ran, in text order.
    pub(super) fn into_steps(self) -> impl Iterator<Item = Step> {
        self.steps.into_values()
    }

    /// Returns the result of the run with these findings.
    pub(super) fn into_result(self, accept: &Findings, fill: &Findings) -> RunResult {
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
pub(super) struct SinkGroup<'a>(pub Vec<&'a mut dyn Sink>);

impl Sink for SinkGroup<'_> {
    fn accept(&mut self, record: &StepRecord) -> bool {
        self.0.iter_mut().all(|sink| sink.accept(record))
    }
}
