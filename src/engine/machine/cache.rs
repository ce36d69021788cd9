//! A cache: blocks by set and tag, their bytes, and counts. The hierarchy moves blocks between caches.

use std::ops::AddAssign;

use super::addr::{SetIndex, Tag};
use super::event::{SET_LINE_BYTES, SetLine};
use super::memo::Memo;
use super::memory::Bytes;
use super::policy::ReplacementState;
use super::pte::mask;
use super::random::SplitMix64;
use super::set_assoc::{Line, SetAssoc};
use super::spec::{CacheSpec, Inclusion, Side, Spec, WritePolicy};

/// The counts of a TLB or cache since the machine was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Hits. Each fragment of an access is counted separately.
    pub hits: u64,
    /// Misses. Each fragment of an access is counted separately.
    pub misses: u64,
    /// Number of valid entries evicted by fills.
    pub evictions: u64,
    /// Number of dirty blocks written back to the next level.
    pub writebacks: u64,
    /// Page-table entries that page walks found in this cache.
    pub walk_hits: u64,
    /// Page-table entries that page walks did not find in this cache.
    pub walk_misses: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        self.hits += more.hits;
        self.misses += more.misses;
        self.evictions += more.evictions;
        self.writebacks += more.writebacks;
        self.walk_hits += more.walk_hits;
        self.walk_misses += more.walk_misses;
    }
}

/// The position of a line in a cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LineSlot {
    pub(crate) set: SetIndex,
    pub(crate) way: u32,
}

/// The payload of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Block {
    /// Whether the block differs from the copy in the next level.
    pub(crate) dirty: bool,
}

/// A line that a script sets.
#[derive(Clone, Copy)]
pub(super) struct ListedLine<'a> {
    pub(crate) line: Line<Block>,
    /// The line's bytes, lowest address first. Missing bytes are unknown.
    pub(crate) bytes: &'a [Option<u8>],
}

/// A cache that belongs to one core or that all cores share.
#[derive(Debug, Clone)]
pub(super) struct Cache {
    lines: SetAssoc<Block>,
    data: Bytes,
    pub(crate) counts: Counts,
    /// The cache's index in the spec.
    pub(crate) level: u32,
    /// The core that the cache belongs to, or `None` if it is shared.
    pub(crate) core: Option<u32>,
    /// log2 of the block size in bytes.
    pub(crate) block_bits: u32,
    /// The lowest physical address bit that belongs to the tag.
    tag_low: u32,
    /// Whether the virtual address selects the set.
    virtual_index: bool,
    /// Number of set-index bits that come from the virtual page number. A block may be in any of
    /// 2^`alias_bits` sets.
    alias_bits: u32,
    write: WritePolicy,
    /// Whether a store miss fetches the block.
    pub(crate) write_allocate: bool,
    /// The inclusion policy of this cache with respect to the caches above it.
    pub(crate) inclusion: Inclusion,
    pub(crate) side: Side,
    /// Whether the cache has ever held a block.
    used: bool,
    /// The last hit in each set.
    memo: Memo<Hit>,
}

/// The last hit in a set. The stored hit is valid only if touching the line again changes nothing.
#[derive(Debug, Clone, Copy)]
struct Hit {
    slot: LineSlot,
    tag: Tag,
    /// Whether the block is known to be dirty.
    dirty: bool,
}

impl Cache {
    /// The memory that the cache needs, in bytes.
    pub(crate) fn host_bytes(&self) -> u64 {
        self.lines.host_bytes(1) + self.data.host_bytes()
    }

    /// Creates the empty cache at `level` of `spec`.
    pub(crate) fn new(spec: &Spec, level: u32, cache: &CacheSpec, core: Option<u32>) -> Self {
        let tag_low = cache.tag_low(spec);
        Self {
            lines: SetAssoc::new(cache.sets, cache.ways, cache.policy),
            data: Bytes::new(cache.size()),
            counts: Counts::default(),
            level,
            core,
            block_bits: cache.block_bits,
            tag_low,
            virtual_index: cache.virtual_index,
            alias_bits: (cache.block_bits + cache.index_bits()).saturating_sub(tag_low),
            write: cache.write,
            write_allocate: cache.write_allocate,
            inclusion: cache.inclusion,
            side: cache.side,
            used: false,
            memo: Memo::EMPTY,
        }
    }

