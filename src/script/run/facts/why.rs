//! Finds the reasons for the facts of an access.

use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::event::{Event, PteKind, Purpose};
use pagewalk_engine::machine::spec::Mmu;

use super::component::{self, Component, low, shifted};
use crate::run::record::{Access, AccessVerb};
use crate::run::steps::{
    AccessReason, Bits, Cause, Decider, Evicted, Fetched, Field, KernelReason, LookedUp, PartField,
    Stale, Walk,
};

/// Returns the reason why the access was not translated, or `None` if it was.
fn untranslated(a: &Access) -> Option<AccessReason> {
    if a.process.as_ref().is_some_and(|own| own.killed.is_some()) {
        // The last fault ended the access. The kernel may have resolved others before.
        return Some(cause_of(a, a.faults().len().saturating_sub(1)));
    }
    let cause = Cause::of_access(a)?;
    let va = a.decided_va();
    Some(AccessReason::Faulted { va, cause })
}

fn no_address(a: &Access) -> AccessReason {
    untranslated(a).unwrap_or(AccessReason::NoPhysicalAddress)
}

/// Returns the physical address, or the reason why the access has none.
fn physical(a: &Access) -> Result<u64, AccessReason> {
    a.outcome
        .pa
        .map_or_else(|| Err(no_address(a)), |pa| Ok(pa.raw()))
}

/// The reason for a field of the virtual address: its lowest bit, and its width.
fn virtual_bits(a: &Access, field: Field, lowest: u32, bits: u32) -> AccessReason {
    bits_of(
        (a.va.raw(), a.spec.virtual_bits(), false),
        field,
        lowest,
        bits,
    )
}

/// The reason for a field of the physical address.
fn physical_bits(a: &Access, field: Field, lowest: u32, bits: u32) -> AccessReason {
    physical(a).map_or_else(
        |why| why,
        |pa| bits_of((pa, a.spec.physical_bits, true), field, lowest, bits),
    )
}

fn bits_of(address: (u64, u32, bool), field: Field, lowest: u32, bits: u32) -> AccessReason {
    AccessReason::Bits(Bits {
        field,
        address,
        lowest,
        count: bits.min(address.1.saturating_sub(lowest)),
        page: None,
    })
}

/// Returns a reason that depends on the MMU.
fn with_mmu(a: &Access, why: impl FnOnce(&Mmu) -> AccessReason) -> AccessReason {
    a.spec.mmu.as_ref().map_or(AccessReason::NoMmu, why)
}

pub(super) fn vpn(a: &Access) -> AccessReason {
    with_mmu(a, |mmu| {
        virtual_bits(a, Field::Name("VPN"), mmu.page_bits, a.spec.vpn_bits())
    })
}

pub(super) fn vpo(a: &Access) -> AccessReason {
    with_mmu(a, |mmu| {
        virtual_bits(a, Field::Name("VPO"), 0, mmu.page_bits)
    })
}

pub(super) fn vpn_part(a: &Access, level: u32) -> AccessReason {
    with_mmu(a, |mmu| {
        let bits = mmu.levels.get(level as usize - 1).copied().unwrap_or(0);
        virtual_bits(a, Field::Level(level), mmu.level_page_bits(level), bits)
    })
}

pub(super) fn ppo(a: &Access) -> AccessReason {
    with_mmu(a, |mmu| {
        physical_bits(a, Field::Name("PPO"), 0, mmu.page_bits)
    })
}

/// Explains a field of a TLB or cache, with the name of the TLB or cache.
pub(super) fn named_field(a: &Access, part: Component, which: PartField) -> AccessReason {
    part_field(a, part, which, Field::Part(part, which))
}

/// Explains a field of a TLB or cache.
pub(super) fn part_field(
    a: &Access,
    part: Component,
    which: PartField,
    field: Field,
) -> AccessReason {
    let (sets, index, lowest) = match part {
        Component::Tlb(at) => (a.spec.tlbs[at].sets, a.spec.tlbs[at].index_bits(), 0),
        Component::Cache(at) => {
            let cache = &a.spec.caches[at];
            (cache.sets, cache.index_bits(), cache.block_bits)
        }
    };
    match (part, which) {
        (Component::Tlb(_), _) if a.spec.mmu.is_none() => AccessReason::NoMmu,
        (_, PartField::Index) if sets == 1 => AccessReason::OneSet(part),
        (Component::Tlb(at), which) => tlb_field(a, at, which, field),
        (Component::Cache(_), PartField::Offset) => physical_bits(a, field, 0, lowest),
        (Component::Cache(at), PartField::Tag) => {
            let tag = a.spec.caches[at].tag_bits(&a.spec);
            physical_bits(a, field, a.spec.physical_bits - tag, tag)
        }
        (Component::Cache(at), PartField::Index) => {
            let is_virtual = a.spec.caches[at].virtual_index && a.spec.mmu.is_some();
            if is_virtual && a.outcome.pa.is_some() {
                virtual_bits(a, field, lowest, index)
            } else {
                physical_bits(a, field, lowest, index)
            }
        }
    }
}

