//! The blanks of an operation, with their keys and notation.

use std::sync::Arc;

use super::entry::{Blank, Form, Radix};
use crate::lang::value::Value;
use crate::run::facts::{Component, Key, Values};
use crate::run::record::{Access, AccessVerb, Did, Shown};
use pagewalk_engine::kernel::syscall::Returns;
use pagewalk_engine::machine::AccessOutcome;
use pagewalk_engine::machine::addr::Pa;

/// The unit of latencies that are declared without a unit.
pub(crate) const CYCLES: &str = "cycles";

/// Returns the blank of a fact. `pa` is any physical address on the machine. If the answer is a number, a word
/// can represent a missing value (`evicted none`) or an unknown value (`byte unknown`). On paper, a dash
/// represents either value.
pub(crate) fn blank(
    fact: &Arc<str>,
    key: &Key,
    did: &Did,
    radix: Option<Radix>,
    pa: Option<Pa>,
) -> Blank {
    let form = form(key, did, radix, pa);
    let is_answer = |shown: &Shown| match (form, &shown.value) {
        (Form::Number { .. }, Value::Text(_)) => false,
        // A program that prints nothing has no output.
        (_, Value::Text(text)) => !text.is_empty(),
        _ => true,
    };
    let kind = key.kind().values;
    let of_replay = matches!(key, Key::Replay(_));
    let (key, unit) = (key.value_in(did).filter(is_answer), unit(key, did));
    Blank {
        fact: fact.clone(),
        key,
        form,
        unit,
        round: None,
        whole: matches!(form, Form::Number { .. }) && kind != Values::Fraction,
        of_replay,
    }
}

/// Returns the unit of a latency.
fn unit(key: &Key, did: &Did) -> Option<Arc<str>> {
    let spec = match (key, did) {
        (Key::Access(row), Did::Access(access)) if row.name == "cycles" => &access.spec,
        (Key::Replay(row), Did::Replay(run)) if row.name == "cycles" => run.spec(),
        _ => return None,
    };
    Some(if spec.nanoseconds { "ns" } else { CYCLES }.into())
}

/// Returns the notation of a fact, regardless of whether the operation has the fact. The notation
/// therefore does not reveal whether a value exists.
fn form(key: &Key, did: &Did, radix: Option<Radix>, pa: Option<Pa>) -> Form {
    match key.kind().values {
        // The names of caches depend on the machine.
        Values::ServedBy | Values::Text => return Form::Free,
        Values::Set => return Form::Set,
        Values::OneOf { .. } | Values::YesNo => return Form::Words(key.words()),
        _ => {}
    }
    let pointer = of_pointer(key, did);
    let supposed = || key.value_in(&Did::Access(supposed(did, pa)?));
    let hex = pointer
        .or_else(|| key.value_in(did)?.hex)
        .or_else(|| supposed()?.hex);
    let hex = hex
        .or_else(|| of_entry(key, did))
        .or_else(|| of_field(key, did));
    let own = if hex.is_some() {
        Radix::Hex
    } else {
        Radix::Decimal
    };
    let radix = radix.unwrap_or(own);
    let digits = match radix {
        Radix::Hex => hex,
        Radix::Binary => key
            .value_in(did)
            .and_then(|shown| shown.bits)
            .or_else(|| supposed()?.bits),
        Radix::Decimal => None,
    };
    Form::Number { radix, digits }
}

/// Returns the number of digits in a page-table entry or its address, even if the walk did not reach the
/// entry.
fn of_entry(key: &Key, did: &Did) -> Option<u32> {
    let (Key::Level(row, _), Did::Access(access)) = (key, did) else {
        return None;
    };
    match row.pattern {
        ("pte", ".address") => Some(access.spec.physical_bits.div_ceil(4)),
        ("pte", ".value") => Some(access.spec.mmu.as_ref()?.pte.bytes * 2),
        _ => None,
    }
}

/// Returns the number of digits in an evicted page's VPN or an evicted entry's tag, even if nothing was
/// evicted.
fn of_field(key: &Key, did: &Did) -> Option<u32> {
    let spec = match did {
        Did::Access(access) => &access.spec,
        _ => &did.call()?.spec,
    };
    let bits = match key {
        Key::Component(_, Component::Tlb(at)) => spec.tlbs[*at].tag_bits(spec),
        Key::Component(_, Component::Cache(at)) => spec.caches[*at].tag_bits(spec),
        _ => spec.vpn_bits(),
    };
    (key.kind().values == Values::Field).then(|| bits.div_ceil(4).max(1))
}

/// Returns the number of digits in an address that a system call returns.
fn of_pointer(key: &Key, did: &Did) -> Option<u32> {
    let call = did
        .call()
        .filter(|call| call.returns() == Returns::Pointer)?;
    (key.kind().values == Values::Returned).then(|| call.spec.virtual_bits().div_ceil(4))
}

/// Returns the access as if it had a physical address and the byte at that address were known.
fn supposed(did: &Did, pa: Option<Pa>) -> Option<Box<Access>> {
    let Did::Access(access) = did else {
        return None;
    };
    let mut supposed = access.clone();
    let data = vec![Some(0); access.data.len()];
    supposed.outcome = AccessOutcome {
        pa: Some(pa?),
        fault: None,
        ..access.outcome
    };
    supposed.data = data;
    if access.verb == AccessVerb::Write {
        supposed.verb = AccessVerb::Read;
    }
    Some(supposed)
}
