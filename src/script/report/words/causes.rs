//! Why the hardware raised a fault or permitted an access, as clauses, and the entries that decided.

use pagewalk_engine::machine::event::{AccessKind, Fault, ProtectionCause};
use pagewalk_engine::machine::spec::Spec;

use super::names::{self, table_index};
use super::numbers::hex;
use crate::run::facts::{Component, low, shifted};
use crate::run::record::{Access, FaultRecord, Shown};
use crate::run::steps::{Cause, Decider, Stale, denying_bit};

/// Explains why the hardware raised the fault of an attempt that the kernel handled, or else the fault that ended the
/// access.
pub(crate) fn hardware_cause(access: &Access, attempt: Option<&FaultRecord>) -> String {
    let spec = &access.spec;
    let (va, cause) = match attempt {
        Some(attempt) => (
            attempt.wanted().map_or(0, |(va, _)| va.raw()),
            Cause::of_attempt(spec, attempt),
        ),
        None => (access.decided_va(), Cause::of_access(access)),
    };
    cause.map_or_else(String::new, |cause| {
        cause_clause(spec, va, access.kind, &cause)
    })
}

/// Explains why the hardware raised a fault at an address.
pub(super) fn cause_clause(spec: &Spec, va: u64, kind: AccessKind, cause: &Cause) -> String {
    let (why, by) = match cause {
        Cause::Absent { level } => {
            return format!("{} is not present (P = 0)", entry(spec, va, *level));
        }
        Cause::Reserved { level } => {
            let entry = entry(spec, va, *level);
            return format!("{entry} has a reserved bit set (Intel SDM 3A, 4.5.4)");
        }
        Cause::Denied { why, by } => (*why, by),
    };
    let (kind, mode) = match why {
        ProtectionCause::Supervisor => (noun(kind), " in user mode"),
        _ => (noun(kind), ""),
    };
    let (bit, denies) = denying_bit(why);
    let (entry, stale) = match by {
        Decider::TlbEntry {
            tlb,
            set,
            way,
            stale,
        } => (
            tlb_entry(spec, *tlb, *set, *way),
            stale_clause(spec, va, *stale),
        ),
        Decider::UpperEntry { level, raw } => (upper_entry(spec, va, *level, *raw), String::new()),
        Decider::Walk | Decider::Page => {
            let page = match why {
                ProtectionCause::ReadOnly => "read-only (R/W = 0)",
                ProtectionCause::Supervisor => "for the supervisor only (U/S = 0)",
                ProtectionCause::NoExecute => "not executable (XD = 1)",
            };
            return format!("the page is {page}, and the access is {kind}{mode}");
        }
    };
    let (label, value) = (bit.row().label, u8::from(denies));
    format!("{entry} has {label} = {value}, and the access is {kind}{mode}{stale}")
}

pub(super) fn permitted(a: &Access, by: &Decider) -> String {
    let (spec, va) = (&*a.spec, a.decided_va());
    match by {
        Decider::TlbEntry {
            tlb,
            set,
            way,
            stale,
        } => format!(
            "{} permits the access{}",
            tlb_entry(spec, *tlb, *set, *way),
            stale_clause(spec, va, *stale)
        ),
        Decider::Walk if spec.mmu.as_ref().is_some_and(|mmu| mmu.levels.len() == 1) => {
            "the page-table entry is present and permits the access".to_owned()
        }
        Decider::Walk => "every entry of the walk is present and permits the access".to_owned(),
        Decider::Page | Decider::UpperEntry { .. } => {
            "the page is present, and its entry permits the access".to_owned()
        }
    }
}

/// Returns a clause that says how the page table differs from the TLB entry that decided, or an empty text.
pub(super) fn stale_clause(spec: &Spec, va: u64, stale: Option<Stale>) -> String {
    let several = spec.mmu.as_ref().is_some_and(|mmu| mmu.levels.len() > 1);
    let has = |entries: &str, why, denies: bool| {
        let (bit, value) = denying_bit(why);
        let entry = if several {
            format!("{entries} of the page walk")
        } else {
            entry(spec, va, 1)
        };
        format!(
            "{entry} has {} = {}",
            bit.row().label,
            u8::from(value == denies)
        )
    };
    let found = match stale {
        None => return String::new(),
        Some(Stale::Fault(Fault::NotPresent { level })) => {
            format!("{} is not present (P = 0)", entry(spec, va, level))
        }
        Some(Stale::Fault(Fault::Reserved { level })) => {
            format!("{} has a reserved bit set", entry(spec, va, level))
        }
        Some(Stale::Fault(Fault::Protection { why })) => has("an entry", why, true),
        Some(Stale::Permits(why)) => has("every entry", why, false),
        Some(Stale::Page { level, ppn }) => {
            let ppn = hex(ppn, spec.ppn_bits());
            format!("{} has PPN {ppn}", entry(spec, va, level))
        }
    };
    format!("; the TLB entry is stale, because {found}")
}

/// Returns the noun for an access.
fn noun(kind: AccessKind) -> &'static str {
    match kind {
        AccessKind::Read => "a load",
        AccessKind::Write => "a store",
        AccessKind::Execute => "an instruction fetch",
    }
}

/// Names a TLB entry: `the TLB entry in way 1 of set 3 of L2`.
fn tlb_entry(spec: &Spec, tlb: usize, set: u64, way: u32) -> String {
    let place = place(spec, Component::Tlb(tlb), set);
    if spec.tlbs[tlb].ways == 1 {
        format!("the TLB entry{place}")
    } else {
        format!("the TLB entry in way {way}{place}")
    }
}

fn upper_entry(spec: &Spec, va: u64, level: u32, raw: Option<u64>) -> String {
    match raw.zip(spec.mmu.as_ref()) {
        Some((raw, mmu)) => format!(
            "the level-{level} entry {}",
            Shown::hex(raw, 2 * mmu.pte.bytes)
        ),
        None => entry(spec, va, level),
    }
}

/// Names the entry at one level for the page that contains an address.
pub(super) fn entry(spec: &Spec, va: u64, level: u32) -> String {
    let index = spec.mmu.as_ref().map_or(0, |mmu| {
        let bits = mmu.levels.get(level as usize - 1).copied().unwrap_or(0);
        low(shifted(va, mmu.level_page_bits(level)), bits)
    });
    let index = table_index(spec, level, index);
    format!("{} for {index}", names::entry(spec, level))
}

/// Returns ` of set 6 of L1d`, but omits the set of a fully associative component and the name of the only
/// TLB or cache.
pub(super) fn place(spec: &Spec, part: Component, set: u64) -> String {
    let (sets, several) = match part {
        Component::Tlb(at) => (spec.tlbs[at].sets, spec.tlbs.len() > 1),
        Component::Cache(at) => (spec.caches[at].sets, spec.caches.len() > 1),
    };
    // One digit is the same in every radix.
    let set = match set {
        _ if sets == 1 => String::new(),
        0..10 => format!(" of set {set}"),
        _ => format!(" of set {}", hex(set, part.widths(spec).0)),
    };
    if several {
        format!("{set} of {}", part.name(spec))
    } else {
        set
    }
}