    /// The set and tag of the block at physical address `pa` and virtual address `va`.
    #[inline]
    pub(crate) fn locate(&self, va: u64, pa: u64) -> (SetIndex, Tag) {
        let index = if self.virtual_index { va } else { pa };
        (
            SetIndex::new(index >> self.block_bits & (self.lines.sets() - 1)),
            Tag::new(pa >> self.tag_low),
        )
    }

    /// Returns the way of `set` that holds the block with this tag.
    #[inline]
    pub(crate) fn find(&self, set: SetIndex, tag: Tag) -> Option<u32> {
        self.lines.find(set, tag)
    }

    /// Returns the line of `set` that holds the block with this tag, and touches it.
    #[inline(always)]
    pub(crate) fn hit(&mut self, set: SetIndex, tag: Tag) -> Option<LineSlot> {
        match self.memo.get(set) {
            Some(hit) if hit.tag == tag && hit.slot.set == set => Some(hit.slot),
            _ => self.hit_unremembered(set, tag),
        }
    }

    /// Handles a hit that is not in the memo.
    #[inline(never)]
    fn hit_unremembered(&mut self, set: SetIndex, tag: Tag) -> Option<LineSlot> {
        let slot = LineSlot {
            set,
            way: self.lines.find_and_touch(set, tag)?,
        };
        if self.lines.policy().repeated_touch_is_noop() {
            self.memo.remember(
                set,
                Hit {
                    slot,
                    tag,
                    dirty: false,
                },
            );
        }
        Some(slot)
    }

    /// Returns the line that holds the block at `pa`. If the index is virtual, this method searches every set
    /// that may hold the block.
    pub(crate) fn holder(&self, pa: u64) -> Option<LineSlot> {
        let (SetIndex { .. }, tag) = self.locate(pa, pa);
        let low = pa >> self.block_bits & (self.lines.sets() - 1);
        if self.alias_bits == 0 {
            let set = SetIndex::new(low);
            return self.find(set, tag).map(|way| LineSlot { set, way });
        }
        let color = self.tag_low - self.block_bits;
        let sets = (0..1u64 << self.alias_bits)
            .map(|alias| SetIndex::new(low & mask(color) | alias << color));
        sets.into_iter()
            .find_map(|set| self.find(set, tag).map(|way| LineSlot { set, way }))
    }

    /// Whether a store marks the block dirty instead of writing to the next level.
    #[inline]
    pub(crate) fn write_back(&self) -> bool {
        self.write == WritePolicy::Back
    }

    /// Whether a block may be in several sets.
    #[inline]
    pub(crate) fn has_aliases(&self) -> bool {
        self.alias_bits > 0
    }

    /// The physical address of the block with this set and tag.
    pub(crate) fn base(&self, set: SetIndex, tag: Tag) -> u64 {
        tag.raw() << self.tag_low | set.raw() << self.block_bits & mask(self.tag_low)
    }

    /// The address of the first byte of the block that contains `pa`.
    #[inline]
    pub(crate) fn align(&self, pa: u64) -> u64 {
        pa & !mask(self.block_bits)
    }

    /// Returns the line that the next fill of `set` will use.
    pub(crate) fn victim(
        &mut self,
        set: SetIndex,
        random: &mut SplitMix64,
    ) -> (LineSlot, Option<Line<Block>>) {
        self.memo.forget(set);
        let (way, line) = self.lines.victim(set, random);
        (LineSlot { set, way }, line)
    }

    /// Makes a line valid. The caller has already copied the block's bytes into the line.
    pub(crate) fn fill(&mut self, slot: LineSlot, tag: Tag, dirty: bool) {
        self.used = true;
        self.memo.forget(slot.set);
        self.lines.fill(slot.set, slot.way, tag, Block { dirty });
    }

    #[inline]
    pub(crate) fn touch(&mut self, slot: LineSlot) {
        self.memo.forget(slot.set);
        self.lines.touch(slot.set, slot.way);
    }

