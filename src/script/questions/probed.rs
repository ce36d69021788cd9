//! An access that a figure or an item describes but does not perform.

use crate::lang::ast::{Command, Expr, Fits, Operation, OperationKind, Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::run::bind::word;
use crate::run::facts::Family;
use crate::run::prepare::{prepare_operation, try_out};
use crate::run::record::{Access, Did};
use crate::run::session::Cx;
use crate::run::stop::Stop;

/// Performs an access on a copy of the machine, like `probe`, and returns its record. `operands` are the words of the
/// access (`read 0x3D4`, `translate va for write`, or only an address, which is read), and `assigned` are the operands
/// after `=` (`write 0x3D4 = 5`).
///
/// # Errors
/// Returns `wrong-type` for a statement that is not an access, and the errors of the access. Returns
/// [`Stop::Unknowable`] during a check.
pub(crate) fn probed(cx: &mut Cx, operands: &[Expr], assigned: &[Expr]) -> Result<Access, Stop> {
    let operation = operation(operands, assigned).ok_or_else(|| not_an_access(cx, operands))?;
    let verb = match &operation.kind {
        OperationKind::Command(command) => cx.language().verb(&command.verb.text),
        _ => None,
    };
    if verb.is_some_and(|verb| verb.family != Family::Access) {
        return Err(not_an_access(cx, operands).into());
    }
    if cx.checking() {
        prepare_operation(cx, &operation)?;
        return Err(Stop::Unknowable);
    }
    let sets = std::mem::replace(&mut cx.env.options.sets, true);
    let tried = try_out(cx, &operation);
    cx.env.options.sets = sets;
    match tried? {
        (Did::Access(access), _) => Ok(*access),
        _ => Err(not_an_access(cx, operands).into()),
    }
}

/// Returns the operation of which these operands are the words, or `None` if they begin with no word.
pub(crate) fn operation(operands: &[Expr], assigned: &[Expr]) -> Option<Operation> {
    let (first, rest) = operands.split_first()?;
    let last = assigned.last().or(rest.last()).unwrap_or(first);
    let kind = match word(first) {
        Some(_) if !rest.is_empty() => OperationKind::Command(Command {
            verb: Word::of(first),
            call: false,
            operands: rest.into(),
            assigned: (!assigned.is_empty()).then(|| assigned.into()),
            block: None,
            fits: Fits::default(),
        }),
        _ if rest.is_empty() => OperationKind::Expr(first.clone()),
        _ => return None,
    };
    let span = Span {
        end: last.span.end,
        ..first.span
    };
    Some(Operation {
        process: None,
        kind,
        span,
    })
}

pub(crate) fn not_an_access(cx: &Cx, operands: &[Expr]) -> Diagnostic {
    let span = operands[0].span;
    let text = cx.text(span).trim().to_owned();
    Diagnostic::new(Code::WrongType, span, format!("`{text}` is not an access"))
        .label("not an access")
        .help("write `read VA`, `write VA = V`, `fetch VA`, `translate VA`, or only an address")
}
