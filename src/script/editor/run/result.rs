//! The result of a run as plain data, for other threads.

use std::sync::Arc;

use crate::editor::golden::result::GoldenResult;
use crate::lang::diagnostic::Diagnostic;
use crate::lang::fix::Fix;
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::report::narrate::{Narrator, format_value};
use crate::report::text::text;
use crate::run::facts;
use crate::run::record::{Did, StepRecord};
use crate::suite::amend::Plan;

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
    /// Diagnostics of the run.
    pub diagnostics: Vec<Diagnostic>,
    /// The comparison with the golden file, or `None` if there is no golden file or the script has errors.
    pub golden: Option<Arc<GoldenResult>>,
}

/// A statement that ran at least once.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// The statement.
    pub span: Span,
    /// The names of the facts that the statement expects.
    pub stated: Vec<String>,
    /// The facts, if the statement ran several times or its first execution is not stored. [`Step::facts`] returns the
    /// facts of all statements.
    pub(crate) unchanged: Vec<String>,
    /// Number of executions.
    pub times: u64,
    /// The first execution, which provides the narration and the reasons for its facts. It is `None` for all but
    /// the first 20,000 statements.
    pub(crate) first: Option<FirstExecution>,
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

    /// Returns the facts that never changed, in script notation: `ppn 0x0D`. For a `let`, the value.
    pub fn facts(&self) -> Vec<String> {
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
        text(&Narrator::inside(sources, *inside).narrate(record), false)
    }
}

/// A failed expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The span of the expected value, or of the fact.
    pub span: Span,
    /// The message with the actual value, as a sentence without a period.
    pub message: String,
    /// Whether the expected value is a `?`.
    pub open: bool,
    /// The fix of a misspelled word in the expected value.
    pub(crate) fix: Option<Fix>,
}

/// Returns the facts of a record in script notation.
pub(super) fn facts_of(record: &StepRecord) -> Vec<String> {
    match &*record.did {
        Did::Bound {
            value,
            call: None,
            hexadecimal,
            ..
        } => vec![format_value(value, *hexadecimal)],
        did => facts::reported_facts(did)
            .iter()
            .map(ToString::to_string)
            .collect(),
    }
}
