use proptest::prelude::*;

use super::{Dropped, Tlb, TlbEntry};
use crate::machine::addr::{SetIndex, Tag};
use crate::machine::pte::{Bit, Flags, mask};
use crate::machine::random::SplitMix64;
use crate::machine::set_assoc::Line;
use crate::machine::spec::TlbSpec;

/// Number of base pages. The first half belongs to huge pages.
const PAGES: u64 = 16;

/// log2 of the sizes of base pages and huge pages.
const SIZES: [u32; 2] = [12, 14];

const ASIDS: u16 = 2;

/// An operation on the entry for a base page and a process.
#[derive(Debug, Clone, Copy)]
enum Op {
    /// Looks up the page, and fills an entry after a miss.
    Use,
    /// Uses the entry only if its D bit is set.
    UseDirty,
    MarkDirty,
    DropPage,
    /// Invalidates the page's entries while the core runs this process.
    ShootDown(u16),
    ShootDownAll(u16),
    Switch,
}

fn op() -> impl Strategy<Value = (Op, u64, u16)> {
    let op = prop_oneof![
        12 => Just(Op::Use),
        2 => Just(Op::UseDirty),
        2 => Just(Op::MarkDirty),
        2 => Just(Op::DropPage),
        2 => (0..ASIDS).prop_map(Op::ShootDown),
        1 => (0..ASIDS).prop_map(Op::ShootDownAll),
        1 => Just(Op::Switch),
    ];
    (op, 0..PAGES, 0..ASIDS)
}

/// An entry with its first virtual address.
type Held = (u64, TlbEntry);

/// The entries of a TLB that evicts none, the least recently used first.
struct Model {
    spec: TlbSpec,
    held: Vec<Held>,
}

impl Model {
    fn ours(&self, entry: &TlbEntry, asid: u16) -> bool {
        !self.spec.asid || entry.asid == asid || entry.flags.has(Bit::G)
    }

    fn find(&self, va: u64, asid: u16) -> Option<usize> {
        self.held.iter().position(|(first, entry)| {
            *first == va & !mask(entry.page_bits.into()) && self.ours(entry, asid)
        })
    }

    /// Removes the entries that satisfy `doomed`, and returns their addresses.
    fn drop_if(&mut self, doomed: impl Fn(&Model, &Held) -> bool) -> Vec<u64> {
        let (gone, held): (Vec<Held>, _) = self
            .held
            .clone()
            .into_iter()
            .partition(|held| doomed(self, held));
        self.held = held;
        gone.into_iter().map(|(first, _)| first).collect()
    }

    /// The set of an entry.
    fn set(&self, (first, entry): &Held) -> u64 {
        (first >> entry.page_bits) % self.spec.sets
    }
}

/// The entry for a base page of a process, and the size of its page. Every third page is global.
fn entry(spec: &TlbSpec, page: u64, asid: u16) -> Option<(TlbEntry, TlbEntry)> {
    let whole = SIZES[usize::from(page < PAGES / 2)];
    let (parts, global) = (
        1 << (whole - SIZES[0]),
        (page >> (whole - SIZES[0])).is_multiple_of(3),
    );
    let owner = if global { 0 } else { u64::from(asid) };
    let bits = match &*spec.page_bits {
        [] => whole,
        sizes => *sizes.iter().rfind(|&&bits| bits <= whole)?,
    };
    let base = 64 + 32 * owner + page / parts * parts;
    let flags = Flags::NONE.with_bit(Bit::G, global);
    let walked = TlbEntry {
        ppn: base,
        page_bits: whole as u8,
        whole_bits: whole as u8,
        flags,
        asid,
    };
    let part = (page % parts) & !mask(bits - SIZES[0]);
    Some((
        walked,
        TlbEntry {
            ppn: base + part,
            page_bits: bits as u8,
            ..walked
        },
    ))
}

