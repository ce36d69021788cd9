//! What a `figure` statement asks for.

use crate::lang::ast::{Command, Expr, Operation, OperationKind, Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::questions::rows::word;
use crate::run::record::{Access, Did};
use crate::run::session::Session;
use crate::run::stop::Stop;

/// The verbs of the operations that a figure can draw.
pub(crate) const OPERATIONS: &[&str] = &["read", "write", "fetch", "translate"];

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
        let name = word(self.noun).unwrap_or_default();
        Diagnostic::new(Code::WrongCount, operand.span, format!("`figure {name}` takes fewer operands"))
            .label("unexpected here")
    }

    /// Returns the access that the operands describe, as `probe` performs it, or the latest access.
    ///
    /// # Errors
    /// Returns the errors of the operation, or `no-answer` if there is no access.
    pub(crate) fn access(&self, session: &mut Session, operands: &[Expr]) -> Result<Access, Stop> {
        let kind = match operands {
            [] if session.checking() => return Err(Stop::Unknowable),
            [] => {
                let last = session.state.last.as_deref();
                return match last {
                    Some(Did::Access(access)) => Ok(access.clone()),
                    _ => Err(self.no_access().into()),
                };
            }
            [verb, rest @ ..] if word(verb).is_some_and(|verb| OPERATIONS.contains(&verb)) => {
                let verb = Word { text: word(verb).unwrap_or_default().into(), span: verb.span };
                let assigned = self.command.assigned.clone();
                let operands = rest.into();
                OperationKind::Command(Command { verb, call: false, operands, assigned, block: None })
            }
            [address] => OperationKind::Expr(address.clone()),
            [_, more, ..] => return Err(self.unexpected(more).into()),
        };
        let span = operands.first().map_or(self.place, |first| first.span);
        let operation = Operation { kind, process: None, span };
        if session.checking() {
            session.prepare_operation(&operation)?;
            return Err(Stop::Unknowable);
        }
        match session.try_out(&operation)?.0 {
            Did::Access(access) => Ok(access),
            _ => Err(Stop::Unknowable),
        }
    }

    fn no_access(&self) -> Diagnostic {
        let name = word(self.noun).unwrap_or_default();
        Diagnostic::new(Code::NoAnswer, self.noun.span, "no access has been made yet")
            .label("nothing to draw")
            .help(format!("put an access before this statement, or name one: `figure {name} read 0x3D4`"))
    }
}
