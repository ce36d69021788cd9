//! The sets that an access looked up, with their lines at the lookup. A fill destroys its victim, so the events do not
//! determine these lines.

use pagewalk_engine::machine::event::{Event, SetLine};

/// Maximum number of ways that are copied.
const WAYS: u32 = 64;

/// A set that an access looked up.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Looked {
    /// The lookup: an [`Event::TlbLookup`] or an [`Event::CacheLookup`].
    pub(crate) lookup: Event,
    /// The lines in way order, or only the way that hit if the set is too wide.
    pub(crate) lines: Vec<SetLine>,
}

impl Looked {
    /// Copies the set of a lookup; see [`MachineObserver::on_set`].
    ///
    /// [`MachineObserver::on_set`]: pagewalk_engine::machine::event::MachineObserver::on_set
    pub(crate) fn copy(lookup: Event, ways: u32, line: &dyn Fn(u32) -> SetLine) -> Self {
        let copied = match hit(lookup) {
            _ if ways <= WAYS => 0..ways,
            Some(way) => way..way + 1,
            None => 0..0,
        };
        Self {
            lookup,
            lines: copied.map(line).collect(),
        }
    }

    /// Returns the line that hit.
    pub(crate) fn hit(&self) -> Option<&SetLine> {
        let way = hit(self.lookup)?;
        self.lines.iter().find(|line| line.way == way)
    }
}

/// Returns the way that hit.
fn hit(lookup: Event) -> Option<u32> {
    match lookup {
        Event::TlbLookup { way, .. } | Event::CacheLookup { way, .. } => way,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::run::record::Recorder;
    use pagewalk_engine::machine::addr::Tag;
    use pagewalk_engine::machine::event::{AccessKind, Event, Privilege};
    use pagewalk_engine::machine::pte::Pte;
    use pagewalk_engine::machine::spec::Spec;
    use pagewalk_engine::machine::{Data, Machine};
    use proptest::prelude::*;

    /// A machine with two TLBs and two caches, whose page N is in frame N ^ 5.
    fn machine(ways: u32, block_bits: u32) -> Machine {
        let spec = Spec::paged(12, 12, 6)
            .tlb("first", 2, ways)
            .tlb("second", 1, 2 * ways)
            .cache("L1", 2, ways, block_bits)
            .cache("L2", 4, ways, block_bits + 1);
        let mut machine = Machine::new(spec);
        for page in 0..64 {
            let vpn = machine.vpn(page).unwrap();
            machine.set_page(1, vpn, Pte::present(page ^ 5)).unwrap();
        }
        machine
    }

    proptest! {
        /// The lines are those of a clone of the machine, taken before the access.
        #[test]
        fn lines_are_those_before_the_access(
            ways in 1u32..6, block_bits in 1u32..6, flush in 0usize..20,
            accesses in proptest::collection::vec((0u64..1 << 12, any::<Option<u8>>()), 1..40),
        ) {
            let mut machine = machine(ways, block_bits);
            for (at, (va, stored)) in accesses.iter().enumerate() {
                if at == flush {
                    machine.flush_tlb(None, &mut ());
                    machine.flush_cache(Some(0));
                }
                let before = machine.clone();
                let va = machine.va(*va).unwrap();
                let mut recorder = Recorder::for_access(0, true);
                let (kind, data) = match stored {
                    Some(byte) => (AccessKind::Write, &mut [Some(*byte)]),
                    None => (AccessKind::Read, &mut [None]),
                };
                let bytes = data.map(Option::unwrap_or_default);
                let data = if stored.is_some() { Data::Store(&bytes) } else { Data::Load(data) };
                machine.access(va, kind, Privilege::User, data, &mut recorder);
                let lookups = recorder.events.iter().filter(|event| {
                    matches!(event, Event::TlbLookup { .. } | Event::CacheLookup { .. })
                });
                let looked = recorder.looked.iter().map(|set| &set.lookup);
                prop_assert!(lookups.eq(looked));
                for set in &recorder.looked {
                    for line in &set.lines {
                        let tag = line.tag.map(Tag::raw);
                        match set.lookup {
                            Event::TlbLookup { tlb, set: at, .. } => {
                                prop_assert_eq!(set.lines.len() as u32, ways * (1 + tlb));
                                let old = before.tlb_line(tlb as usize, at, line.way).unwrap();
                                prop_assert_eq!((tag, line.valid), (old.tag.map(Tag::raw), old.valid));
                                prop_assert_eq!(line.ppn, old.valid.then_some(old.ppn));
                                prop_assert_eq!(line.page_bits, old.page_bits);
                            }
                            Event::CacheLookup { cache, set: at, .. } => {
                                prop_assert_eq!(set.lines.len() as u32, ways);
                                let level = cache as usize;
                                let old = before.cache_line(level, at, line.way).unwrap();
                                let of_line = (tag, line.valid, line.dirty);
                                prop_assert_eq!(of_line, (old.tag.map(Tag::raw), old.valid, old.dirty));
                                let size = 1 << (block_bits + cache);
                                prop_assert_eq!(line.bytes.is_some(), tag.is_some() && size <= 16);
                                for (byte, at_byte) in line.bytes.iter().flatten().take(size).zip(0..) {
                                    let old = before.cache_byte(level, at, line.way, at_byte);
                                    prop_assert_eq!(*byte, old);
                                }
                            }
                            other => prop_assert!(false, "{:?}", other),
                        }
                    }
                }
            }
        }
    }

    /// An access can have a million pieces, so a record keeps the sets of the first piece and of the last one.
    #[test]
    fn a_long_access_keeps_the_sets_of_two_pieces() {
        let mut machine = machine(1, 2);
        let mut recorder = Recorder::for_access(0, true);
        let va = machine.va(0).unwrap();
        machine.access(
            va,
            AccessKind::Read,
            Privilege::User,
            Data::SizeOnly(256),
            &mut recorder,
        );
        let caches = recorder.looked.iter().filter_map(|set| match set.lookup {
            Event::CacheLookup {
                cache: 0, set, tag, ..
            } => Some((set.raw(), tag.raw())),
            _ => None,
        });
        // The first bytes are at physical address 5 * 64, and the last 4 bytes at 6 * 64 + 60.
        assert_eq!(caches.collect::<Vec<_>>(), [(0, 40), (1, 55)]);
        assert!(recorder.events.len() > 100);
    }

    /// Of a wider set, only the way that hit is copied.
    #[test]
    fn wide_sets_are_not_copied() {
        let mut machine = machine(65, 2);
        let mut read = || {
            let mut recorder = Recorder::for_access(0, true);
            let va = machine.va(0x40).unwrap();
            let data = Data::SizeOnly(1);
            machine.access(va, AccessKind::Read, Privilege::User, data, &mut recorder);
            let ways = |set: &super::Looked| set.lines.iter().map(|line| line.way).collect();
            recorder.looked.iter().map(ways).collect::<Vec<Vec<u32>>>()
        };
        assert_eq!(read(), vec![Vec::<u32>::new(); 4]);
        assert_eq!(read(), [vec![0], vec![0]]);
    }
}
