//! Reasons why a statement did not complete.

use crate::lang::diagnostic::Diagnostic;

/// The reason why a statement did not complete.
#[derive(Debug)]
pub enum Stop {
    /// The script contains errors.
    Wrong(Vec<Diagnostic>),
    /// The result is unknown before the script runs (only during a check).
    Unknowable,
    /// The run ends here, because the output was closed or the run was interrupted.
    Closed,
}

impl From<Diagnostic> for Stop {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Wrong(vec![diagnostic])
    }
}

impl From<Vec<Diagnostic>> for Stop {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self::Wrong(diagnostics)
    }
}
