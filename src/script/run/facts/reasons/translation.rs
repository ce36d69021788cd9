//! Explains an access's translation, or why the translation failed.

use pagewalk_engine::machine::addr::Pa;
use pagewalk_engine::machine::event::{Event, PteKind};
use pagewalk_engine::machine::pte::Bit;

use super::super::handled;
use super::faults::{entry, no_address, no_translation, stale};
use super::lookups;
use super::words::{self, NO_MMU};
use crate::run::nouns::size;
use crate::run::record::{Access, Shown};

pub(crate) fn fault(a: &Access) -> String {
    if a.process.is_some() {
        return handled::reason(a);
    }
    let by_tlb =
        || words::deciding_entry(a).map(|entry| format!("{entry} permits the access{}", stale(a)));
    no_translation(a)
        .or_else(by_tlb)
        .unwrap_or_else(|| match walked(a).next_back() {
            _ if a.spec.mmu.is_none() => NO_MMU.to_owned(),
            Some(_) if a.spec.mmu.as_ref().is_some_and(|mmu| mmu.levels.len() == 1) => {
                "the page-table entry is present and permits the access".to_owned()
            }
            Some(_) => "every entry of the walk is present and permits the access".to_owned(),
            None => "the page is present, and its entry permits the access".to_owned(),
        })
}

/// Returns the entries that the first piece's walk fetched, each with level, address, raw value, and kind.
fn walked(a: &Access) -> impl DoubleEndedIterator<Item = (u32, Option<u64>, Option<u64>, PteKind)> {
    a.first_piece().iter().filter_map(|event| match event {
        Event::Pte {
            level,
            address,
            value,
            found,
            ..
        } => Some((*level, address.map(Pa::raw), *value, *found)),
        _ => None,
    })
}

pub(crate) fn walk(a: &Access) -> String {
    let held = lookups::hit_tlb(a).is_some();
    match walked(a).next_back() {
        _ if a.spec.mmu.is_none() => NO_MMU.to_owned(),
        None if held => "a TLB held the translation, so the MMU fetched no entry".to_owned(),
        None => "the MMU fetched no entry".to_owned(),
        Some(_) if held => {
            "a TLB held the translation with D = 0, so the MMU fetched the PTE again to set D for the store"
                .to_owned()
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

/// Explains why the walk did not fetch a level's entry.
pub(super) fn not_walked(a: &Access, level: u32) -> String {
    match walked(a).next_back() {
        Some((last, ..)) if last < level => format!("the walk ended at level {last}"),
        _ => walk(a),
    }
}

/// Explains the raw value of a level's entry.
pub(crate) fn entry_value(a: &Access, level: u32) -> String {
    let Some((_, address, value, found)) = walked(a).find(|(own, ..)| *own == level) else {
        return not_walked(a, level);
    };
    let place = address.map_or_else(String::new, |at| {
        format!(" at {}", Shown::field(at, a.spec.physical_bits))
    });
    match (value, found) {
        (None, PteKind::Table) => {
            "the page table is not in simulated memory, so its upper-level entries have no value"
                .to_owned()
        }
        (None, _) => format!("a byte of the entry{place} is uninitialized"),
        (Some(_), _) => format!("the walk fetched this value{place}{}", before_marks(a)),
    }
}

/// Returns the clause about the bits that a walk sets, or an empty string if the format has neither A nor D.
fn before_marks(a: &Access) -> &'static str {
    let has = |bit| {
        a.spec
            .mmu
            .as_ref()
            .is_some_and(|mmu| mmu.pte.bit_position(bit).is_some())
    };
    match (has(Bit::A), has(Bit::D)) {
        (true, true) => ", before it set A or D",
        (true, false) => ", before it set A",
        (false, true) => ", before it set D",
        (false, false) => "",
    }
}

/// Explains which page-table entry or TLB entry contains the PPN.
pub(crate) fn ppn(a: &Access) -> String {
    let (Some(mmu), Some(pa)) = (&a.spec.mmu, a.outcome.pa) else {
        return if a.spec.mmu.is_none() {
            NO_MMU.to_owned()
        } else {
            no_address(a)
        };
    };
    let (ppn, bits) = (pa.raw() >> mmu.page_bits, a.spec.ppn_bits());
    let shown = Shown::field(ppn, bits);
    if let Some(component) = lookups::hit_tlb(a) {
        return format!(
            "{}, with PPN {shown}{}",
            lookups::lookup(a, component),
            stale(a)
        );
    }
    let Some((level, address, value, _)) = walked(a).next_back() else {
        return format!("the page table maps the page to PPN {shown}");
    };
    let which = entry(a, a.va.raw(), level);
    let place = address.map_or_else(String::new, |at| {
        format!(" at {}", Shown::field(at, a.spec.physical_bits))
    });
    let word = value.map_or_else(String::new, |raw| {
        format!(" is {} and", Shown::hex(raw, 2 * mmu.pte.bytes))
    });
    let below = mmu.level_page_bits(level) - mmu.page_bits;
    if below > 0 {
        let size = size(1 << mmu.level_page_bits(level));
        return format!("{which}{place}{word} maps a {size} page, which covers PPN {shown}");
    }
    format!("{which}{place}{word} has PPN {shown}")
}

pub(crate) fn pa(a: &Access) -> String {
    match (&a.spec.mmu, a.outcome.pa) {
        (None, _) => NO_MMU.to_owned(),
        (_, None) => no_address(a),
        (Some(mmu), Some(pa)) => {
            let (page, low) = (
                pa.raw() >> mmu.page_bits,
                super::super::row::low(pa.raw(), mmu.page_bits),
            );
            let ppn = Shown::field(page, a.spec.ppn_bits());
            let ppo = Shown::field(low, mmu.page_bits);
            format!(
                "PPN {ppn} is followed by PPO {ppo}, which equals the VPO{}",
                stale(a)
            )
        }
    }
}
