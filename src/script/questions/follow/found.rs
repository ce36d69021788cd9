//! Facts of lookups in TLBs, page tables, caches, and memory.

use super::claim::{Claim, Follow};
use super::fields::hex;
use super::quantity::QuantityKind;
use crate::run::record::{AccessVerb, Shown};
use pagewalk_engine::machine::event::Fault;

pub(crate) fn word_claim(word: &str) -> Claim {
    Some(Shown::word(word))
}

/// Returns the TLBs in which the access looks up its page, in order.
pub(crate) fn tlbs(of: &Follow) -> Vec<usize> {
    let each = of.access.spec.tlbs.iter().enumerate();
    each.filter(|(_, tlb)| tlb.side.serves(of.access.kind))
        .map(|(at, _)| at)
        .collect()
}

/// Returns the caches in which the access looks up its block, in order.
pub(crate) fn caches(of: &Follow) -> Vec<usize> {
    let each = of.access.spec.caches.iter().enumerate();
    each.filter(|(_, cache)| cache.side.serves(of.access.kind))
        .map(|(at, _)| at)
        .collect()
}

/// Returns the index and the tag of a lookup.
fn index_and_tag(of: &Follow, [index, tag]: [QuantityKind; 2], at: usize) -> Option<(u64, u64)> {
    Some((of.number(index, at)??, of.number(tag, at)??))
}

const TLB: [QuantityKind; 2] = [QuantityKind::TlbIndex, QuantityKind::TlbTag];
const CACHE: [QuantityKind; 2] = [QuantityKind::CacheIndex, QuantityKind::CacheTag];

pub(crate) fn is_hit(of: &Follow, kind: QuantityKind, at: usize) -> Option<bool> {
    Some(of.word(kind, at)?.is_some_and(|word| word == "hit"))
}

/// Returns hit or miss for the index and tag, or `none` after an earlier hit.
pub(crate) fn tlb_hit(of: &Follow, at: usize) -> Option<Claim> {
    for before in tlbs(of).into_iter().take_while(|tlb| *tlb != at) {
        if is_hit(of, QuantityKind::TlbHit, before)? {
            return Some(word_claim("none"));
        }
    }
    let (index, tag) = index_and_tag(of, TLB, at)?;
    let found = of.before.tlb_entry(at, index, tag)?.is_some();
    Some(word_claim(if found { "hit" } else { "miss" }))
}

/// Returns whether any of the TLBs hits.
pub(crate) fn tlb(of: &Follow, _: usize) -> Option<Claim> {
    let each = tlbs(of);
    if let [only] = each[..] {
        return tlb_hit(of, only);
    }
    for tlb in each {
        if is_hit(of, QuantityKind::TlbHit, tlb)? {
            return Some(word_claim("hit"));
        }
    }
    Some(word_claim("miss"))
}

/// Returns the address of the walk's entry at a level, computed from the root or from the entry of the level
/// above.
pub(crate) fn pte_address(of: &Follow, level: usize) -> Option<Claim> {
    let mmu = of.access.spec.mmu.as_ref()?;
    if is_hit(of, QuantityKind::Tlb, 0)? {
        return Some(None);
    }
    let table = if level == 1 {
        of.before.root()?
    } else {
        let Some(above) = of.number(QuantityKind::PteValue, level - 1)? else {
            return Some(None);
        };
        let Some(pte) = of.before.present(above) else {
            return Some(None);
        };
        pte.ppn.checked_shl(mmu.page_bits)?
    };
    let index = of.number(QuantityKind::Part, level)??;
    Some(hex(
        table.checked_add(index.checked_mul(u64::from(mmu.pte.bytes))?)?
    ))
}

pub(crate) fn pte_value(of: &Follow, level: usize) -> Option<Claim> {
    let Some(address) = of.number(QuantityKind::PteAddress, level)? else {
        return Some(None);
    };
    Some(
        of.before
            .entry(address)
            .map_or_else(|| word_claim("unknown"), hex),
    )
}

/// Returns the claimed entries of the walk, from the top level down. The inner `None` means that a level has
/// no entry.
fn stated_entries(of: &Follow) -> Vec<(usize, Option<u64>)> {
    let levels = of
        .access
        .spec
        .mmu
        .as_ref()
        .map_or(0, |mmu| mmu.levels.len());
    let stated = (1..=levels).filter(|level| of.is_stated(QuantityKind::PteValue, *level));
    stated
        .filter_map(|level| Some((level, of.number(QuantityKind::PteValue, level)?)))
        .collect()
}