fn tlb_field(a: &Access, at: usize, which: PartField, field: Field) -> AccessReason {
    let tlb = &a.spec.tlbs[at];
    let (smallest, page) = (tlb.smallest_page_bits(&a.spec), component::tlb_page(a, at));
    let mmu = a.spec.mmu.as_ref();
    let sizes = mmu.map_or_else(Vec::new, |mmu| {
        let levels = (1..=mmu.levels.len() as u32).rev();
        levels.map(|level| mmu.level_page_bits(level)).collect()
    });
    let page_bits = (sizes.iter().chain(&tlb.page_bits).copied())
        .find(|bits| Some(shifted(a.va.raw(), *bits)) == page)
        .unwrap_or(smallest);
    let (lowest, bits) = match which {
        PartField::Index => (page_bits, tlb.index_bits()),
        _ => (page_bits + tlb.index_bits(), a.spec.virtual_bits()),
    };
    match virtual_bits(a, field, lowest, bits) {
        AccessReason::Bits(bits) => AccessReason::Bits(Bits {
            page: (page_bits != smallest).then_some(page_bits),
            ..bits
        }),
        other => other,
    }
}

/// Returns a lookup of a TLB or cache.
fn found(a: &Access, part: Component) -> Option<LookedUp> {
    let found = |event: &Event| match (*event, part) {
        (Event::TlbLookup { tlb, set, tag, way }, Component::Tlb(at)) if tlb as usize == at => {
            Some((set, tag, way))
        }
        (
            Event::CacheLookup {
                cache,
                set,
                tag,
                way,
                purpose: Purpose::Demand,
            },
            Component::Cache(at),
        ) if cache as usize == at => Some((set, tag, way)),
        _ => None,
    };
    let (set, tag, way) = a.first_piece().iter().find_map(found)?;
    let (set, tag) = (set.raw(), tag.raw());
    Some(LookedUp {
        part,
        set,
        tag,
        way,
    })
}

/// Returns every lookup, in the order of the spec.
fn looked_up(a: &Access) -> impl Iterator<Item = LookedUp> {
    Component::all(&a.spec).filter_map(|part| found(a, part))
}

/// Returns the lookup that hit a TLB.
fn tlb_hit(a: &Access) -> Option<LookedUp> {
    looked_up(a).find(|it| it.way.is_some() && matches!(it.part, Component::Tlb(_)))
}

/// Explains the result of a lookup of a TLB or cache, or why the access did not look it up.
pub(super) fn lookup(a: &Access, part: Component) -> AccessReason {
    found(a, part).map_or_else(|| not_looked_up(a, part), AccessReason::LookedUp)
}

fn not_looked_up(a: &Access, part: Component) -> AccessReason {
    let before = |other: Component| match (part, other) {
        (Component::Tlb(at), Component::Tlb(first))
        | (Component::Cache(at), Component::Cache(first)) => first < at,
        _ => false,
    };
    let bypassed = |event: &Event| {
        let purpose = Purpose::Demand;
        *event == Event::Bypassed { purpose }
    };
    let hit = looked_up(a).find(|it| it.way.is_some() && before(it.part));
    let serves = match part {
        Component::Tlb(at) => a.spec.tlbs[at].side.serves(a.kind),
        Component::Cache(at) => a.spec.caches[at].side.serves(a.kind),
    };
    match part {
        _ if hit.is_some() => {}
        _ if !serves => return AccessReason::NotServed(part),
        Component::Tlb(_) if a.spec.mmu.is_none() => return AccessReason::NoMmu,
        Component::Cache(_) if !a.uses_caches() => return AccessReason::NoCacheUsed,
        Component::Cache(_) if a.outcome.pa.is_none() => return no_address(a),
        Component::Cache(_) if a.first_piece().iter().any(bypassed) => {
            return AccessReason::Uncached;
        }
        _ => {}
    }
    let hit = hit.map(|it| it.part);
    AccessReason::NotReached { part, hit }
}

