//! A TLB: translations by set and tag, and their counts.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::addr::{Ppn, SetIndex, Tag};
use super::cache::Counts;
use super::event::SetLine;
use super::memo::Memo;
use super::policy::ReplacementState;
use super::pte::{Bit, Flags, mask};
use super::random::SplitMix64;
use super::set_assoc::{Line, LineState, SetAssoc};
use super::spec::TlbSpec;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct TlbEntry {
    /// The first physical page, in base pages.
    pub(crate) ppn: u64,
    /// log2 of the mapped size: the page, or the largest part of a huge page that this TLB supports.
    pub(crate) page_bits: u8,
    /// log2 of the size of the whole page.
    pub(crate) whole_bits: u8,
    /// The R/W, U/S, and XD bits combined over all levels, and the page's G, D, CD, and WT bits.
    pub(crate) flags: Flags,
    /// The process that the entry belongs to.
    pub(crate) asid: u16,
}

/// The set and tag of a lookup, and the entry that it found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lookup {
    pub(crate) set: SetIndex,
    pub(crate) tag: Tag,
    pub(crate) hit: Option<(u32, TlbEntry)>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Dropped {
    pub(crate) set: SetIndex,
    pub(crate) way: u32,
    pub(crate) tag: Tag,
    /// The first virtual address that the entry mapped.
    pub(crate) va: u64,
}

/// An entry found by a lookup.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit {
    pub(crate) set: SetIndex,
    pub(crate) way: u32,
    pub(crate) tag: Tag,
    /// The entry's first physical page, in base pages.
    pub(crate) ppn: u64,
    /// The mask of the address bits within the entry's page.
    pub(crate) within: u64,
    pub(crate) flags: Flags,
}

impl Hit {
    #[inline]
    fn from_lookup(found: &Lookup) -> Option<Self> {
        let (way, entry) = found.hit?;
        let (ppn, within, flags) = (entry.ppn, mask(entry.page_bits.into()), entry.flags);
        Some(Self {
            set: found.set,
            way,
            tag: found.tag,
            ppn,
            within,
            flags,
        })
    }
}

#[derive(Debug, Clone)]
pub(super) struct Tlb {
    entries: SetAssoc<TlbEntry>,
    /// log2 of the supported page sizes, smallest first. The list is empty if the TLB supports all sizes.
    sizes: Arc<[u32]>,
    smallest: u32,
    /// The page sizes of all entries that have filled the TLB. Bit n is set for 2^n-byte pages.
    held: u64,
    asid: bool,
    /// Whether any entry covers only a part of its page, in which case an invalidation must scan all sets.
    parts: bool,
    /// The last hit in each set on a page of the smallest size.
    memo: Memo<Latest>,
    pub(crate) counts: Counts,
}

/// The last hit in a set. The stored hit is valid only if touching the entry again changes nothing.
#[derive(Debug, Clone, Copy)]
struct Latest {
    /// The page number of the address, in units of the smallest page size.
    page: u64,
    asid: u16,
    hit: Hit,
}

impl Tlb {
    /// The memory that the TLB needs, in bytes.
    pub(crate) fn host_bytes(&self) -> u64 {
        self.entries.host_bytes(32)
    }

    /// Creates an empty TLB for a machine with pages of 2^`base_bits` bytes.
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

    /// The set and tag of `va`'s page for this page size.
    #[inline]
    pub(crate) fn locate(&self, va: u64, page_bits: u32) -> (SetIndex, Tag) {
        self.entries.split(va.checked_shr(page_bits).unwrap_or(0))
    }

    /// log2 of the smallest supported page size.
    pub(crate) fn smallest(&self) -> u32 {
        self.smallest
    }

