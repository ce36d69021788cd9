//! Why a statement did not complete.

use crate::lang::diagnostic::Diagnostic;

/// Why a statement did not complete.
#[derive(Debug)]
pub enum Stop {
    /// The script is wrong.
    Wrong(Vec<Diagnostic>),
    /// Not to be known before the script runs (when checking only).
    Unknowable,
    /// It is to end here: the output was closed, or someone has interrupted it.
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
