//! What a run has told of a script's statements, as plain data: it comes from another thread.

use pagewalk_script::lang::diagnostic::Diagnostic;
use pagewalk_script::lang::span::Span;
use pagewalk_script::suite::amend::Plan;

/// What the run of one version of a document has told.
#[derive(Debug, Clone, Default)]
pub(crate) struct RunResult {
    /// The version.
    pub(crate) version: i32,
    /// The statements that ran and have something to tell, in the order of the text. Only those of the document itself, not of what
    /// it includes.
    pub(crate) steps: Vec<Step>,
    /// What was stated and does not hold, in the order of the files and their texts.
    pub(crate) failures: Vec<Failure>,
    /// What to write for it to hold.
    pub(crate) accept: Plan,
    /// What to write for every `?`.
    pub(crate) fill: Plan,
    /// What was found wrong in the run.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// A statement that ran, once or more often.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Step {
    /// Where it stands.
    pub(crate) span: Span,
    /// The names of the facts that it states.
    pub(crate) stated: Vec<String>,
    /// Its facts that were the same each time, as a script states them: `ppn 0x0D`. Of `let`, the value.
    pub(crate) facts: Vec<String>,
    /// How often it ran.
    pub(crate) times: u64,
    /// What the first time came to, as `pagewalk run` tells it; empty past [`NARRATED`] statements.
    pub(crate) narration: String,
}

/// The most statements whose narration is kept.
pub(crate) const NARRATED: usize = 20_000;

/// What was stated and does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// Where it was stated.
    pub(crate) span: Span,
    /// What is the case: a sentence without a full stop.
    pub(crate) message: String,
    /// It is a `?` that waits for its value.
    pub(crate) open: bool,
}
