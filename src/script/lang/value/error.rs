//! Errors of computations, without their position in the script.

use std::fmt;

use crate::lang::cut::cut;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::span::Span;

/// An error of a computation. The error has no position until [`ValueError::at`] adds one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueError {
    /// The kind of error.
    pub(crate) code: Code,
    /// The message: a sentence without a final period.
    pub(crate) message: String,
    /// How to fix the error.
    pub(crate) help: Option<String>,
    /// The replacement for the whole text at the error's position, if the help provides it.
    pub(crate) instead: Option<String>,
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ValueError {}

impl ValueError {
    /// Returns an error without help.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            help: None,
            instead: None,
        }
    }

    /// Sets the help.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Sets the replacement, which becomes the help.
    #[must_use]
    pub fn write(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        self.help = Some(format!("write {}", cut(&text)));
        self.instead = Some(text);
        self
    }

    /// Returns the error as a diagnostic at this position.
    pub(crate) fn at(self, span: Span) -> Diagnostic {
        let fix = self.instead.map(|text| Box::new(Fix::replace(span, text)));
        Diagnostic {
            help: self.help,
            fix,
            ..Diagnostic::new(self.code, span, self.message)
        }
    }
}
