//! An access that a figure or an item describes but does not perform.

use crate::lang::ast::{Command, Expr, Operation, OperationKind, Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::run::bind::word;
use crate::run::facts::Family;
use crate::run::record::{Access, Did};
use crate::run::session::Session;
use crate::run::stop::Stop;

/// Performs an access on a copy of the machine, like `probe`, and returns its record. `operands` are the words of the
/// access (`read 0x3D4`, `translate va for write`, or only an address, which is read), and `assigned` are the operands
/// after `=` (`write 0x3D4 = 5`).
///
/// # Errors
/// Returns `wrong-type` for a statement that is not an access, and the errors of the access. Returns
/// [`Stop::Unknowable`] during a check.
pub(crate) fn probed(
    session: &mut Session,
    operands: &[Expr],
    assigned: &[Expr],
) -> Result<Access, Stop> {
    let Some((first, rest)) = operands.split_first() else {
        return Err(Stop::Unknowable);
    };
    let last = assigned.last().or(rest.last()).unwrap_or(first);
    let span = Span {
        end: last.span.end,
        ..first.span
    };
    let kind = match word(first) {
        Some(verb) if !rest.is_empty() => OperationKind::Command(Command {
            verb: Word {
                text: verb.into(),
                span: first.span,
            },
            call: false,
            operands: rest.into(),
            assigned: (!assigned.is_empty()).then(|| assigned.into()),
            block: None,
        }),
        _ if rest.is_empty() => OperationKind::Expr(first.clone()),
        _ => return Err(not_an_access(session, operands).into()),
    };
    let operation = Operation {
        process: None,
        kind,
        span,
    };
    let verb = match &operation.kind {
        OperationKind::Command(command) => session.language.verb(&command.verb.text),
        _ => None,
    };
    if verb.is_some_and(|verb| verb.family != Family::Access) {
        return Err(not_an_access(session, operands).into());
    }
    if session.checking() {
        session.prepare_operation(&operation)?;
        return Err(Stop::Unknowable);
    }
    let sets = std::mem::replace(&mut session.options.sets, true);
    let tried = session.try_out(&operation);
    session.options.sets = sets;
    match tried? {
        (Did::Access(access), _) => Ok(*access),
        _ => Err(not_an_access(session, operands).into()),
    }
}

fn not_an_access(session: &Session, operands: &[Expr]) -> Diagnostic {
    let span = operands[0].span;
    let text = session.text(span).trim().to_owned();
    Diagnostic::new(Code::WrongType, span, format!("`{text}` is not an access"))
        .label("not an access")
        .help("write `read VA`, `write VA = V`, `fetch VA`, `translate VA`, or only an address")
}
