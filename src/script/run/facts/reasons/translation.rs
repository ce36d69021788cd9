//! How an access was translated, or why it was not.

use pagewalk_engine::machine::event::{Event, Fault, ProtectionCause, PteKind};

use super::super::handled;
use super::{NO_MMU, lookups};
use crate::run::nouns::size;
use crate::run::record::{Access, Shown};

/// Why there is no physical address.
pub(super) fn no_address(a: &Access) -> String {
    no_translation(a).unwrap_or_else(|| "the access has no physical address".to_owned())
}

/// Why the access could not be translated, if it could not.
fn no_translation(a: &Access) -> Option<String> {
    if a.process.as_ref().is_some_and(|process| process.killed.is_some()) {
        return Some(handled::reason(a));
    }
    Some(match a.outcome.fault? {
        Fault::NotPresent { level } => format!("{} is not present", entry(a, level)),
        Fault::Reserved { level } => format!("{} has a reserved bit set", entry(a, level)),
        Fault::Protection { why } => match why {
            ProtectionCause::ReadOnly => "R/W is 0 and the access is a store",
            ProtectionCause::Supervisor => "U/S is 0 and the access is the user's",
            ProtectionCause::NoExecute => "XD is 1 and the access is an instruction fetch",
        }
        .to_owned(),
    })
}

/// The entry of a level, in words.
fn entry(a: &Access, level: u32) -> String {
    let vpn = Shown::field(a.va.raw() >> a.spec.page_bits(), a.spec.vpn_bits());
    match &a.spec.mmu {
        Some(mmu) if mmu.levels.len() > 1 => format!("the level-{level} page-table entry for VPN {vpn}"),
        _ => format!("the page-table entry of VPN {vpn}"),
    }
}

pub(crate) fn fault(a: &Access) -> String {
    if a.process.is_some() {
        return handled::reason(a);
    }
    no_translation(a).unwrap_or_else(|| match walked(a).next_back() {
        _ if a.spec.mmu.is_none() => NO_MMU.to_owned(),
        Some(_) => "every entry of the walk is present and permits the access".to_owned(),
        None => "the TLB entry permits the access".to_owned(),
    })
}

/// The entries that the walk of the first piece fetched: level, address, raw value, and kind.
fn walked(a: &Access) -> impl DoubleEndedIterator<Item = (u32, Option<u64>, Option<u64>, PteKind)> {
    a.first_piece().iter().filter_map(|event| match event {
        Event::Pte { level, address, value, found, .. } => {
            Some((*level, address.map(|address| address.raw()), *value, *found))
        }
        _ => None,
    })
}

pub(crate) fn walk(a: &Access) -> String {
    let held = lookups::hit_tlb(a).is_some();
    match walked(a).next_back() {
        _ if a.spec.mmu.is_none() => NO_MMU.to_owned(),
        None if held => "a TLB held the translation, so no entry was fetched".to_owned(),
        None => "no entry was fetched".to_owned(),
        Some(_) if held => {
            "a TLB held the translation with D = 0, so the store fetched the entry again to set D".to_owned()
        }
        Some((level, .., found)) => {
            let found = match found {
                PteKind::Absent => "is not present",
                PteKind::Reserved => "has a reserved bit set",
                PteKind::Page | PteKind::Table => "maps the page",
            };
            format!("the walk ended at level {level}, whose entry {found}")
        }
    }
}

/// Why the walk did not fetch the entry of a level.
pub(super) fn not_walked(a: &Access, level: u32) -> String {
    match walked(a).next_back() {
        Some((last, ..)) if last < level => format!("the walk ended at level {last}"),
        _ => walk(a),
    }
}

/// The raw value of the entry of a level.
pub(crate) fn entry_value(a: &Access, level: u32) -> String {
    let Some((_, address, value, found)) = walked(a).find(|(own, ..)| *own == level) else {
        return not_walked(a, level);
    };
    let place =
        address.map_or_else(String::new, |at| format!(" at {}", Shown::field(at, a.spec.physical_bits)));
    match (value, found) {
        (None, PteKind::Table) => {
            "tables that are not in simulated memory have no entries for tables".to_owned()
        }
        (None, _) => format!("some byte of the entry{place} was never set"),
        (Some(_), _) => format!("the walk fetched this word{place}, before it set A or D"),
    }
}

/// The entry, or the TLB's line, that has the PPN.
pub(crate) fn ppn(a: &Access) -> String {
    let (Some(mmu), Some(pa)) = (&a.spec.mmu, a.outcome.pa) else {
        return if a.spec.mmu.is_none() { NO_MMU.to_owned() } else { no_address(a) };
    };
    let (ppn, bits) = (pa.raw() >> mmu.page_bits, a.spec.ppn_bits());
    let shown = Shown::field(ppn, bits);
    if let Some(component) = lookups::hit_tlb(a) {
        return format!("{}, with PPN {shown}", lookups::lookup(a, component));
    }
    let Some((level, address, value, _)) = walked(a).next_back() else {
        return format!("the page table maps the page to PPN {shown}");
    };
    let which = entry(a, level);
    let place =
        address.map_or_else(String::new, |at| format!(" at {}", Shown::field(at, a.spec.physical_bits)));
    let word =
        value.map_or_else(String::new, |raw| format!(" is {} and", Shown::hex(raw, 2 * mmu.pte.bytes)));
    let below = mmu.level_page_bits(level) - mmu.page_bits;
    if below > 0 {
        let size = size(1 << mmu.level_page_bits(level));
        return format!("{which}{place}{word} maps a page of {size}, of which this is page {shown}");
    }
    format!("{which}{place}{word} has PPN {shown}")
}

pub(crate) fn pa(a: &Access) -> String {
    match (&a.spec.mmu, a.outcome.pa) {
        (None, _) => NO_MMU.to_owned(),
        (_, None) => no_address(a),
        (Some(mmu), Some(pa)) => {
            let (page, low) = (pa.raw() >> mmu.page_bits, super::super::row::low(pa.raw(), mmu.page_bits));
            let ppn = Shown::field(page, a.spec.ppn_bits());
            format!("PPN {ppn} is followed by PPO {}, which is the VPO", Shown::field(low, mmu.page_bits))
        }
    }
}
