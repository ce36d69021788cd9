//! `round N`: answers with N significant digits. A miss rate such as 1/163999 has no useful number
//! of decimal places.

use super::entry::Radix;
use super::prose::radix_named;
use crate::lang::ast::{Ask, Asked, Expr};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::value::Value;
use crate::lang::value::print::LONGEST;
use crate::run::eval::{eval, integer};
use crate::run::session::Cx;
use crate::run::stop::Stop;

/// Largest denominator that students are expected to write as a fraction.
const WRITTEN: i128 = 1000;

/// Returns the number of significant digits of an answer, if the script rounds the answer.
///
/// # Errors
/// Returns `misplaced`, `bad-width`, or the errors in the expression.
pub(crate) fn rounding(cx: &mut Cx, ask: &Ask) -> Result<Option<u32>, Stop> {
    let Some(round) = &ask.round else {
        return Ok(None);
    };
    let misplaced = |message: &str, help: &str| {
        Err(Diagnostic::new(Code::Misplaced, round.span, message)
            .help(help)
            .into())
    };
    if !matches!(ask.what, Asked::Value { .. }) {
        return misplaced(
            "only an answer that is one value can be rounded",
            "delete `round`, or ask for the value: `ask \"…\" = EXPR round 3`",
        );
    }
    if radix_named(ask.radix.as_ref())?.is_some_and(|radix| radix != Radix::Decimal) {
        return misplaced(
            "a rounded answer must be decimal",
            "delete `radix` or `round`",
        );
    }
    // `round 0.01` is meant as the place of the last digit.
    let digits = match eval(cx, round)? {
        Value::Number(number) if number.as_integer().is_none() => {
            let message = format!("an answer cannot have {number} significant digits");
            let help = format!("write the number of digits, from 1 to {LONGEST}: `round 3`");
            return Err(Diagnostic::new(Code::BadWidth, round.span, message)
                .help(help)
                .into());
        }
        _ => integer(cx, round)?,
    };
    if !(1..=u64::from(LONGEST)).contains(&digits) {
        let message = format!("an answer cannot have {digits} significant digits");
        return Err(Diagnostic::new(Code::BadWidth, round.span, message)
            .help(format!("write a number from 1 to {LONGEST}: `round 3`"))
            .into());
    }
    Ok(Some(digits as u32))
}

/// Rejects a rounded answer that is not a number.
///
/// # Errors
/// Returns `wrong-type`.
pub(crate) fn needs_number(of: &Expr, value: &Value, round: Option<u32>) -> Result<(), Diagnostic> {
    if round.is_none() || matches!(value, Value::Number(_)) {
        return Ok(());
    }
    let message = format!("only a number can be rounded, not {}", value.quoted());
    Err(Diagnostic::new(Code::WrongType, of.span, message).help("delete `round`"))
}

/// Warns about a key that has no finite decimal expansion and is too long for a fraction.
pub(crate) fn endless(of: &Expr, value: &Value) -> Option<Diagnostic> {
    let Value::Number(number) = value else {
        return None;
    };
    let decimal = !number.to_string().contains('/');
    let short = number
        .as_ratio()
        .is_some_and(|ratio| decimal || *ratio.denom() < WRITTEN);
    if short || number.as_integer().is_some() {
        return None;
    }
    let message =
        "this key is too long to write in full, and the paper does not state a number of digits";
    Some(
        Diagnostic::warning(Code::Unlikely, of.span, message)
            .label(format!("the key is {number}"))
            .help("add the number of significant digits: `round 3`")
            .fix(Fix::put_in(of.span.file, of.span.end, " round 3")),
    )
}
