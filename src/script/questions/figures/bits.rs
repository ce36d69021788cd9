//! `figure bits`: the bits of an address.

use super::request::Request;
use crate::lang::ast::{Expr, Span};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::questions::entry::Figure;
use crate::run::addresses::too_wide;
use crate::run::bind::{Bound, Slot, word};
use crate::run::eval::{self, integer};
use crate::run::record::{BitsView, View};
use crate::run::session::Cx;
use crate::run::stop::Stop;

/// Returns the figure of an address, and its view.
///
/// # Errors
/// Returns `wrong-count`, `unknown-word`, or `address-too-wide`.
pub(crate) fn bits(cx: &mut Cx, request: &Request) -> Result<(Figure, View), Stop> {
    let bound = request.bound;
    let is_blank = |operand: &&Expr| word(operand) == Some("blank");
    if let (3, Some(blank)) = (bound.operands.len(), bound.operands.iter().find(is_blank)) {
        return Err(unneeded(cx, bound, blank).into());
    }
    request.refuse()?;
    let (pa, fields) = (bound.has("pa"), bound.has("fields"));
    let Some(address) = bound.slot(Slot::Va).or(bound.slot(Slot::Pa)) else {
        return Err(request.needs_address(request.noun).into());
    };
    let value = if pa {
        integer(cx, address)?
    } else {
        eval::address(cx, address, 1)?.raw()
    };
    let Some(spec) = cx.spec().cloned() else {
        return Err(Stop::Unknowable);
    };
    let physical = pa || spec.mmu.is_none();
    let bits = if physical {
        spec.physical_bits
    } else {
        spec.virtual_bits()
    };
    if value.checked_shr(bits).unwrap_or(0) != 0 {
        return Err(too_wide(address.span, value, "physical", bits).into());
    }
    let view = View::Bits(Box::new(BitsView {
        spec,
        physical,
        fields,
        value,
    }));
    if fields {
        return Ok((Figure::Views(vec![view.clone()]), view));
    }
    let title = if physical {
        "physical address"
    } else {
        "virtual address"
    };
    let title = title.to_owned();
    Ok((Figure::Bits { title, bits, value }, view))
}

/// Reports the word `blank`, which is unnecessary because the boxes of bits are always blank on a paper.
fn unneeded(cx: &Cx, bound: &Bound, blank: &Expr) -> Diagnostic {
    let operands = bound
        .operands
        .iter()
        .filter(|operand| operand.span != blank.span);
    let rest: Vec<&str> = operands
        .map(|operand| cx.text(operand.span).trim())
        .collect();
    let end = bound
        .operands
        .last()
        .map_or(blank.span.end, |last| last.span.end);
    let place = Span {
        start: bound.operands[0].span.start,
        end,
        ..blank.span
    };
    Diagnostic::new(
        Code::UnknownWord,
        blank.span,
        "`figure bits` does not accept `blank`",
    )
    .label("not needed, because a paper always prints the boxes empty")
    .fix(Fix::replace(place, rest.join(" ")))
}
