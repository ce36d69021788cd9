//! Prepares `translate`, `read`, `write`, and `fetch`.

use crate::lang::ast::{Command, Expr, ExprKind};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::value::Value;
use crate::run::limits::ACCESS_LIMIT;
use crate::run::params::Param::{self, Keyword, Optional, Words};
use crate::run::params::{LENGTH, words_of};
use crate::run::record::{AccessVerb, Did};
use crate::run::session::{Action, Session};
use crate::run::settings::{Arg, ArgKind, one_of};
use crate::run::stop::Stop;
use pagewalk_engine::machine::addr::Va;
use pagewalk_engine::machine::event::{AccessKind, Privilege};

use super::operands::{clauses, missing, plain, word};
use super::plans::AccessPlan;

const KINDS: &[(&str, AccessKind)] = &[
    ("read", AccessKind::Read),
    ("write", AccessKind::Write),
    ("execute", AccessKind::Execute),
];
const MODES: &[(&str, Privilege)] = &[
    ("user", Privilege::User),
    ("supervisor", Privilege::Supervisor),
];

/// `[for read|write|execute]`
pub(crate) const FOR: Param = Optional(&[Keyword("for"), Words(words_of!(KINDS.0))]);
/// `[by user|supervisor]`
pub(crate) const BY: Param = Optional(&[Keyword("by"), Words(words_of!(MODES.0))]);
/// `[size N]`
pub(crate) const SIZED: Param = Optional(&[Keyword("size"), LENGTH]);

