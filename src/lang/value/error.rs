//! What is wrong with a computation, before its place in the script is known.

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::span::Span;

/// A computation that has no value. It has no place yet: [`ValueError::at`] gives it one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueError {
    /// Which kind of mistake.
    pub code: Code,
    /// What is the case, in a sentence without a full stop.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
}

impl ValueError {
    /// An error without help.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None }
    }

    /// With how to mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// As a diagnostic at this place.
    pub fn at(self, span: Span) -> Diagnostic {
        Diagnostic { help: self.help, ..Diagnostic::new(self.code, span, self.message) }
    }
}
