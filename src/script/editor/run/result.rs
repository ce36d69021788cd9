//! The result of a run as plain data, for other threads.

use std::sync::Arc;

use crate::lang::diagnostic::Diagnostic;
use crate::lang::span::Span;
use crate::run::record::Did;
use crate::suite::amend::Plan;

/// The result of the run of a document.
#[derive(Debug, Clone, Default)]
pub struct RunResult {
    /// The statements of the document with facts, in text order, without included files.
    pub steps: Vec<Step>,
    /// Failed expectations in the order of files and positions.
    pub failures: Vec<Failure>,
    /// Edits that replace failed expectations by actual values.
    pub accept: Plan,
    /// Edits that fill in every `?`.
    pub fill: Plan,
    /// Mistakes found by the run.
    pub diagnostics: Vec<Diagnostic>,
}

/// A statement that ran at least once.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// The statement.
    pub span: Span,
    /// The names of the facts that it asserts.
    pub stated: Vec<String>,
    /// The facts that never changed, in the syntax of a script: `ppn 0x0D`. For a `let`, the value.
    pub facts: Vec<String>,
    /// The number of times it ran.
    pub times: u64,
    /// The narration of the first time; empty after the first 20,000 statements.
    pub narration: String,
    /// The record of the first time, for the reasons of its facts; none after the first 20,000 statements.
    pub(crate) did: Option<Arc<Did>>,
}

/// A failed expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The expected value, or the fact.
    pub span: Span,
    /// The actual value, as a sentence without a full stop.
    pub message: String,
    /// Whether it is a `?`.
    pub open: bool,
}
