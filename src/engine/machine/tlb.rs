//! One TLB: translations by set and tag, and what happened to it.

use std::sync::Arc;

use super::addr::{SetIndex, Tag};
use super::cache::Counts;
use super::memo::Memo;
use super::pte::{Bit, Flags, mask};
use super::random::SplitMix64;
use super::set_assoc::{Line, SetAssoc};
use super::spec::TlbSpec;

/// A translation as a TLB keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct TlbEntry {
    /// The first physical page, in base pages.
    pub(crate) ppn: u64,
    /// log2 of the page, or of the part of a huge one that this TLB can hold.
    pub(crate) page_bits: u8,
    /// log2 of the whole page.
    pub(crate) whole_bits: u8,
    /// R/W, U/S and XD of all levels together; G, D, CD and WT of the page.
    pub(crate) flags: Flags,
    /// The process it belongs to.
    pub(crate) asid: u16,
}

/// Where a lookup looked, and what it found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lookup {
    pub(crate) set: SetIndex,
    pub(crate) tag: Tag,
    pub(crate) hit: Option<(u32, TlbEntry)>,
}

/// An entry that was invalidated.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dropped {
    pub(crate) set: SetIndex,
    pub(crate) way: u32,
    pub(crate) tag: Tag,
    /// The first address that it mapped.
    pub(crate) va: u64,
}

/// An entry that was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit {
    pub(crate) set: SetIndex,
    pub(crate) way: u32,
    pub(crate) tag: Tag,
    /// Its first physical page, in base pages.
    pub(crate) ppn: u64,
    /// The bits of an address within its page.
    pub(crate) within: u64,
    pub(crate) flags: Flags,
}

impl Hit {
    #[inline]
    fn from_lookup(found: &Lookup) -> Option<Self> {
        let (way, entry) = found.hit?;
        let (ppn, within, flags) = (entry.ppn, mask(entry.page_bits.into()), entry.flags);
        Some(Self { set: found.set, way, tag: found.tag, ppn, within, flags })
    }
}

/// A TLB of one core.
#[derive(Debug, Clone)]
pub(super) struct Tlb {
    entries: SetAssoc<TlbEntry>,
    /// log2 of the page sizes it supports, smallest first; empty if it supports all.
    sizes: Arc<[u32]>,
    smallest: u32,
    /// The page sizes of the entries it was ever given: bit n for pages of 2^n bytes.
    held: u64,
    asid: bool,
    /// It was ever given a part of a page.
    parts: bool,
    /// The last hits of its sets, on pages of the smallest size.
    memo: Memo<Latest>,
    pub(crate) counts: Counts,
}

/// An entry that was hit, and would be hit again: another touch changes nothing.
#[derive(Debug, Clone, Copy)]
struct Latest {
    /// The page of the address, in the smallest pages.
    page: u64,
    asid: u16,
    hit: Hit,
}

impl Tlb {
    /// An empty TLB on a machine with pages of 2^`base_bits` bytes.
    pub(crate) fn new(spec: &TlbSpec, base_bits: u32) -> Self {
        let smallest = spec.page_bits.first().copied().unwrap_or(base_bits);
        Self {
            entries: SetAssoc::new(spec.sets, spec.ways, spec.policy),
            sizes: spec.page_bits.as_slice().into(),
            smallest,
            held: 1 << smallest,
            asid: spec.asid,
            parts: false,
            memo: Memo::EMPTY,
            counts: Counts::default(),
        }
    }

    /// Where the page of `va` of this size belongs.
    #[inline]
    pub(crate) fn locate(&self, va: u64, page_bits: u32) -> (SetIndex, Tag) {
        self.entries.split(va.checked_shr(page_bits).unwrap_or(0))
    }

    /// log2 of the smallest pages it holds.
    pub(crate) fn smallest(&self) -> u32 {
        self.smallest
    }

    /// The entry of `va`, if it has what the access needs: `may` says so. It is counted and touched.
    #[inline(always)]
    pub(crate) fn hit(&mut self, va: u64, asid: u16, may: impl Fn(Flags) -> bool) -> Option<Hit> {
        let (page, set) = (self.page(va), self.locate(va, self.smallest).0);
        if let Some(latest) = self.memo.get(set)
            && latest.page == page
            && latest.asid == asid
        {
            let hit = may(latest.hit.flags).then_some(latest.hit)?;
            self.counts.hits += 1;
            return Some(hit);
        }
        let hit = Hit::from_lookup(&self.lookup(va, asid)).filter(|hit| may(hit.flags))?;
        self.counts.hits += 1;
        self.touch(page, asid, hit);
        Some(hit)
    }