    /// Marks a block dirty after a store hit.
    #[inline(always)]
    pub(crate) fn mark_dirty(&mut self, slot: LineSlot) {
        if self.memo.get(slot.set).is_none_or(|hit| !hit.dirty) {
            self.mark_first_dirty(slot);
        }
    }

    #[inline(never)]
    fn mark_first_dirty(&mut self, slot: LineSlot) {
        if let Some(hit) = self.memo.get_mut(slot.set) {
            hit.dirty = true;
        }
        if !self.dirty(slot) {
            self.lines.payload_mut(slot.set, slot.way).dirty = true;
        }
    }

    /// Whether the block in the line is dirty.
    #[inline]
    pub(crate) fn dirty(&self, slot: LineSlot) -> bool {
        self.lines.payload(slot.set, slot.way).dirty
    }

    /// Whether the cache holds a dirty block with this tag.
    #[inline]
    pub(crate) fn has_dirty(&self, set: SetIndex, tag: Tag) -> bool {
        match self.memo.get(set) {
            Some(hit) if hit.dirty && hit.tag == tag && hit.slot.set == set => true,
            _ => self
                .find(set, tag)
                .is_some_and(|way| self.dirty(LineSlot { set, way })),
        }
    }

    /// Sets the dirty bit of the block in the line.
    #[inline]
    pub(crate) fn mark(&mut self, slot: LineSlot, dirty: bool) {
        if self.dirty(slot) != dirty {
            self.lines.payload_mut(slot.set, slot.way).dirty = dirty;
            self.memo.forget(slot.set);
        }
    }

    pub(crate) fn invalidate(&mut self, slot: LineSlot) {
        self.memo.forget(slot.set);
        self.lines.invalidate(slot.set, slot.way);
        self.mark(slot, false);
    }

    pub(crate) fn line(&self, slot: LineSlot) -> Line<Block> {
        self.lines.line(slot.set, slot.way)
    }

    #[inline]
    pub(crate) fn ways(&self) -> u32 {
        self.lines.ways()
    }

    /// A line in a set, for observers.
    pub(crate) fn set_line(&self, slot: LineSlot) -> SetLine {
        let line = self.line(slot);
        let size = 1 << self.block_bits;
        let bytes = (line.tag.is_some() && size <= SET_LINE_BYTES).then(|| {
            let mut bytes = [None; SET_LINE_BYTES];
            let at = self.data_offset(slot);
            self.data.read(at, &mut bytes[..size]);
            bytes
        });
        SetLine {
            way: slot.way,
            valid: line.valid,
            tag: line.tag,
            ppn: None,
            page_bits: 0,
            dirty: line.payload.dirty,
            bytes,
        }
    }

    /// The number of the block in a line, and whether the block is dirty.
    pub(crate) fn held(&self, set: SetIndex, way: u32) -> (u64, bool) {
        let line = self.line(LineSlot { set, way });
        (
            self.base(set, line.tag.unwrap_or_default()) >> self.block_bits,
            line.payload.dirty,
        )
    }

    /// See [`SetAssoc::replacement`].
    pub(crate) fn replacement(&self, set: SetIndex) -> Option<ReplacementState> {
        self.lines.replacement(set)
    }

    /// Sets the lines of a set; see [`SetAssoc::set_lines`].
    pub(crate) fn set_lines(&mut self, set: SetIndex, lines: &[Option<Line<Block>>]) {
        self.used = true;
        self.memo.forget(set);
        self.lines.set_lines(set, lines);
    }

    /// Sets the bytes of a line, lowest address first. Missing bytes become unknown.
    pub(crate) fn write_line(&mut self, slot: LineSlot, bytes: &[Option<u8>]) {
        let (at, size) = (self.data_offset(slot), 1 << self.block_bits);
        self.data.forget(at, size);
        for (at, byte) in (at..at + size).zip(bytes) {
            self.data.set(at, *byte);
        }
    }

    /// Whether the cache has ever held a block.
    #[inline]
    pub(crate) fn used(&self) -> bool {
        self.used
    }

