//! Evaluates the addresses and numbers that are operands of several verbs.

use crate::lang::ast::Span;
use crate::lang::diagnostic::{Code, Diagnostic};
use pagewalk_engine::machine::addr::Va;

use super::session::Cx;
use super::stop::Stop;

pub(crate) fn address_of(cx: &mut Cx, raw: u64, place: Span, size: u64) -> Result<Va, Stop> {
    let machine = cx.machine(place)?;
    let Ok(va) = machine.va(raw) else {
        let (what, bits) = space(machine);
        return Err(too_wide(place, raw, what, bits).into());
    };
    let (what, bits) = space(machine);
    let last = if bits >= 64 {
        u64::MAX
    } else {
        (1 << bits) - 1
    };
    if last - va.raw() >= size - 1 {
        return Ok(va);
    }
    let message =
        format!("{size} bytes from 0x{raw:X} run past the end of the {what} address space");
    Err(Diagnostic::new(Code::AddressTooWide, place, message)
        .label(format!("the last address is 0x{last:X}"))
        .into())
}

fn space(machine: &pagewalk_engine::machine::Machine) -> (&'static str, u32) {
    let spec = machine.spec();
    if spec.mmu.is_some() {
        ("virtual", spec.virtual_bits())
    } else {
        ("physical", spec.physical_bits)
    }
}

pub(crate) fn too_wide(span: Span, raw: u64, what: &str, bits: u32) -> Diagnostic {
    let most = if bits >= 64 {
        u64::MAX
    } else {
        (1 << bits) - 1
    };
    let help = if raw == u64::MAX {
        "this is -1, the result of a call that failed; its statement prints the reason".to_owned()
    } else {
        format!("the largest address is 0x{most:X}")
    };
    Diagnostic::new(
        Code::AddressTooWide,
        span,
        format!("0x{raw:X} is outside the {what} address space"),
    )
    .label(format!("{what} addresses have {bits} bits"))
    .help(help)
}
