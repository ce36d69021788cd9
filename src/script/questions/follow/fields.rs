//! Facts that are fields of an address.

use super::claim::{Claim, Follow};
use super::quantity::QuantityKind;
use crate::run::facts::{low, shifted};
use crate::run::record::Shown;

/// Returns a number. The blank determines the number of digits.
pub fn hex(n: u64) -> Claim {
    Some(Shown::hex(n, 1))
}

pub(crate) fn vpn(of: &Follow, _: usize) -> Option<Claim> {
    let mmu = of.access.spec.mmu.as_ref()?;
    Some(hex(shifted(of.access.va.raw(), mmu.page_bits)))
}

pub(crate) fn vpo(of: &Follow, _: usize) -> Option<Claim> {
    let mmu = of.access.spec.mmu.as_ref()?;
    Some(hex(low(of.access.va.raw(), mmu.page_bits)))
}

/// Returns the part of the VPN that indexes a level.
pub(crate) fn part(of: &Follow, level: usize) -> Option<Claim> {
    let mmu = of.access.spec.mmu.as_ref()?;
    let bits = *mmu.levels.get(level.checked_sub(1)?)?;
    let below: u32 = mmu.levels.iter().skip(level).sum();
    let vpn = of.number(QuantityKind::Vpn, 0)??;
    Some(hex(low(shifted(vpn, below), bits)))
}

/// Returns the page number that a TLB lookup uses.
fn tlb_page(of: &Follow, tlb: usize) -> Option<u64> {
    let own = of
        .access
        .spec
        .tlbs
        .get(tlb)?
        .smallest_page_bits(&of.access.spec);
    let vpn = of.number(QuantityKind::Vpn, 0)??;
    Some(shifted(vpn, own.checked_sub(of.access.spec.page_bits())?))
}

pub(crate) fn tlb_index(of: &Follow, tlb: usize) -> Option<Claim> {
    Some(hex(low(
        tlb_page(of, tlb)?,
        of.access.spec.tlbs.get(tlb)?.index_bits(),
    )))
}

pub(crate) fn tlb_tag(of: &Follow, tlb: usize) -> Option<Claim> {
    Some(hex(shifted(
        tlb_page(of, tlb)?,
        of.access.spec.tlbs.get(tlb)?.index_bits(),
    )))
}

pub(crate) fn ppo(of: &Follow, _: usize) -> Option<Claim> {
    of.ask(QuantityKind::Vpo, 0)
}

/// Concatenates the PPN and the offset.
pub(crate) fn pa(of: &Follow, _: usize) -> Option<Claim> {
    if of.access.spec.mmu.is_none() {
        return Some(hex(of.access.va.raw()));
    }
    let Some(ppn) = of.number(QuantityKind::Ppn, 0)? else {
        return Some(None);
    };
    let offset = of.number(QuantityKind::Ppo, 0)??;
    let bits = of.access.spec.page_bits();
    let page = ppn.checked_shl(bits).filter(|page| page >> bits == ppn)?;
    Some(hex(page.checked_add(offset)?))
}

pub(crate) fn offset(of: &Follow, cache: usize) -> Option<Claim> {
    let bits = of.access.spec.caches.get(cache)?.block_bits;
    Some(
        of.number(QuantityKind::Pa, 0)?
            .and_then(|pa| hex(low(pa, bits))),
    )
}

pub(crate) fn cache_index(of: &Follow, cache: usize) -> Option<Claim> {
    let spec = of.access.spec.caches.get(cache)?;
    // Without a physical address, the cache was not accessed.
    let Some(pa) = of.number(QuantityKind::Pa, 0)? else {
        return Some(None);
    };
    let address = if spec.virtual_index {
        let (vpn, vpo) = (
            of.number(QuantityKind::Vpn, 0)??,
            of.number(QuantityKind::Vpo, 0)??,
        );
        vpn.checked_shl(of.access.spec.page_bits())? | vpo
    } else {
        pa
    };
    Some(hex(low(
        shifted(address, spec.block_bits),
        spec.index_bits(),
    )))
}

pub(crate) fn cache_tag(of: &Follow, cache: usize) -> Option<Claim> {
    let spec = &of.access.spec;
    let bits = spec.caches.get(cache)?.tag_bits(spec);
    Some(
        of.number(QuantityKind::Pa, 0)?
            .and_then(|pa| hex(shifted(pa, spec.physical_bits - bits))),
    )
}
