//! The result of a run as plain data, for other threads.

use pagewalk_script::lang::diagnostic::Diagnostic;
use pagewalk_script::lang::span::Span;
use pagewalk_script::suite::amend::Plan;

/// The result of the run of one version of a document.
#[derive(Debug, Clone, Default)]
pub(crate) struct RunResult {
    pub(crate) version: i32,
    /// The statements of the document with facts, in text order, without included files.
    pub(crate) steps: Vec<Step>,
    /// Failed expectations in the order of files and positions.
    pub(crate) failures: Vec<Failure>,
    /// Edits that replace failed expectations by actual values.
    pub(crate) accept: Plan,
    /// Edits that fill in every `?`.
    pub(crate) fill: Plan,
    /// Mistakes found by the run.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// A statement that ran at least once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) span: Span,
    /// The names of the facts that it asserts.
    pub(crate) stated: Vec<String>,
    /// The facts that never changed, in the syntax of a script: `ppn 0x0D`. For a `let`, the value.
    pub(crate) facts: Vec<String>,
    /// The number of times it ran.
    pub(crate) times: u64,
    /// The narration of the first time; empty after the first [`NARRATED`] statements.
    pub(crate) narration: String,
}

/// The most statements whose narration is stored.
pub(crate) const NARRATED: usize = 20_000;

/// A failed expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) span: Span,
    /// The actual value, as a sentence without a full stop.
    pub(crate) message: String,
    /// Whether it is a `?`.
    pub(crate) open: bool,
}
