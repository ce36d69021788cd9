//! Page walks.

use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::addr::{Pa, Va};
use pagewalk_engine::machine::event::{AccessKind, Event, Fault, Privilege, PteKind};
use pagewalk_engine::machine::spec::Spec;

/// A page walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Walk {
    pub(crate) va: Va,
    /// The entries that the MMU fetched, top first. A store that sets D fetches only the entry of the page again.
    pub(crate) levels: Vec<Fetched>,
    pub(crate) end: WalkEnd,
}

/// An entry that a walk fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fetched {
    /// The level of the entry's table, counted from 1 at the root.
    pub(crate) level: u32,
    /// The index of the entry in its table.
    pub(crate) index: u64,
    /// The physical address of the entry, or `None` in a detached table.
    pub(crate) at: Option<Pa>,
    /// The raw value, or `None` if the entry was never set, or points to a detached table.
    pub(crate) raw: Option<u64>,
    /// The page number that a present entry contains.
    pub(crate) ppn: Option<u64>,
    pub(crate) found: PteKind,
}

/// The end of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WalkEnd {
    /// The last entry maps the page, and this is the physical address.
    Page(Pa),
    Fault(Fault),
    /// There was no walk, because a TLB held the translation.
    TlbHeldIt,
}

impl Walk {
    /// Returns the walk in the events of an attempt to translate an address.
    pub(crate) fn of_events(spec: &Spec, va: Va, events: &[Event]) -> Self {
        let fetched = |event: &Event| match *event {
            Event::Pte {
                level,
                index,
                address,
                value,
                found,
            } => {
                let present = value.filter(|_| leads_on(found)).zip(spec.mmu.as_ref());
                Some(Fetched {
                    level,
                    index,
                    at: address,
                    raw: value,
                    ppn: present.map(|(raw, mmu)| mmu.pte.decode(raw).ppn),
                    found,
                })
            }
            _ => None,
        };
        let end = events.iter().find_map(|event| match *event {
            Event::TlbLookup { way: Some(_), .. } => Some(WalkEnd::TlbHeldIt),
            Event::Faulted { fault } => Some(WalkEnd::Fault(fault)),
            Event::Translated { pa, .. } => Some(WalkEnd::Page(pa)),
            _ => None,
        });
        Self {
            va,
            levels: events.iter().filter_map(fetched).collect(),
            end: end.unwrap_or(WalkEnd::TlbHeldIt),
        }
    }

    /// Returns the walk that an access would make if no TLB held its page.
    pub(crate) fn of_machine(machine: &Machine, va: Va, kind: AccessKind, mode: Privilege) -> Self {
        let mut events = Vec::new();
        // The events contain the result.
        let _ = machine.peek_walk(va, kind, mode, &mut events);
        Self::of_events(machine.spec(), va, &events)
    }

    /// Returns the physical address, or `None` after a fault or without a walk.
    pub(crate) fn pa(&self) -> Option<Pa> {
        match self.end {
            WalkEnd::Page(pa) => Some(pa),
            WalkEnd::Fault(_) | WalkEnd::TlbHeldIt => None,
        }
    }

    /// Returns the level of the entry that maps the page, if the walk reached it.
    pub(crate) fn leaf(&self) -> Option<u32> {
        let last = self.levels.last()?;
        (last.found == PteKind::Page).then_some(last.level)
    }

    /// Returns log2 of the size of the page, or of a base page if the walk did not reach the page.
    pub(crate) fn page_bits(&self, spec: &Spec) -> u32 {
        let leaf = spec.mmu.as_ref().zip(self.leaf());
        leaf.map_or(spec.page_bits(), |(mmu, leaf)| mmu.level_page_bits(leaf))
    }
}

impl Fetched {
    /// Whether the entry is present and has no reserved bit set.
    pub(crate) fn is_present(&self) -> bool {
        leads_on(self.found)
    }
}

fn leads_on(found: PteKind) -> bool {
    matches!(found, PteKind::Table | PteKind::Page)
}