/// Returns the value of a word in a clause.
fn choice<T: Copy>(expr: &Expr, words: &[(&'static str, T)]) -> Result<T, Vec<Diagnostic>> {
    let text = word(expr).unwrap_or_default().into();
    one_of(
        &Arg {
            kind: ArgKind::Word { text, value: None },
            span: expr.span,
        },
        words,
    )
}

/// Whether a statement contains an address in digits. The digits of a canonical address in the upper half have more bits than the
/// address, and `'a'` has no digits.
fn is_literal(session: &Session, written: &Expr, va: Va) -> bool {
    let ExprKind::Value(Value::Number(number)) = &written.kind else {
        return false;
    };
    let has_digits = || {
        session
            .text(written.span)
            .starts_with(|c: char| c.is_ascii_digit())
    };
    // A character is a byte, so that a loop need not look at the text of other addresses.
    number.as_integer() == Some(va.raw().into()) && (va.raw() > 0xFF || has_digits())
}

fn access(plan: AccessPlan) -> Action {
    Action::operation(move |session| Ok(Did::Access(Box::new(session.access(plan)?))))
}

/// `translate VA [for read|write|execute] [by user|supervisor]`
pub(crate) fn translate(session: &mut Session, command: &Command) -> Result<Action, Stop> {
    plain(command)?;
    let (va, clauses) = clauses(command, &command.operands, &[FOR, BY])?;
    let (mut kind, mut mode) = (AccessKind::Read, Privilege::User);
    for (clause, value) in clauses {
        match clause {
            "for" => kind = choice(value, KINDS)?,
            _ => mode = choice(value, MODES)?,
        }
    }
    let (place, written, verb) = (va.span, va, AccessVerb::Translate);
    let (va, pid) = session.address_in_process(va, 1)?;
    let literal = is_literal(session, written, va);
    Ok(access(AccessPlan {
        verb,
        kind,
        mode,
        va,
        literal,
        stored: None,
        data: Vec::new(),
        pid,
        place,
    }))
}

/// `read VA [size N]`
pub fn read(session: &mut Session, command: &Command) -> Result<Action, Stop> {
    plain(command)?;
    let (va, clauses) = clauses(command, &command.operands, &[SIZED])?;
    let size = clauses
        .first()
        .map_or(Ok(1), |(_, size)| session.within(size, 1, ACCESS_LIMIT))?;
    load(session, AccessVerb::Read, va, size)
}

/// `fetch VA`
pub(crate) fn fetch(session: &mut Session, command: &Command) -> Result<Action, Stop> {
    plain(command)?;
    let (va, _) = clauses(command, &command.operands, &[])?;
    load(session, AccessVerb::Fetch, va, 1)
}

/// Prepares a load from an address, also for `probe VA`.
///
/// # Errors
/// Returns `address-too-wide` or `no-machine`.
pub(crate) fn load(
    session: &mut Session,
    verb: AccessVerb,
    va: &Expr,
    size: u64,
) -> Result<Action, Stop> {
    let kind = if verb == AccessVerb::Fetch {
        AccessKind::Execute
    } else {
        AccessKind::Read
    };
    session.work(size, va.span)?;
    let (place, written) = (va.span, va);
    let (va, pid) = session.address_in_process(va, size)?;
    let literal = is_literal(session, written, va);
    let data = vec![None; size as usize];
    Ok(access(AccessPlan {
        verb,
        kind,
        mode: Privilege::User,
        va,
        literal,
        stored: None,
        data,
        pid,
        place,
    }))
}

/// `write VA = V [size N]`
pub fn write(session: &mut Session, command: &Command) -> Result<Action, Stop> {
    let (va, extra) = clauses(command, &command.operands, &[])?;
    debug_assert!(extra.is_empty());
    let Some(assigned) = &command.assigned else {
        return Err(missing(command, "a value after `=`").into());
    };
    let (value, clauses) = clauses(command, assigned, &[SIZED])?;
    let size = match clauses.first() {
        Some((_, size)) => Some(session.within(size, 1, ACCESS_LIMIT)?),
        None => None,
    };
    let stored = session.eval(value)?;
    let bytes = bytes_of(&stored, size, value)?;
    session.work(bytes.len() as u64, va.span)?;
    let (place, written) = (va.span, va);
    let (va, pid) = session.address_in_process(va, bytes.len() as u64)?;
    let literal = is_literal(session, written, va);
    let data = bytes.into_iter().map(Some).collect();
    let (verb, kind, mode) = (AccessVerb::Write, AccessKind::Write, Privilege::User);
    Ok(access(AccessPlan {
        verb,
        kind,
        mode,
        va,
        literal,
        stored: Some(stored),
        data,
        pid,
        place,
    }))
}

/// Returns the bytes of a stored value. Numbers are little-endian, and strings are unchanged.
fn bytes_of(value: &Value, size: Option<u64>, place: &Expr) -> Result<Vec<u8>, Diagnostic> {
    match value.bytes() {
        Some(bytes) => match size {
            _ if bytes.is_empty() => Err(Diagnostic::new(
                Code::WrongType,
                place.span,
                "an empty string stores nothing",
            )),
            Some(size) if size != bytes.len() as u64 => Err(Diagnostic::new(
                Code::WrongCount,
                place.span,
                format!("the string has {} bytes, not {size}", bytes.len()),
            )),
            _ if bytes.len() as u64 > ACCESS_LIMIT => Err(Diagnostic::new(
                Code::LimitSize,
                place.span,
                format!("a store can have at most {ACCESS_LIMIT} bytes"),
            )),
            _ => Ok(bytes.to_vec()),
        },
        None => number(value, size, place),
    }
}

fn number(value: &Value, size: Option<u64>, place: &Expr) -> Result<Vec<u8>, Diagnostic> {
    let n = value
        .integer("a stored value")
        .map_err(|e| e.at(place.span))?;
    let bytes = size.unwrap_or(1).min(16) as u32;
    let fits = bytes >= 9 || (n < 1i128 << (8 * bytes) && n >= -(1i128 << (8 * bytes - 1)));
    if !fits {
        let diagnostic = Diagnostic::new(
            Code::ValueTooWide,
            place.span,
            format!(
                "{n} does not fit in {bytes} byte{}",
                if bytes == 1 { "" } else { "s" }
            ),
        );
        let needed = (1..=8)
            .find(|b| n < 1i128 << (8 * b) && n >= -(1i128 << (8 * b - 1)))
            .unwrap_or(8u32)
            .next_power_of_two();
        let (file, fix) = (place.span.file, format!("size {needed}"));
        let diagnostic = diagnostic
            .label("too large")
            .help(format!("add the number of bytes: `{fix}`"));
        return Err(match size {
            None => diagnostic.fix(Fix::put_in(file, place.span.end, format!(" {fix}"))),
            Some(_) => diagnostic,
        });
    }
    let sign = if n < 0 { 0xFF } else { 0 };
    let little = n.to_le_bytes();
    Ok((0..size.unwrap_or(1) as usize)
        .map(|i| little.get(i).copied().unwrap_or(sign))
        .collect())
}
