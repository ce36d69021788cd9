//! The facts of a system call.

use pagewalk_engine::kernel::event::{BackingStore, FaultClass, KernelStep};
use pagewalk_engine::kernel::syscall::{Returns, system_call};

use super::handled::{copy_reason, fault_costs};
use super::kernel::{class, copies, count, page, to_swap};
use super::types::{COUNT, FIELD, FactType, TRUTH, Values};
use super::words::{CODE, ERROR, FAULT, SIGNAL};
use crate::run::record::{CallRecord, FaultRecord, Shown};

/// A fact of a system call.
pub struct CallFact {
    /// Name of the fact.
    pub name: &'static str,
    /// Type of the fact's values.
    pub kind: FactType,
    pub(crate) help: &'static str,
    pub(crate) get: fn(&CallRecord) -> Shown,
    /// Explains the fact's value in a clause without a period.
    pub(crate) why: fn(&CallRecord) -> String,
}

const fn fact(
    name: &'static str,
    kind: FactType,
    help: &'static str,
    get: fn(&CallRecord) -> Shown,
    why: fn(&CallRecord) -> String,
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
        outcome,
    ),
    fact(
        "error",
        ERROR,
        "errno of the call",
        |call| Shown::word(call.reply.result.err().map_or("none", |error| error.name())),
        outcome,
    ),
    fact(
        "fault",
        FAULT,
        "class of the first page fault during the call",
        |call| call.faults.first().map_or(Shown::word("none"), class),
        faults,
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
        |call| copy_reason(call.all_steps()).unwrap_or_else(|| faults(call)),
    ),
    fact(
        "signal",
        SIGNAL,
        "always `none`: a bad buffer causes an error, not a signal",
        |_| Shown::word("none"),
        no_signal,
    ),
    fact(
        "code",
        CODE,
        "always `none`",
        |_| Shown::word("none"),
        no_signal,
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

/// Explains whether the call succeeded, or which error it returned.
fn outcome(call: &CallRecord) -> String {
    match call.reply.result {
        Ok(_) => {
            let help = system_call(call.name).map_or("", |row| row.help);
            if call.name == "sbrk" {
                return format!("`sbrk` succeeded: it {help}, which is {}", returns(call));
            }
            format!("`{}` succeeded: it {help}", call.name)
        }
        Err(error) => format!(
            "`{}` failed with {}: {}",
            call.name,
            error.name(),
            error.help()
        ),
    }
}

/// Explains how the kernel resolved the faults in the call.
fn costs(call: &CallRecord) -> String {
    match call.faults.as_slice() {
        [] => faults(call),
        all => fault_costs(all, call.spec.page_bits(), call.spec.vpn_bits()),
    }
}

/// Describes the faults in the call.
fn faults(call: &CallRecord) -> String {
    let Some(fault) = call.faults.first() else {
        return format!("no page fault occurred in `{}`", call.name);
    };
    let more = match call.faults.len() - 1 {
        0 => String::new(),
        1 => ", and there was 1 more fault".to_owned(),
        more => format!(", and there were {more} more faults"),
    };
    let class = fault.class().map_or("out-of-memory", FaultClass::name);
    match fault.wanted() {
        Some((va, _)) => {
            let va = Shown::field(va.raw(), call.spec.virtual_bits());
            format!(
                "the first fault of `{}` was {class}, at {va}{more}",
                call.name
            )
        }
        None => format!("the first fault was {class}{more}"),
    }
}

fn evictions(call: &CallRecord) -> String {
    let evicted = call.all_steps().find_map(|step| match step {
        KernelStep::Evicted { frame, to, .. } => Some((frame, to)),
        _ => None,
    });
    match evicted {
        None => "the kernel did not have to evict a page".to_owned(),
        Some((frame, Some(BackingStore::Swap { slot }))) => {
            format!("the kernel evicted the page in frame {frame} and wrote it to swap slot {slot}")
        }
        Some((frame, Some(_))) => {
            format!("the kernel evicted the page in frame {frame} and wrote it to its file")
        }
        Some((frame, None)) => {
            format!("the kernel evicted the page in frame {frame} and did not have to write it")
        }
    }
}

fn no_signal(_: &CallRecord) -> String {
    "with a bad buffer, the call fails, and the kernel sends no signal".to_owned()
}
