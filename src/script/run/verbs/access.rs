//! Prepares `translate`, `read`, `write`, and `fetch`.

use crate::lang::ast::{Expr, ExprKind};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::value::Value;
use crate::run::bind::Param::{self, Keyword, Optional, Words};
use crate::run::bind::{Bound, LENGTH, Slot, words_of};
use crate::run::eval::{address_in_process, eval, within};
use crate::run::limits::ACCESS_LIMIT;
use crate::run::record::{AccessVerb, Did};
use crate::run::session::{Action, Cx};
use crate::run::stop::Stop;
use pagewalk_engine::machine::addr::Va;
use pagewalk_engine::machine::event::{AccessKind, Privilege};

use super::perform::access;
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

/// Whether a statement contains an address in digits. The digits of a canonical address in the upper half have more bits than the
/// address, and `'a'` has no digits.
fn is_literal(cx: &Cx, written: &Expr, va: Va) -> bool {
    let ExprKind::Value(Value::Number(number)) = &written.kind else {
        return false;
    };
    let has_digits = || {
        cx.text(written.span)
            .starts_with(|c: char| c.is_ascii_digit())
    };
    // A character is a byte, so that a loop need not look at the text of other addresses.
    number.as_integer() == Some(va.raw().into()) && (va.raw() > 0xFF || has_digits())
}

fn access(plan: AccessPlan) -> Action {
    Action::operation(move |cx| Ok(Did::Access(Box::new(access::access(cx, plan)?))))
}

/// `translate VA [for read|write|execute] [by user|supervisor]`
pub(crate) fn translate(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    let written = bound.expr(Slot::Va)?;
    let kind = bound.choice("for", KINDS).unwrap_or(AccessKind::Read);
    let mode = bound.choice("by", MODES).unwrap_or(Privilege::User);
    let (va, pid) = address_in_process(cx, written, 1)?;
    Ok(access(AccessPlan {
        verb: AccessVerb::Translate,
        kind,
        mode,
        va,
        literal: is_literal(cx, written, va),
        stored: None,
        data: Vec::new(),
        pid,
        place: written.span,
    }))
}

/// Returns the number of bytes in the clause `size`.
fn size_of(cx: &mut Cx, bound: &Bound) -> Result<Option<u64>, Stop> {
    let size = bound.clause("size");
    size.map(|size| within(cx, size, 1, ACCESS_LIMIT))
        .transpose()
}

/// `read VA [size N]`
pub fn read(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    let va = bound.expr(Slot::Va)?;
    let size = size_of(cx, bound)?.unwrap_or(1);
    load(cx, AccessVerb::Read, va, size)
}

/// `fetch VA`
pub(crate) fn fetch(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    load(cx, AccessVerb::Fetch, bound.expr(Slot::Va)?, 1)
}

/// Prepares a load from an address, also for `probe VA`.
///
/// # Errors
/// Returns `address-too-wide` or `no-machine`.
pub(crate) fn load(cx: &mut Cx, verb: AccessVerb, va: &Expr, size: u64) -> Result<Action, Stop> {
    let kind = if verb == AccessVerb::Fetch {
        AccessKind::Execute
    } else {
        AccessKind::Read
    };
    cx.work(size, va.span)?;
    let (place, written) = (va.span, va);
    let (va, pid) = address_in_process(cx, va, size)?;
    let literal = is_literal(cx, written, va);
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
pub fn write(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    let va = bound.expr(Slot::Va)?;
    let value = bound.expr(Slot::Stored)?;
    let size = size_of(cx, bound)?;
    let stored = eval(cx, value)?;
    let bytes = bytes_of(&stored, size, value)?;
    cx.work(bytes.len() as u64, va.span)?;
    let (place, written) = (va.span, va);
    let (va, pid) = address_in_process(cx, va, bytes.len() as u64)?;
    let literal = is_literal(cx, written, va);
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