    fn touch(&mut self, page: u64, asid: u16, hit: Hit) {
        self.entries.touch(hit.set, hit.way);
        if hit.within == mask(self.smallest) && self.entries.policy().forgets_repeats() {
            self.memo.remember(hit.set, Latest { page, asid, hit });
        } else {
            self.memo.forget(hit.set);
        }
    }

    /// Looks for the translation of `va`. No state changes.
    #[inline(never)]
    pub(crate) fn lookup(&self, va: u64, asid: u16) -> Lookup {
        let (set, tag) = self.locate(va, self.smallest);
        // Where only one size was ever held, the tag alone decides.
        if self.held == 1 << self.smallest && !self.asid {
            let hit = self.entries.find(set, tag).map(|way| (way, self.entries.payload(set, way)));
            return Lookup { set, tag, hit };
        }
        let found = self.held_sizes().find_map(|bits| {
            let (set, tag) = self.locate(va, bits);
            let way = self
                .entries
                .find_by(set, tag, |entry| u32::from(entry.page_bits) == bits && self.ours(entry, asid))?;
            Some(Lookup { set, tag, hit: Some((way, self.entries.payload(set, way))) })
        });
        found.unwrap_or(Lookup { set, tag, hit: None })
    }

    /// log2 of the page sizes of the entries it was ever given, smallest first.
    fn held_sizes(&self) -> impl Iterator<Item = u32> + use<> {
        let mut rest = self.held;
        std::iter::from_fn(move || {
            let bits = rest.trailing_zeros();
            rest &= rest.wrapping_sub(1);
            (bits < u64::BITS).then_some(bits)
        })
    }

    /// The page of an address, in the smallest pages.
    #[inline]
    fn page(&self, va: u64) -> u64 {
        va.checked_shr(self.smallest).unwrap_or(0)
    }

    fn ours(&self, entry: &TlbEntry, asid: u16) -> bool {
        !self.asid || entry.asid == asid || entry.flags.has(Bit::G)
    }

    /// Counts a lookup of `va`, and touches what it found.
    #[inline]
    pub(crate) fn count(&mut self, va: u64, asid: u16, found: &Lookup) {
        match Hit::from_lookup(found) {
            Some(hit) => {
                self.counts.hits += 1;
                self.touch(self.page(va), asid, hit);
            }
            None => self.counts.misses += 1,
        }
    }

    /// Puts in the part of a translation that it can hold; none if it holds no page so small.
    pub(crate) fn fill(
        &mut self,
        va: u64,
        entry: TlbEntry,
        base_bits: u32,
        random: &mut SplitMix64,
    ) -> Option<(SetIndex, u32, Tag, Option<Tag>)> {
        let held = u32::from(entry.page_bits);
        let bits = match &*self.sizes {
            [] => held,
            sizes => *sizes.iter().rev().find(|&&bits| bits <= held)?,
        };
        self.held |= 1 << bits;
        let part = va & mask(held) & !mask(bits);
        let ppn = entry.ppn | part.checked_shr(base_bits).unwrap_or(0);
        let (set, tag) = self.locate(va, bits);
        self.memo.forget(set);
        let (way, victim) = self.entries.victim(set, random);
        self.parts |= u32::from(entry.whole_bits) != bits;
        self.entries.fill(set, way, tag, TlbEntry { ppn, page_bits: bits as u8, ..entry });
        self.counts.evictions += u64::from(victim.is_some());
        Some((set, way, tag, victim.and_then(|line| line.tag)))
    }

    /// Sets D in the entry of `va`, if it is here.
    pub(crate) fn mark_dirty(&mut self, va: u64, asid: u16) {
        let found = self.lookup(va, asid);
        if let Some((way, entry)) = found.hit {
            self.memo.forget(found.set);
            self.entries.payload_mut(found.set, way).flags = entry.flags.with(Bit::D);
        }
    }

    /// Drops the entry of the page of `va`, global or not; of a huge page all the parts that are here.
    pub(crate) fn drop_page(&mut self, va: u64, asid: u16, dropped: impl FnMut(Dropped)) {
        self.drop_page_if(va, |tlb, entry| tlb.ours(entry, asid), dropped);
    }