/// Performs an operation on both, and compares the results.
fn perform(tlb: &mut Tlb, model: &mut Model, (op, page, asid): (Op, u64, u16)) {
    let va = (page << SIZES[0]) + 5;
    let found = model.find(va, asid);
    let mut gone = Vec::new();
    let dropped = |dropped: Dropped| gone.push(dropped.va);
    let whole = |(first, entry): &Held| first >> entry.whole_bits == va >> entry.whole_bits;
    let mut expected = match op {
        Op::Use | Op::UseDirty => {
            let may = |flags: Flags| matches!(op, Op::Use) || flags.has(Bit::D);
            let hit = tlb.hit(va, asid, may);
            let wanted = found
                .map(|at| model.held[at].1)
                .filter(|entry| may(entry.flags));
            let wanted = wanted.map(|entry| (entry.ppn, mask(entry.page_bits.into()), entry.flags));
            assert_eq!(hit.map(|hit| (hit.ppn, hit.within, hit.flags)), wanted);
            if hit.is_none() {
                tlb.count(va, asid, &tlb.lookup(va, asid));
            }
            if let Some(at) = found {
                let used = model.held.remove(at);
                model.held.push(used);
            } else if let Some((walked, filled)) = entry(&model.spec, page, asid) {
                assert!(
                    tlb.fill(va, walked, SIZES[0], &mut SplitMix64::new(1))
                        .is_some()
                );
                model
                    .held
                    .push((va & !mask(filled.page_bits.into()), filled));
            } else {
                let small = TlbEntry {
                    page_bits: SIZES[0] as u8,
                    ..TlbEntry::default()
                };
                assert!(
                    tlb.fill(va, small, SIZES[0], &mut SplitMix64::new(1))
                        .is_none()
                );
            }
            return;
        }
        Op::MarkDirty => {
            tlb.mark_dirty(va, asid);
            if let Some(at) = found {
                let flags = &mut model.held[at].1.flags;
                *flags = flags.with(Bit::D);
            }
            return;
        }
        Op::DropPage => {
            tlb.drop_page(va, asid, dropped);
            model.drop_if(|model, held| whole(held) && model.ours(&held.1, asid))
        }
        Op::ShootDown(running) => {
            tlb.shoot_down(va, asid, running, dropped);
            model.drop_if(|model, held| {
                let met = if model.spec.asid {
                    held.1.asid == asid
                } else {
                    running == asid
                };
                whole(held) && (held.1.flags.has(Bit::G) || met)
            })
        }
        Op::ShootDownAll(running) => {
            tlb.shoot_down_all(asid, running, dropped);
            model.drop_if(|model, (_, entry)| {
                let its = !model.spec.asid && running == asid && !entry.flags.has(Bit::G);
                entry.asid == asid || its
            })
        }
        Op::Switch => {
            tlb.switch(dropped);
            model.drop_if(|model, (_, entry)| !model.spec.asid && !entry.flags.has(Bit::G))
        }
    };
    gone.sort_unstable();
    expected.sort_unstable();
    assert_eq!(gone, expected);
}

/// Compares the contents: each lookup, and each set in order.
fn compare(tlb: &Tlb, model: &Model) {
    for (page, asid) in (0..PAGES).flat_map(|page| (0..ASIDS).map(move |asid| (page, asid))) {
        let va = page << SIZES[0];
        let hit = tlb.lookup(va, asid).hit.map(|(_, entry)| entry);
        assert_eq!(hit, model.find(va, asid).map(|at| model.held[at].1));
    }
    let mut sets: Vec<u64> = model.held.iter().map(|held| model.set(held)).collect();
    sets.sort_unstable();
    sets.dedup();
    assert_eq!(
        tlb.sets_in_use()
            .iter()
            .map(|set| set.raw())
            .collect::<Vec<_>>(),
        sets
    );
    for set in sets {
        let order = tlb
            .replacement(SetIndex::new(set))
            .expect("an order of use")
            .filled;
        let lines = order
            .iter()
            .filter_map(|way| tlb.line(SetIndex::new(set), *way));
        let wanted = model.held.iter().filter(|held| model.set(held) == set);
        assert!(lines.map(|line| line.payload).eq(wanted.map(|held| held.1)));
    }
}

proptest! {
    #[test]
    fn entries_agree_with_a_list_of_translations(
        ops in prop::collection::vec(op(), 1..60),
        sizes in prop::sample::select(vec![vec![], vec![12], vec![14], vec![12, 14]]),
        asid: bool,
        set_bits in 0..3_u32,
    ) {
        let spec = TlbSpec { page_bits: sizes, asid, ..TlbSpec::new("TLB", 1 << set_bits, 32) };
        let (mut tlb, mut model) = (Tlb::new(&spec, SIZES[0]), Model { spec, held: Vec::new() });
        let mut counts = (0, 0);
        for op in ops {
            if let (Op::Use | Op::UseDirty, page, asid) = op {
                match model.find(page << SIZES[0], asid) {
                    Some(_) => counts.0 += 1,
                    None => counts.1 += 1,
                }
            }
            perform(&mut tlb, &mut model, op);
            compare(&tlb, &model);
        }
        prop_assert_eq!((tlb.counts.hits, tlb.counts.misses), counts);
    }
}

#[test]
fn given_entries_for_huge_pages_are_found() {
    let mut tlb = Tlb::new(&TlbSpec::new("TLB", 1, 4), SIZES[0]);
    let entry = TlbEntry {
        page_bits: 14,
        whole_bits: 14,
        ppn: 8,
        ..TlbEntry::default()
    };
    tlb.set_lines(
        SetIndex::new(0),
        &[Some(Line {
            tag: Some(Tag::new(1)),
            valid: true,
            payload: entry,
        })],
    );
    assert_eq!(tlb.lookup(0x7fff, 0).hit, Some((0, entry)));
    assert!(tlb.lookup(0x8000, 0).hit.is_none());
    assert!(tlb.line(SetIndex::new(0), 3).is_some());
    assert!(tlb.line(SetIndex::new(0), 4).is_none());
}

#[test]
fn memory_of_a_full_tlb_is_that_of_its_entries() {
    let mut tlb = Tlb::new(&TlbSpec::new("TLB", 256, 4), 12);
    let entry = TlbEntry {
        page_bits: 12,
        whole_bits: 12,
        ..TlbEntry::default()
    };
    for page in 0..1024 {
        tlb.fill(page << 12, entry, 12, &mut SplitMix64::new(1));
    }
    let least = 1024 * size_of::<TlbEntry>() as u64;
    let bytes = tlb.host_bytes();
    assert!(
        (least..4 * least).contains(&bytes),
        "{bytes} bytes, and the entries have {least}"
    );
}