    /// Returns the entry for `va` if the entry's flags satisfy `may`, and records the hit.
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
        if hit.within == mask(self.smallest) && self.entries.policy().repeated_touch_is_noop() {
            self.memo.remember(hit.set, Latest { page, asid, hit });
        } else {
            self.memo.forget(hit.set);
        }
    }

    /// Looks up the translation of `va`. No state changes.
    #[inline(never)]
    pub(crate) fn lookup(&self, va: u64, asid: u16) -> Lookup {
        let (set, tag) = self.locate(va, self.smallest);
        // If the TLB has no ASIDs and has held only pages of the smallest size, the tag alone identifies the
        // entry.
        if self.held == 1 << self.smallest && !self.asid {
            let hit = self
                .entries
                .find(set, tag)
                .map(|way| (way, self.entries.payload(set, way)));
            return Lookup { set, tag, hit };
        }
        let found = self.held_sizes().find_map(|bits| {
            let (set, tag) = self.locate(va, bits);
            let way = self.entries.find_by(set, tag, |entry| {
                u32::from(entry.page_bits) == bits && self.ours(entry, asid)
            })?;
            Some(Lookup {
                set,
                tag,
                hit: Some((way, self.entries.payload(set, way))),
            })
        });
        found.unwrap_or(Lookup {
            set,
            tag,
            hit: None,
        })
    }

    /// log2 of the page sizes of all entries that have filled the TLB, smallest first.
    fn held_sizes(&self) -> impl Iterator<Item = u32> + use<> {
        let mut rest = self.held;
        std::iter::from_fn(move || {
            let bits = rest.trailing_zeros();
            rest &= rest.wrapping_sub(1);
            (bits < u64::BITS).then_some(bits)
        })
    }

    /// The page number of an address, in units of the smallest page size.
    #[inline]
    fn page(&self, va: u64) -> u64 {
        va.checked_shr(self.smallest).unwrap_or(0)
    }

    fn ours(&self, entry: &TlbEntry, asid: u16) -> bool {
        !self.asid || entry.asid == asid || entry.flags.has(Bit::G)
    }

    /// Counts a lookup of `va` and touches the entry found.
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

    /// Fills an entry with the largest supported part of a translation. Returns `None` if the page is smaller
    /// than all supported sizes.
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
        self.entries.fill(
            set,
            way,
            tag,
            TlbEntry {
                ppn,
                page_bits: bits as u8,
                ..entry
            },
        );
        self.counts.evictions += u64::from(victim.is_some());
        Some((set, way, tag, victim.and_then(|line| line.tag)))
    }

    /// Sets D in the entry for `va`, if the TLB has such an entry.
    pub(crate) fn mark_dirty(&mut self, va: u64, asid: u16) {
        let found = self.lookup(va, asid);
        if let Some((way, entry)) = found.hit {
            self.memo.forget(found.set);
            self.entries.payload_mut(found.set, way).flags = entry.flags.with(Bit::D);
        }
    }

    /// Invalidates the entry for `va`'s page, even if the entry is global. For a huge page, invalidates the
    /// entries for all parts.
    pub(crate) fn drop_page(&mut self, va: u64, asid: u16, dropped: impl FnMut(Dropped)) {
        self.drop_page_if(va, |tlb, entry| tlb.ours(entry, asid), dropped);
    }

    /// Invalidates the entries for `va`'s page that satisfy `doomed`.
    fn drop_page_if(
        &mut self,
        va: u64,
        doomed: impl Fn(&Tlb, &TlbEntry) -> bool,
        mut dropped: impl FnMut(Dropped),
    ) {
        self.memo.clear();
        if self.parts {
            return self.drop_parts_if(va, doomed, dropped);
        }
        for bits in self.held_sizes() {
            let (set, tag) = self.locate(va, bits);
            let find = |tlb: &Tlb| {
                let its =
                    |entry: &TlbEntry| u32::from(entry.page_bits) == bits && doomed(tlb, entry);
                tlb.entries.find_by(set, tag, its)
            };
            while let Some(way) = find(self) {
                self.entries.invalidate(set, way);
                dropped(Dropped {
                    set,
                    way,
                    tag,
                    va: va & !mask(bits),
                });
            }
        }
    }

    /// Invalidates entries as [`Tlb::drop_page_if`] does, including entries for parts of the page.
    fn drop_parts_if(
        &mut self,
        va: u64,
        doomed: impl Fn(&Tlb, &TlbEntry) -> bool,
        mut dropped: impl FnMut(Dropped),
    ) {
        let set_bits = self.entries.sets().trailing_zeros();
        let lines = self.entries.valid_lines().filter_map(|(set, way, line)| {
            let entry = &line.payload;
            let page = |address: u64| address.checked_shr(entry.whole_bits.into()).unwrap_or(0);
            let found = dropped_line(set_bits, set, way, &line);
            (page(found.va) == page(va) && doomed(self, entry)).then_some(found)
        });
        for found in lines.collect::<Vec<_>>() {
            self.entries.invalidate(found.set, found.way);
            dropped(found);
        }
    }

    /// Invalidates the entries that satisfy `doomed`.
    fn drop_if(&mut self, doomed: impl Fn(&TlbEntry) -> bool, mut dropped: impl FnMut(Dropped)) {
        self.memo.clear();
        let set_bits = self.entries.sets().trailing_zeros();
        self.entries.invalidate_if(|set, way, line| {
            let doomed = doomed(&line.payload);
            if doomed {
                dropped(dropped_line(set_bits, set, way, line));
            }
            doomed
        });
    }

    /// Invalidates the entries for `va`'s page that process `asid` could use while the core runs `running`:
    /// its own entries and global entries. Without address-space identifiers, all entries belong to the
    /// running process.
    pub(crate) fn shoot_down(
        &mut self,
        va: u64,
        asid: u16,
        running: u16,
        dropped: impl FnMut(Dropped),
    ) {
        let met = |tlb: &Tlb, entry: &TlbEntry| {
            entry.flags.has(Bit::G)
                || if tlb.asid {
                    entry.asid == asid
                } else {
                    running == asid
                }
        };
        self.drop_page_if(va, met, dropped);
    }

    /// Invalidates all entries of process `asid` while the core runs `running`. A global entry belongs to the
    /// process that filled it.
    pub(crate) fn shoot_down_all(&mut self, asid: u16, running: u16, dropped: impl FnMut(Dropped)) {
        let its = !self.asid && running == asid;
        self.drop_if(
            |entry| entry.asid == asid || its && !entry.flags.has(Bit::G),
            dropped,
        );
    }

    /// Invalidates all non-global entries.
    pub(crate) fn flush(&mut self, dropped: impl FnMut(Dropped)) {
        self.drop_if(|entry| !entry.flags.has(Bit::G), dropped);
    }

    /// Invalidates the entries that the next process must not use. A TLB with address-space identifiers keeps
    /// all entries.
    pub(crate) fn switch(&mut self, dropped: impl FnMut(Dropped)) {
        if !self.asid {
            self.flush(dropped);
        }
    }

    /// The sets that contain valid entries, in order.
    pub(crate) fn sets_in_use(&self) -> Vec<SetIndex> {
        let mut sets: Vec<SetIndex> = self.entries.valid_lines().map(|(set, _, _)| set).collect();
        sets.dedup();
        sets
    }

    /// A line in a set, or `None` if the way does not exist.
    pub(crate) fn line(&self, set: SetIndex, way: u32) -> Option<Line<TlbEntry>> {
        (way < self.entries.ways()).then(|| self.entries.line(set, way))
    }

    pub(crate) fn ways(&self) -> u32 {
        self.entries.ways()
    }

    /// A line in a set, for observers.
    pub(crate) fn set_line(&self, set: SetIndex, way: u32) -> SetLine {
        let line = self.entries.line(set, way);
        let flags = line.payload.flags;
        // An invalid entry that was set with a PPN has P in its flags.
        let known = line.valid || flags.has(Bit::P);
        SetLine {
            way,
            valid: line.valid,
            tag: line.tag,
            ppn: known.then(|| Ppn::new(line.payload.ppn)),
            page_bits: line.payload.page_bits.into(),
            dirty: flags.has(Bit::D),
            bytes: None,
        }
    }

    /// The valid ways of a set, the earliest first; see [`SetAssoc::order`].
    pub(crate) fn replacement(&self, set: SetIndex) -> Option<ReplacementState> {
        self.entries.replacement(set)
    }

    /// Sets a line, which becomes the latest one of its set. The TLB must support the entry's page size.
    pub(crate) fn restore(&mut self, set: SetIndex, line: LineState, entry: TlbEntry) {
        self.memo.forget(set);
        self.held |= 1 << entry.page_bits;
        let tag = self.entries.split(line.block).1;
        self.entries.fill(set, line.way, tag, entry);
        if !line.valid {
            self.entries.invalidate(set, line.way);
        }
    }

    /// Sets the lines of a set; see [`SetAssoc::set_lines`].
    pub(crate) fn set_lines(&mut self, set: SetIndex, lines: &[Option<Line<TlbEntry>>]) {
        self.held = lines
            .iter()
            .flatten()
            .fold(self.held, |held, line| held | 1 << line.payload.page_bits);
        self.memo.clear();
        self.entries.set_lines(set, lines);
    }
}

/// Describes a valid line that was invalidated, in a TLB of 2^`set_bits` sets.
fn dropped_line(set_bits: u32, set: SetIndex, way: u32, line: &Line<TlbEntry>) -> Dropped {
    let tag = line.tag.unwrap_or_default();
    let page = tag.raw().checked_shl(set_bits).unwrap_or(0) | set.raw();
    Dropped {
        set,
        way,
        tag,
        va: page.checked_shl(line.payload.page_bits.into()).unwrap_or(0),
    }
}
