//! Facts about the kernel's fault handler, for an access or a system call.

use pagewalk_engine::kernel::event::{BackingStore, FaultClass, KernelStep, Signal, SignalCode};
use pagewalk_engine::machine::event::Fault;

use crate::run::record::{Access, FaultRecord, Shown};
use crate::run::steps::Evicted;

/// Returns the class of the first fault, or the kind of hardware fault if no kernel was started.
pub(crate) fn fault(a: &Access) -> Option<Shown> {
    if let Some(first) = a.faults().first() {
        return Some(class(first));
    }
    Some(Shown::word(match a.outcome.fault {
        None => "none",
        Some(Fault::NotPresent { .. } | Fault::Reserved { .. }) => "page",
        Some(Fault::Protection { .. }) => "protection",
    }))
}

/// Returns whether an access caused a page fault of any class.
pub(crate) fn faulted(a: &Access) -> Option<Shown> {
    Some(yes_no(a.outcome.fault.is_some() || !a.faults().is_empty()))
}

/// Returns the class of a fault, or `None` if memory ran out while the kernel handled the fault.
pub(crate) fn class(fault: &FaultRecord) -> Shown {
    Shown::word(fault.class().map_or("none", FaultClass::name))
}

fn sent(a: &Access) -> Option<(Signal, SignalCode)> {
    a.faults().last()?.class()?.signal()
}

/// Returns the signal of the last fault. A fatal signal ends the access.
pub(crate) fn signal(a: &Access) -> Option<Shown> {
    Some(Shown::word(
        sent(a).map_or("none", |(signal, _)| signal.name()),
    ))
}

/// Returns the signal's code.
pub fn code(a: &Access) -> Option<Shown> {
    Some(Shown::word(sent(a).map_or("none", |(_, code)| code.name())))
}

/// Returns the frame that the first fault's handler mapped.
pub(crate) fn frame(a: &Access) -> Option<Shown> {
    let frame = a.faults().first().and_then(FaultRecord::frame);
    Some(frame.map_or(Shown::word("none"), |frame| {
        Shown::plain(u64::from(frame.0))
    }))
}

/// Returns the steps of the first fault.
fn handled(a: &Access) -> impl Iterator<Item = &KernelStep> {
    a.faults()
        .first()
        .into_iter()
        .flat_map(|fault| &fault.steps)
}

/// Returns the page that the handler evicted.
pub(crate) fn evicted_page(a: &Access) -> Option<Shown> {
    Some(page(handled(a), a.spec.vpn_bits()))
}

/// Returns whether the handler wrote the evicted page to swap.
pub(crate) fn swapped_out(a: &Access) -> Option<Shown> {
    Some(to_swap(handled(a)))
}

/// Returns whether the handler copied a page.
pub(crate) fn copied_page(a: &Access) -> Option<Shown> {
    Some(copies(handled(a)))
}

/// Returns the page that these steps evicted.
pub fn page<'a>(mut steps: impl Iterator<Item = &'a KernelStep>, vpn_bits: u32) -> Shown {
    let evicted = steps.find_map(Evicted::from_step);
    evicted
        .and_then(|evicted| evicted.page)
        .map_or(Shown::word("none"), |page| {
            Shown::field(page.vpn.raw(), vpn_bits)
        })
}

/// Returns whether the steps copied a page.
pub(crate) fn copies<'a>(mut steps: impl Iterator<Item = &'a KernelStep>) -> Shown {
    yes_no(steps.any(|step| matches!(step, KernelStep::Copied { .. })))
}

/// Returns whether the steps wrote a page to swap.
pub(crate) fn to_swap<'a>(mut steps: impl Iterator<Item = &'a KernelStep>) -> Shown {
    yes_no(steps.any(|step| {
        matches!(
            step,
            KernelStep::Evicted {
                to: Some(BackingStore::Swap { .. }),
                ..
            }
        )
    }))
}

/// Returns a truth value as the keyword `yes` or `no`.
pub(crate) fn yes_no(yes: bool) -> Shown {
    Shown::word(if yes { "yes" } else { "no" })
}

/// Returns the number of faults for which the predicate is true.
pub fn count(faults: &[FaultRecord], which: fn(&FaultRecord) -> bool) -> Shown {
    Shown::plain(faults.iter().filter(|fault| which(fault)).count() as u64)
}

/// Returns the number of minor faults in an access.
pub(crate) fn minor(a: &Access) -> Option<Shown> {
    Some(count(a.faults(), FaultRecord::minor))
}

/// Returns the number of major faults in an access.
pub(crate) fn major(a: &Access) -> Option<Shown> {
    Some(count(a.faults(), FaultRecord::major))
}