/// Explains whether a TLB held the translation: by the TLB that hit, or else by the first one.
pub(super) fn tlb(a: &Access) -> AccessReason {
    match (tlb_hit(a), a.spec.first_tlb(a.kind)) {
        (Some(hit), _) => AccessReason::LookedUp(hit),
        (None, Some(first)) => lookup(a, Component::Tlb(first)),
        (None, None) if a.spec.mmu.is_none() => AccessReason::NoMmu,
        (None, None) => AccessReason::NoTlb,
    }
}

/// Explains whether the first cache held the block.
pub(super) fn cache(a: &Access) -> AccessReason {
    match a.spec.first_cache(a.kind) {
        Some(at) => lookup(a, Component::Cache(at)),
        None => AccessReason::NoCache,
    }
}

/// Explains which cache hit first, or that no cache hit.
pub(super) fn served(a: &Access) -> AccessReason {
    let caches = || looked_up(a).filter(|it| matches!(it.part, Component::Cache(_)));
    match caches().find(|it| it.way.is_some()) {
        Some(hit) => AccessReason::LookedUp(hit),
        None if a.outcome.pa.is_some() && caches().next().is_some() => AccessReason::NoCacheHit,
        None => cache(a),
    }
}

/// Explains which entry a fill evicted.
pub(super) fn victim(a: &Access, part: Component) -> AccessReason {
    match component::fill(a, part) {
        None => AccessReason::NotFilled(part),
        Some((tag, _)) => {
            let set = found(a, part).map_or(0, |it| it.set);
            AccessReason::Victim { part, set, tag }
        }
    }
}

/// Explains whether the evicted entry was dirty.
pub(super) fn writeback(a: &Access, part: Component) -> AccessReason {
    match component::fill(a, part) {
        Some((Some(_), dirty)) => AccessReason::Writeback { part, dirty },
        _ => victim(a, part),
    }
}

/// Returns the reason of a TLB miss if a context switch flushed the entry. `before` is the machine before the access.
pub(crate) fn flushed(a: &Access, looked: LookedUp, before: &Machine) -> Option<AccessReason> {
    let (Component::Tlb(at), Some(own)) = (looked.part, &a.process) else {
        return None;
    };
    // The handler of a fault also invalidates entries.
    if a.spec.tlbs[at].asid || !own.faults.is_empty() || before.core() != a.core {
        return None;
    }
    let is_flushed = |event: &Event| match *event {
        Event::TlbLookup {
            tlb,
            set,
            tag,
            way: None,
        } if tlb as usize == at => (0..a.spec.tlbs[at].ways)
            .filter_map(|way| before.tlb_line(at, set, way))
            .any(|line| line.valid && line.tag == Some(tag)),
        Event::TlbFill {
            tlb,
            set,
            way,
            victim: None,
            ..
        } if tlb as usize == at => before.tlb_line(at, set, way).is_some_and(|line| line.valid),
        _ => false,
    };
    let flushed = a.first_piece().iter().any(is_flushed);
    flushed.then_some(AccessReason::Flushed(looked))
}

/// Explains whether the access faulted.
pub(super) fn fault(a: &Access) -> AccessReason {
    if a.process.is_some() {
        return first_fault(a);
    }
    match untranslated(a) {
        Some(why) => why,
        None if a.spec.mmu.is_none() => AccessReason::NoMmu,
        None => AccessReason::Permitted(Decider::of_access(a)),
    }
}

/// Returns the entries that the first piece's walk fetched.
fn walked(a: &Access) -> Vec<Fetched> {
    Walk::of_events(&a.spec, a.va, a.first_piece()).levels
}

/// Explains how many entries the walk fetched.
pub(super) fn walk(a: &Access) -> AccessReason {
    let held = tlb_hit(a).is_some();
    match walked(a).pop() {
        _ if a.spec.mmu.is_none() => AccessReason::NoMmu,
        None if held => AccessReason::TlbHeldIt,
        None => AccessReason::NoWalk,
        Some(_) if held => AccessReason::WalkToSetDirty,
        Some(last) => AccessReason::WalkEnd {
            level: last.level,
            found: Some(last.found),
        },
    }
}

/// Returns the reason for a fact of a level's entry, or the reason why the walk did not fetch the entry.
fn of_entry(a: &Access, level: u32, why: impl FnOnce(Fetched) -> AccessReason) -> AccessReason {
    match (
        walked(a).into_iter().find(|entry| entry.level == level),
        walked(a).pop(),
    ) {
        (Some(entry), _) => why(entry),
        (None, Some(last)) if last.level < level => AccessReason::WalkEnd {
            level: last.level,
            found: None,
        },
        (None, _) => walk(a),
    }
}

