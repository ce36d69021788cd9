//! The result of a run as plain data, for other threads.

use std::sync::Arc;

use crate::editor::golden::result::GoldenResult;
use crate::lang::diagnostic::Diagnostic;
use crate::lang::fix::Fix;
use crate::lang::span::Span;
use crate::run::record::Did;
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
    /// The facts that never changed, in script notation: `ppn 0x0D`. For a `let`, the value.
    pub facts: Vec<String>,
    /// Number of executions.
    pub times: u64,
    /// The narration of the first execution. The text is empty for all but the first 20,000 statements.
    pub narration: String,
    /// The record of the first execution, which provides the reasons for its facts. It is `None` for all but
    /// the first 20,000 statements.
    pub(crate) did: Option<Arc<Did>>,
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
