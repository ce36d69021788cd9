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

#[cfg(test)]
mod tests {
    use super::*;
    use pagewalk_engine::machine::contents::PteWord;
    use pagewalk_engine::machine::pte::{Bit, Flags, Pte};
    use pagewalk_engine::machine::spec::TlbSpec;
    use proptest::prelude::*;

    /// The contents of a table entry.
    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Entry {
        Absent,
        /// A table of the next level, or at the last level a page.
        Lower,
        Huge,
    }

    /// The address of the only table of each level. The entries of a level 1 table lead to the one level 2 table, and so on.
    const TABLES: [u64; 4] = [0x1000, 0x2000, 0x3000, 0x4000];
    /// log2 of the size of the region that an entry of each level covers.
    const LOW: [u32; 4] = [39, 30, 21, 12];

    fn index(va: u64, level: usize) -> u64 {
        va >> LOW[level] & 0x1FF
    }

    fn entry() -> impl Strategy<Value = (Entry, bool)> {
        let entries = prop_oneof![Just(Entry::Absent), Just(Entry::Lower), Just(Entry::Huge)];
        (entries, any::<bool>())
    }

    /// Writes entry `at` of each level from the second one. Pages are in frames of their size above 4 GB.
    fn write(machine: &mut Machine, entries: &[[(Entry, bool); 2]; 3]) {
        let mut put = |level: usize, at: usize, ppn: u64, flags: Flags| {
            let place = machine.pa(TABLES[level] + 8 * at as u64).unwrap();
            let flags = flags.with(Bit::P);
            let pte = PteWord::Fields(Pte { ppn, flags });
            machine.write_pte(level as u32 + 1, place, pte).unwrap();
        };
        put(0, 0, 2, Flags::OPEN);
        for (level, of_level) in (1..).zip(entries) {
            for (at, (entry, global)) in of_level.iter().enumerate() {
                let flags = Flags::OPEN.with_bit(Bit::G, *global);
                let page = 1 << 20 | (at as u64) << (LOW[level] - 12);
                match (entry, level) {
                    (Entry::Absent, _) => {}
                    (Entry::Lower, 1 | 2) => put(level, at, TABLES[level + 1] >> 12, Flags::OPEN),
                    (Entry::Huge, 1 | 2) => put(level, at, page, flags.with(Bit::Ps)),
                    _ => put(level, at, page, flags),
                }
            }
        }
    }

    proptest! {
        /// A walk of the machine has the levels that an access fetches when no TLB holds the page, and those of the tables.
        #[test]
        fn walks_are_those_of_an_access_after_invlpg(
            entries in proptest::array::uniform3(proptest::array::uniform2(entry())),
            later in proptest::array::uniform3(proptest::array::uniform2(entry())),
            sizes in prop_oneof![Just(vec![]), Just(vec![12]), Just(vec![12, 21]), Just(vec![21, 30])],
            sets in 0u32..3,
            history in proptest::collection::vec((0usize..8, any::<bool>()), 0..12),
        ) {
            let mut spec = Machine::core_i7().spec().as_ref().clone();
            let tlb = |name| TlbSpec { page_bits: sizes.clone(), ..TlbSpec::new(name, 1 << sets, 2) };
            spec.tlbs = vec![tlb("first"), tlb("second")];
            let mut machine = Machine::new(spec);
            machine.set_cr3(Some(machine.pa(TABLES[0]).unwrap()));
            write(&mut machine, &entries);
            let vas: Vec<u64> = (0..8).map(|n: u64| (n >> 2) << 30 | (n >> 1 & 1) << 21 | (n & 1) << 12 | 0x123).collect();
            for (at, store) in history {
                let kind = if store { AccessKind::Write } else { AccessKind::Read };
                let va = machine.va(vas[at]).unwrap();
                let _ = machine.translate_as(va, kind, Privilege::User, &mut ());
            }
            // The TLBs do not notice.
            write(&mut machine, &later);
            for va in vas {
                let at = machine.va(va).unwrap();
                let walk = Walk::of_machine(&machine, at, AccessKind::Read, Privilege::User);
                let mut expected = vec![(1, index(va, 0), Some(TABLES[0]))];
                let mut page = None;
                for level in 1..4 {
                    let which = index(va, level);
                    expected.push((level as u32 + 1, which, Some(TABLES[level] + 8 * which)));
                    let now = later[level - 1][which as usize].0;
                    // An absent entry of the second contents leaves the first.
                    let now = if now == Entry::Absent { entries[level - 1][which as usize].0 } else { now };
                    if now == Entry::Lower && level < 3 {
                        continue;
                    }
                    page = (now != Entry::Absent).then_some((LOW[level], which));
                    break;
                }
                let levels = walk.levels.iter().map(|own| (own.level, own.index, own.at.map(Pa::raw)));
                prop_assert_eq!(levels.collect::<Vec<_>>(), expected);
                let pa = page.map(|(bits, which)| 1 << 32 | which << bits | (va & ((1 << bits) - 1)));
                prop_assert_eq!(walk.pa().map(Pa::raw), pa);
                prop_assert_eq!(walk.page_bits(machine.spec()), page.map_or(12, |(bits, _)| bits));

                let mut fresh = machine.clone();
                fresh.invlpg(at, &mut ());
                let mut events = Vec::new();
                let done = fresh.translate_as(at, AccessKind::Read, Privilege::User, &mut events);
                let fetched = events.iter().filter_map(|event| match *event {
                    Event::Pte { level, value, found, .. } => Some((level, value, found)),
                    _ => None,
                });
                let own = walk.levels.iter().map(|own| (own.level, own.raw, own.found));
                prop_assert_eq!(own.collect::<Vec<_>>(), fetched.collect::<Vec<_>>());
                prop_assert_eq!(walk.end, done.map_or_else(WalkEnd::Fault, WalkEnd::Page));
            }
        }
    }
}
