//! Facts that summarize an access: the walk, the level that served the data, the latency, and the kernel's
//! response to a fault.

use super::claim::{Claim, Follow};
use super::found::{caches, is_hit, tlbs, word_claim};
use super::quantity::QuantityKind;
use crate::run::facts::thousandths;
use crate::run::record::{AccessVerb, Shown};
use pagewalk_engine::kernel::event::FaultClass;

fn count(n: u64) -> Claim {
    Some(Shown::plain(n))
}

fn latency(total: u64) -> Claim {
    Some(Shown::plain(thousandths(total)))
}

/// Returns the number of entries fetched: none after a TLB hit, or otherwise the number that a walk of the
/// claimed page fetches.
pub(crate) fn walk(of: &Follow, _: usize) -> Option<Claim> {
    if of.access.process.is_some() {
        return None;
    }
    if !tlbs(of).is_empty() && is_hit(of, QuantityKind::Tlb, 0)? {
        return Some(count(0));
    }
    let vpn = of.number(QuantityKind::Vpn, 0)??;
    Some(count(of.before.walk_length(vpn)?))
}

/// Returns the first cache that hits, or memory. A fault ends the access before any cache lookup.
pub(crate) fn served(of: &Follow, _: usize) -> Option<Claim> {
    if !of.access.uses_caches() || is_fatal(of)? {
        return Some(None);
    }
    for cache in caches(of) {
        if is_hit(of, QuantityKind::CacheHit, cache)? {
            return Some(word_claim(&of.access.spec.caches.get(cache)?.name));
        }
    }
    Some(word_claim("memory"))
}

/// Whether the claimed fault ends the access.
fn is_fatal(of: &Follow) -> Option<bool> {
    let fault = of.word(QuantityKind::Fault, 0)?;
    let resolvable = |word: &str| class(word).is_some_and(FaultClass::is_resolvable);
    Some(
        fault.is_some_and(|word| {
            word != "none" && !(of.access.process.is_some() && resolvable(&word))
        }),
    )
}

/// Returns the sum of the latencies of the claimed lookups, for a read whose walk bypasses the caches.
pub(crate) fn cycles(of: &Follow, _: usize) -> Option<Claim> {
    let spec = &of.access.spec;
    if of.access.process.is_some()
        || of.access.verb == AccessVerb::Write
        || of.access.data.len() > 1
    {
        return None;
    }
    let walk = if spec.mmu.is_some() {
        of.number(QuantityKind::Walk, 0)??
    } else {
        0
    };
    if walk > 0 && spec.mmu.as_ref().is_some_and(|mmu| mmu.walk_cached) {
        return None;
    }
    let mut total = walk.checked_mul(spec.memory_latency)?;
    let mut first_tlb = 0;
    for (at, tlb) in tlbs(of).into_iter().enumerate() {
        let latency = spec.tlbs.get(tlb)?.latency;
        total = total.checked_add(latency)?;
        first_tlb = if at == 0 { latency } else { first_tlb };
        if is_hit(of, QuantityKind::TlbHit, tlb)? {
            break;
        }
    }
    if !of.access.uses_caches() || is_fatal(of)? {
        return Some(latency(total));
    }
    for (at, cache) in caches(of).into_iter().enumerate() {
        let known = spec.caches.get(cache)?;
        // The lookup of a virtually indexed first cache overlaps with the first TLB lookup.
        let overlap = if at == 0 && known.virtual_index {
            known.latency.min(first_tlb)
        } else {
            0
        };
        total = total.checked_add(known.latency - overlap)?;
        if is_hit(of, QuantityKind::CacheHit, cache)? {
            return Some(latency(total));
        }
    }
    Some(latency(total.checked_add(spec.memory_latency)?))
}

fn class(word: &str) -> Option<FaultClass> {
    use FaultClass::{Bus, CopyOnWrite, DemandZero, File, Protection, Segmentation, Swap};
    [
        DemandZero,
        File,
        Swap,
        CopyOnWrite,
        Protection,
        Segmentation,
        Bus,
    ]
    .into_iter()
    .find(|class| class.name() == word)
}

/// A claimed class of a fault. `None` means that the access does not fault.
type Class = Option<FaultClass>;

/// Returns the claimed class of the only fault.
fn only_fault(of: &Follow) -> Option<Class> {
    of.access
        .process
        .as_ref()
        .filter(|process| process.faults.len() <= 1)?;
    match of.word(QuantityKind::Fault, 0)?.as_deref() {
        None | Some("none") => Some(None),
        Some(word) => class(word).map(Some),
    }
}

pub(crate) fn signal(of: &Follow, _: usize) -> Option<Claim> {
    let signal = only_fault(of)?.and_then(FaultClass::signal);
    Some(word_claim(
        signal.map_or("none", |(signal, _)| signal.name()),
    ))
}

pub(crate) fn code(of: &Follow, _: usize) -> Option<Claim> {
    let signal = only_fault(of)?.and_then(FaultClass::signal);
    Some(word_claim(signal.map_or("none", |(_, code)| code.name())))
}

pub(crate) fn minor(of: &Follow, _: usize) -> Option<Claim> {
    resolved(of, true)
}

pub(crate) fn major(of: &Follow, _: usize) -> Option<Claim> {
    resolved(of, false)
}

/// Returns the number of minor or major faults. A fault on a file page is the first one on that page, so it
/// is minor only if all files are in the page cache.
fn resolved(of: &Follow, minor: bool) -> Option<Claim> {
    let Some(fault) = only_fault(of)?.filter(|fault| fault.is_resolvable()) else {
        return Some(count(0));
    };
    let is_minor = match fault {
        FaultClass::Swap => false,
        FaultClass::File => of.before.kernel?.warm,
        _ => true,
    };
    Some(count(u64::from(is_minor == minor)))
}

/// Returns whether the handler copies a page. A store to a file page copies the page only if the mapping is
/// private.
pub(crate) fn copied(of: &Follow, _: usize) -> Option<Claim> {
    let fault = only_fault(of)?;
    if fault == Some(FaultClass::File) && of.access.verb == AccessVerb::Write {
        return None;
    }
    let copies = fault == Some(FaultClass::CopyOnWrite);
    Some(word_claim(if copies { "yes" } else { "no" }))
}