/// Determines the kind of fault from the TLB, the claimed entries, or a walk. For an access by a process, the
/// kernel determines the kind of fault, so this function returns `None`.
pub(crate) fn fault(of: &Follow, _: usize) -> Option<Claim> {
    let mmu = of.access.spec.mmu.as_ref()?;
    if of.access.process.is_some() {
        return None;
    }
    if !tlbs(of).is_empty() && is_hit(of, QuantityKind::Tlb, 0)? {
        return Some(word_claim("none"));
    }
    let entries = stated_entries(of);
    if entries
        .iter()
        .any(|(_, raw)| raw.is_some_and(|raw| of.before.present(raw).is_none()))
    {
        return Some(word_claim("page"));
    }
    if entries
        .last()
        .is_some_and(|(level, raw)| *level == mmu.levels.len() && raw.is_some())
    {
        return Some(word_claim("none"));
    }
    let vpn = of.number(QuantityKind::Vpn, 0)??;
    Some(word_claim(match of.before.walk(vpn)? {
        Ok(_) => "none",
        Err(Fault::NotPresent { .. } | Fault::Reserved { .. }) => "page",
        Err(Fault::Protection { .. }) => "protection",
    }))
}

/// Returns the PPN from the TLB entry, from the last claimed entry of the walk, or from a walk.
pub(crate) fn ppn(of: &Follow, _: usize) -> Option<Claim> {
    let mmu = of.access.spec.mmu.as_ref()?;
    let bare = of.access.process.is_none();
    if bare
        && of
            .word(QuantityKind::Fault, 0)?
            .is_some_and(|word| word != "none")
    {
        return Some(None);
    }
    if !tlbs(of).is_empty() && is_hit(of, QuantityKind::Tlb, 0)? {
        for tlb in tlbs(of) {
            let (index, tag) = index_and_tag(of, TLB, tlb)?;
            if let Some(Some(entry)) = of.before.tlb_entry(tlb, index, tag) {
                return Some(hex(entry.ppn.raw()));
            }
        }
    }
    let last = stated_entries(of)
        .pop()
        .filter(|(level, _)| *level == mmu.levels.len());
    if let Some((_, Some(raw))) = last {
        let decoded = of.before.decoded(raw);
        let pte = decoded.filter(|_| bare || of.before.present(raw).is_some());
        return Some(pte.and_then(|pte| hex(pte.ppn)));
    }
    let vpn = of.number(QuantityKind::Vpn, 0)??;
    match of.before.walk(vpn)? {
        Ok(ppn) => Some(hex(ppn)),
        // As above: if the claim is `fault none`, the page must exist, so use the page number in the entry although
        // the entry is not present.
        Err(_) => of.before.stale(vpn).map(hex),
    }
}

/// Returns hit or miss for the index and tag. Returns `none` after an earlier hit or without a lookup.
pub(crate) fn cache_hit(of: &Follow, at: usize) -> Option<Claim> {
    if !of.access.uses_caches() {
        return Some(word_claim("none"));
    }
    for before in caches(of).into_iter().take_while(|cache| *cache != at) {
        if is_hit(of, QuantityKind::CacheHit, before)? {
            return Some(word_claim("none"));
        }
    }
    let (index, tag) = (
        of.number(QuantityKind::CacheIndex, at)?,
        of.number(QuantityKind::CacheTag, at)?,
    );
    let (Some(index), Some(tag)) = (index, tag) else {
        return Some(word_claim("none"));
    };
    let found = of.before.cache_way(at, index, tag).is_some();
    Some(word_claim(if found { "hit" } else { "miss" }))
}

pub(crate) fn byte(of: &Follow, _: usize) -> Option<Claim> {
    loaded(of, 1)
}

pub(crate) fn value(of: &Follow, _: usize) -> Option<Claim> {
    loaded(of, of.access.data.len())
}

/// Returns bytes of the block in the first cache that hits, or bytes of memory if no cache hits.
fn loaded(of: &Follow, bytes: usize) -> Option<Claim> {
    if !matches!(of.access.verb, AccessVerb::Read | AccessVerb::Fetch) || bytes > 8 {
        return None;
    }
    for cache in caches(of) {
        let word = of.word(QuantityKind::CacheHit, cache)?;
        match word.as_deref() {
            Some("hit") => return cached(of, cache, bytes),
            Some("miss") => {}
            _ => return Some(None),
        }
    }
    let Some(pa) = of.number(QuantityKind::Pa, 0)? else {
        return Some(None);
    };
    let pa = of.before.machine.pa(pa).ok()?;
    Some(
        of.before
            .memory(pa, bytes)
            .map_or_else(|| word_claim("unknown"), |bytes| little_endian(&bytes)),
    )
}

fn cached(of: &Follow, cache: usize, bytes: usize) -> Option<Claim> {
    let spec = of.access.spec.caches.get(cache)?;
    let (index, tag) = index_and_tag(of, CACHE, cache)?;
    let offset = of.number(QuantityKind::Offset, cache)??;
    let way = of.before.cache_way(cache, index, tag)?;
    let end = offset.checked_add(bytes as u64)?;
    if end > 1u64.checked_shl(spec.block_bits)? {
        return None;
    }
    let block: Option<Vec<u8>> = (offset..end)
        .map(|at| of.before.cached(cache, index, way, at))
        .collect();
    Some(block.map_or_else(|| word_claim("unknown"), |bytes| little_endian(&bytes)))
}

fn little_endian(bytes: &[u8]) -> Claim {
    hex(bytes
        .iter()
        .rev()
        .fold(0, |number, byte| number << 8 | u64::from(*byte)))
}
