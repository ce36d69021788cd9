//! The facts of a system call.

use pagewalk_engine::kernel::event::KernelStep;
use pagewalk_engine::kernel::syscall::Returns;

use super::kernel::{class, copies, count, page, to_swap};
use super::types::{COUNT, FIELD, FactType, TRUTH, Values};
use super::words::{CODE, ERROR, FAULT, SIGNAL};
use crate::run::record::{CallRecord, FaultRecord, Shown};
use crate::run::steps::{CallReason, Evicted, Handling, KernelReason, PageIn};

/// A fact of a system call.
pub struct CallFact {
    pub name: &'static str,
    /// Type of the fact's values.
    pub kind: FactType,
    pub(crate) help: &'static str,
    pub(crate) get: fn(&CallRecord) -> Shown,
    /// Returns the reason for the fact's value.
    pub(crate) why: fn(&CallRecord) -> CallReason,
}

const fn fact(
    name: &'static str,
    kind: FactType,
    help: &'static str,
    get: fn(&CallRecord) -> Shown,
    why: fn(&CallRecord) -> CallReason,
) -> CallFact {
    CallFact {
        name,
        kind,
        help,
        get,
        why,
    }
}

/// The facts of a system call, in reporting order.
pub const CALL_FACTS: &[CallFact] = &[
    fact(
        "returns",
        FactType::new(Values::Returned),
        "the return value; for a failed call 0 (NULL) if it allocates a block, or else -1",
        returns,
        |_| CallReason::Outcome,
    ),
    fact(
        "error",
        ERROR,
        "errno of the call",
        |call| Shown::word(call.reply.result.err().map_or("none", |error| error.name())),
        |_| CallReason::Outcome,
    ),
    fact(
        "fault",
        FAULT,
        "class of the first page fault during the call",
        |call| call.faults.first().map_or(Shown::word("none"), class),
        |_| CallReason::Faults,
    ),
    fact(
        "minor",
        COUNT,
        "minor faults during the call",
        |call| count(&call.faults, FaultRecord::minor),
        costs,
    ),
    fact(
        "major",
        COUNT,
        "major faults during the call",
        |call| count(&call.faults, FaultRecord::major),
        costs,
    ),
    fact(
        "evicted",
        FIELD.or_none(),
        "first page evicted during the call",
        |call| page(call.all_steps(), call.spec.vpn_bits()),
        evictions,
    ),
    fact(
        "swapped-out",
        TRUTH,
        "whether the call wrote a page to swap",
        |call| to_swap(call.all_steps()),
        evictions,
    ),
    fact(
        "copied",
        TRUTH,
        "whether the call copied a page",
        |call| copies(call.all_steps()),
        copying,
    ),
    fact(
        "signal",
        SIGNAL,
        "always `none`: a bad buffer causes an error, not a signal",
        |_| Shown::word("none"),
        |_| CallReason::NoSignal,
    ),
    fact(
        "code",
        CODE,
        "always `none`",
        |_| Shown::word("none"),
        |_| CallReason::NoSignal,
    ),
];

/// Returns the result. Addresses are hexadecimal, and other values are decimal.
fn returns(call: &CallRecord) -> Shown {
    match call.reply.result {
        Ok(address) if call.returns() == Returns::Pointer => Shown::hex(address, 1),
        Ok(n) => Shown::plain(n),
        Err(_) => Shown::plain(call.failure()),
    }
}

/// Explains how the kernel resolved the faults in the call.
fn costs(call: &CallRecord) -> CallReason {
    if call.faults.is_empty() {
        CallReason::Faults
    } else {
        CallReason::Kernel(KernelReason::Costs)
    }
}

fn evictions(call: &CallRecord) -> CallReason {
    let evicted = call.all_steps().find_map(Evicted::from_step);
    CallReason::Kernel(KernelReason::Evicted(evicted))
}

/// Explains whether the call copied a page: by the fault that copied it, or by the one that reused its frame.
fn copying(call: &CallRecord) -> CallReason {
    let handler = |which: fn(PageIn) -> bool| {
        let mut faults = call.faults.iter().map(|fault| Handling::of(fault).page);
        faults.position(which).map(KernelReason::PageIn)
    };
    let copied = |step: &KernelStep| matches!(step, KernelStep::Copied { .. });
    handler(|page| matches!(page, PageIn::Copied { .. }))
        .or_else(|| {
            call.steps
                .iter()
                .any(copied)
                .then_some(KernelReason::Copied)
        })
        .or_else(|| handler(|page| matches!(page, PageIn::Reused(_))))
        .map_or(CallReason::Faults, CallReason::Kernel)
}
