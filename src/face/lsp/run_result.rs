//! What a run has told of a script's statements, as plain data: it comes from another thread.

use pagewalk_script::lang::diagnostic::Diagnostic;
use pagewalk_script::lang::span::Span;
use pagewalk_script::run::amend::Plan;

/// What the run of one version of a document has told.
#[derive(Debug, Clone, Default)]
pub struct Ran {
    /// The version.
    pub version: i32,
    /// The statements that ran and have something to tell, in the order of the text. Only those of the document itself, not of what
    /// it includes.
    pub steps: Vec<Step>,
    /// What was stated and does not hold, in the order of the files and their texts.
    pub failures: Vec<Failure>,
    /// What to write for it to hold.
    pub accept: Plan,
    /// What to write for every `?`.
    pub fill: Plan,
    /// What was found wrong in the run.
    pub diagnostics: Vec<Diagnostic>,
}

/// A statement that ran, once or more often.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    /// Where it stands.
    pub span: Span,
    /// The names of the facts that it states.
    pub stated: Vec<String>,
    /// Its facts that were the same each time, as a script states them: `ppn 0x0D`. Of `let`, the value.
    pub told: Vec<String>,
    /// How often it ran.
    pub times: u64,
    /// What the first time came to, as `pagewalk run` tells it; empty past [`NARRATED`] statements.
    pub narration: String,
}

/// The most statements whose narration is kept.
pub const NARRATED: usize = 20_000;

/// What was stated and does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Where it was stated.
    pub span: Span,
    /// What is the case: a sentence without a full stop.
    pub message: String,
    /// It is a `?` that waits for its value.
    pub open: bool,
}