    /// Drops the entries of the page of `va` for which `goes` holds.
    fn drop_page_if(
        &mut self,
        va: u64,
        goes: impl Fn(&Tlb, &TlbEntry) -> bool,
        mut dropped: impl FnMut(Dropped),
    ) {
        self.memo.clear();
        if self.parts {
            return self.drop_parts_if(va, goes, dropped);
        }
        for bits in self.held_sizes() {
            let (set, tag) = self.locate(va, bits);
            let find = |tlb: &Tlb| {
                let its = |entry: &TlbEntry| u32::from(entry.page_bits) == bits && goes(tlb, entry);
                tlb.entries.find_by(set, tag, its)
            };
            while let Some(way) = find(self) {
                self.entries.invalidate(set, way);
                dropped(Dropped { set, way, tag, va: va & !mask(bits) });
            }
        }
    }

    /// As [`Tlb::drop_page_if`], whatever parts of the page are here.
    fn drop_parts_if(
        &mut self,
        va: u64,
        goes: impl Fn(&Tlb, &TlbEntry) -> bool,
        mut dropped: impl FnMut(Dropped),
    ) {
        let set_bits = self.entries.sets().trailing_zeros();
        let lines = self.entries.valid_lines().filter_map(|(set, way, line)| {
            let entry = &line.payload;
            let page = |address: u64| address.checked_shr(entry.whole_bits.into()).unwrap_or(0);
            let found = dropped_line(set_bits, set, way, &line);
            (page(found.va) == page(va) && goes(self, entry)).then_some(found)
        });
        for found in lines.collect::<Vec<_>>() {
            self.entries.invalidate(found.set, found.way);
            dropped(found);
        }
    }

    /// Drops the entries for which `goes` holds.
    fn drop_if(&mut self, goes: impl Fn(&TlbEntry) -> bool, mut dropped: impl FnMut(Dropped)) {
        self.memo.clear();
        let set_bits = self.entries.sets().trailing_zeros();
        self.entries.invalidate_if(|set, way, line| {
            let goes = goes(&line.payload);
            if goes {
                dropped(dropped_line(set_bits, set, way, line));
            }
            goes
        });
    }

    /// Drops the entries of the page of `va` that process `asid` could meet, while the core runs `running`: its own and
    /// global ones. Entries that do not carry their process are those of the one that runs.
    pub(crate) fn shoot_down(&mut self, va: u64, asid: u16, running: u16, dropped: impl FnMut(Dropped)) {
        let met = |tlb: &Tlb, entry: &TlbEntry| {
            entry.flags.has(Bit::G) || if tlb.asid { entry.asid == asid } else { running == asid }
        };
        self.drop_page_if(va, met, dropped);
    }

    /// Drops all entries of process `asid`, while the core runs `running`; global ones are those of the process that
    /// filled them.
    pub(crate) fn shoot_down_all(&mut self, asid: u16, running: u16, dropped: impl FnMut(Dropped)) {
        let its = !self.asid && running == asid;
        self.drop_if(|entry| entry.asid == asid || its && !entry.flags.has(Bit::G), dropped);
    }

    /// Drops all entries that are not global.
    pub(crate) fn flush(&mut self, dropped: impl FnMut(Dropped)) {
        self.drop_if(|entry| !entry.flags.has(Bit::G), dropped);
    }

    /// Drops what another process must not see: nothing if entries carry their process.
    pub(crate) fn switch(&mut self, dropped: impl FnMut(Dropped)) {
        if !self.asid {
            self.flush(dropped);
        }
    }

    /// The sets that hold a valid entry, in order.
    pub(crate) fn sets_in_use(&self) -> Vec<SetIndex> {
        let mut sets: Vec<SetIndex> = self.entries.valid_lines().map(|(set, _, _)| set).collect();
        sets.dedup();
        sets
    }

    /// A line of a set; none if there is no such way.
    pub(crate) fn line(&self, set: SetIndex, way: u32) -> Option<Line<TlbEntry>> {
        (way < self.entries.ways()).then(|| self.entries.line(set, way))
    }

    /// Puts lines into a set as a script lists them: see [`SetAssoc::set_lines`].
    pub(crate) fn set_lines(&mut self, set: SetIndex, lines: &[Option<Line<TlbEntry>>]) {
        self.held = lines.iter().flatten().fold(self.held, |held, line| held | 1 << line.payload.page_bits);
        self.memo.clear();
        self.entries.set_lines(set, lines);
    }
}

/// A valid line of a TLB of 2^`set_bits` sets that is invalidated.
fn dropped_line(set_bits: u32, set: SetIndex, way: u32, line: &Line<TlbEntry>) -> Dropped {
    let tag = line.tag.unwrap_or_default();
    let page = tag.raw().checked_shl(set_bits).unwrap_or(0) | set.raw();
    Dropped { set, way, tag, va: page.checked_shl(line.payload.page_bits.into()).unwrap_or(0) }
}
