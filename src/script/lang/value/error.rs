//! What is wrong with a computation, before its place in the script is known.

use crate::lang::cut::cut;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::span::Span;

/// A computation that has no value. It has no place yet: [`ValueError::at`] gives it one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueError {
    /// Which kind of mistake.
    pub(crate) code: Code,
    /// What is the case, in a sentence without a full stop.
    pub(crate) message: String,
    /// How to fix it.
    pub(crate) help: Option<String>,
    /// What is to be written in the place of all that stands there, where the help says that.
    pub(crate) instead: Option<String>,
}

impl ValueError {
    /// An error without help.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None, instead: None }
    }

    /// With how to fix it.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With what to write in its place, which is the help.
    #[must_use]
    pub fn write(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        self.help = Some(format!("write {}", cut(&text)));
        self.instead = Some(text);
        self
    }

    /// As a diagnostic at this place.
    pub(crate) fn at(self, span: Span) -> Diagnostic {
        let fix = self.instead.map(|text| Box::new(Fix::replace(span, text)));
        Diagnostic { help: self.help, fix, ..Diagnostic::new(self.code, span, self.message) }
    }
}