    /// The valid lines and the addresses of their blocks, in order of set and way.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = (LineSlot, u64)> + '_ {
        self.lines.valid_lines().map(|(set, way, line)| {
            (
                LineSlot { set, way },
                self.base(set, line.tag.unwrap_or_default()),
            )
        })
    }

    /// The lines that hold bytes of `first..=last`, and the addresses of their blocks.
    pub(crate) fn holders(
        &self,
        first: u64,
        last: u64,
    ) -> impl Iterator<Item = (LineSlot, u64)> + '_ {
        let blocks = (self.align(first) >> self.block_bits)..=(last >> self.block_bits);
        blocks
            .map(|block| block << self.block_bits)
            .filter_map(|base| Some((self.holder(base)?, base)))
    }

    /// Calls `visit` for each line that holds bytes of `first..=last`, with the first and last of these
    /// bytes. No byte is visited twice.
    pub(crate) fn each_held(
        &self,
        first: u64,
        last: u64,
        mut visit: impl FnMut(LineSlot, u64, u64),
    ) {
        let mut clip = |slot, base: u64| visit(slot, base.max(first), self.end(base).min(last));
        let (mut block, end) = (first >> self.block_bits, last >> self.block_bits);
        let sets = self.lines.sets();
        if end - block > sets * u64::from(self.lines.ways()) {
            let within = |base: u64| base <= last && self.end(base) >= first;
            // A script may put a block into several lines, but only the first line is used.
            let counts =
                |(slot, base): &(LineSlot, u64)| within(*base) && self.holder(*base) == Some(*slot);
            self.blocks()
                .filter(counts)
                .for_each(|(slot, base)| clip(slot, base));
        } else if self.has_aliases() {
            self.holders(first, last)
                .for_each(|(slot, base)| clip(slot, base));
        } else {
            let mut left = end - block + 1;
            while left > 0 {
                let (set, base) = (block & (sets - 1), block << self.block_bits);
                let count = (sets - set).min(left);
                self.lines
                    .find_in_row(set, count, Tag::new(base >> self.tag_low), |found, way| {
                        clip(
                            LineSlot {
                                set: SetIndex::new(found),
                                way,
                            },
                            base + ((found - set) << self.block_bits),
                        );
                    });
                (block, left) = (block.wrapping_add(count), left - count);
            }
        }
    }

    /// Invalidates all lines that hold bytes of `first..=last`, including dirty lines.
    pub(crate) fn drop_held(&mut self, first: u64, last: u64) {
        let mut held = Vec::new();
        self.each_held(first, last, |slot, from, _| held.push((slot, from)));
        for (slot, pa) in held {
            self.invalidate(slot);
            while let Some(slot) = self.holder(pa) {
                self.invalidate(slot);
            }
        }
    }

    /// Whether an access may search this cache first and cache `below` next.
    pub(crate) fn is_above(&self, below: &Cache) -> bool {
        let other_core = self.core.is_some() && below.core.is_some() && self.core != below.core;
        self.level < below.level && !other_core && self.side.meets(below.side)
    }

    /// The address of the last byte of the block that starts at `base`.
    #[inline]
    pub(crate) fn end(&self, base: u64) -> u64 {
        base | mask(self.block_bits)
    }

    /// The offset of a line's first byte in [`Cache::data`].
    #[inline]
    pub(crate) fn data_offset(&self, slot: LineSlot) -> u64 {
        (slot.set.raw() * u64::from(self.lines.ways()) + u64::from(slot.way)) << self.block_bits
    }

    /// The offset of the byte at `pa` in [`Cache::data`]. The line must hold the block that contains this
    /// byte.
    #[inline]
    pub(crate) fn byte_at(&self, slot: LineSlot, pa: u64) -> u64 {
        self.data_offset(slot) | pa & mask(self.block_bits)
    }

    #[inline]
    pub(crate) fn data(&self) -> &Bytes {
        &self.data
    }

    /// The bytes of all lines, for modification.
    #[inline]
    pub(crate) fn data_mut(&mut self) -> &mut Bytes {
        &mut self.data
    }
}
