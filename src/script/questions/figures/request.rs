//! What a `figure` statement asks for.

use crate::lang::ast::{Command, Expr, Span};
use crate::lang::diagnostic::{Code, Diagnostic};

/// A `figure` statement.
pub(crate) struct Request<'c> {
    /// The place of the verb.
    pub(crate) place: Span,
    /// The name of the figure.
    pub(crate) noun: &'c Expr,
    /// The operands after the name.
    pub(crate) operands: &'c [Expr],
    pub(crate) command: &'c Command,
}

impl Request<'_> {
    /// Reports an operand after the last possible one.
    pub(crate) fn unexpected(&self, operand: &Expr) -> Diagnostic {
        let name = super::super::rows::word(self.noun).unwrap_or_default();
        Diagnostic::new(Code::WrongCount, operand.span, format!("`figure {name}` needs fewer operands"))
            .label("unexpected here")
    }
}