/// Explains the address of a level's entry.
pub(super) fn entry_address(a: &Access, level: u32) -> AccessReason {
    of_entry(a, level, |entry| AccessReason::EntryAddress {
        level,
        index: entry.index,
        at: entry.at,
    })
}

/// Explains the raw value of a level's entry.
pub(super) fn entry_value(a: &Access, level: u32) -> AccessReason {
    of_entry(a, level, |entry| match entry.raw {
        None if entry.found == PteKind::Table => AccessReason::NoEntryValue,
        value => AccessReason::EntryValue {
            at: entry.at,
            known: value.is_some(),
        },
    })
}

/// Explains which page-table entry or TLB entry contains the PPN.
pub(super) fn ppn(a: &Access) -> AccessReason {
    with_mmu(a, |mmu| match physical(a) {
        Err(why) => why,
        Ok(pa) => {
            let ppn = shifted(pa, mmu.page_bits);
            match (tlb_hit(a), walked(a).pop()) {
                (Some(hit), _) => {
                    let stale = Stale::of_access(a);
                    AccessReason::PpnInTlb { ppn, hit, stale }
                }
                (None, Some(entry)) => AccessReason::PpnInEntry {
                    ppn,
                    level: entry.level,
                    at: entry.at,
                    raw: entry.raw,
                },
                (None, None) => AccessReason::PpnInTable(ppn),
            }
        }
    })
}

/// Explains how the physical address is composed.
pub(super) fn pa(a: &Access) -> AccessReason {
    with_mmu(a, |mmu| match physical(a) {
        Err(why) => why,
        Ok(pa) => AccessReason::Follows {
            ppn: shifted(pa, mmu.page_bits),
            ppo: low(pa, mmu.page_bits),
            stale: Stale::of_access(a),
        },
    })
}

/// Explains which line and offset, or which address of memory, the first byte comes from.
pub(super) fn byte(a: &Access) -> AccessReason {
    match a.verb {
        AccessVerb::Translate | AccessVerb::Write => AccessReason::NothingRead,
        AccessVerb::Read | AccessVerb::Fetch if a.outcome.pa.is_none() => no_address(a),
        AccessVerb::Read | AccessVerb::Fetch => AccessReason::Byte,
    }
}

/// Explains which bytes form the value.
pub(super) fn value(a: &Access) -> AccessReason {
    match byte(a) {
        AccessReason::Byte if a.outcome.fault.is_some() => no_address(a),
        AccessReason::Byte if a.data.len() > 1 => AccessReason::Bytes,
        why => why,
    }
}

/// Explains whether the bytes cross a boundary.
pub(super) fn pieces(a: &Access) -> AccessReason {
    match a.outcome.fragments {
        _ if a.verb == AccessVerb::Translate => AccessReason::OneAddress,
        0 => served(a),
        _ => AccessReason::Pieces,
    }
}

fn cause_of(a: &Access, fault: usize) -> AccessReason {
    match &a.process {
        None => AccessReason::NoProcess,
        Some(process) if fault >= process.faults.len() => AccessReason::NoFault,
        Some(_) => AccessReason::Kernel(KernelReason::Cause(fault)),
    }
}

/// Describes the first fault of an access by a process, or states that the access did not fault.
fn first_fault(a: &Access) -> AccessReason {
    cause_of(a, 0)
}

/// Explains why the kernel sent a signal, or why it sent none.
pub(super) fn signal(a: &Access) -> AccessReason {
    match a.faults().last() {
        Some(fault) if !fault.fatal() => AccessReason::AllResolved,
        _ => cause_of(a, a.faults().len().saturating_sub(1)),
    }
}

/// Returns what the kernel did if the access faulted in a process.
fn handled(a: &Access, what: KernelReason) -> AccessReason {
    if a.faults().is_empty() {
        first_fault(a)
    } else {
        AccessReason::Kernel(what)
    }
}

/// Explains which frame the handler mapped, and whether it copied a page.
pub(super) fn page_in(a: &Access) -> AccessReason {
    handled(a, KernelReason::PageIn(0))
}

/// Explains how the kernel resolved the faults: with or without disk I/O.
pub(super) fn costs(a: &Access) -> AccessReason {
    handled(a, KernelReason::Costs)
}

/// Explains why the kernel evicted a page, or that it evicted none.
pub(super) fn eviction(a: &Access) -> AccessReason {
    let steps = a.faults().first().map(|fault| fault.steps.iter());
    let evicted = steps.and_then(|mut steps| steps.find_map(Evicted::from_step));
    handled(a, KernelReason::Evicted(evicted))
}
