//! One cache: blocks by set and tag, their bytes, and counts. What happens between caches is the
//! hierarchy's.

use super::addr::{SetIndex, Tag};
use super::memo::Memo;
use super::memory::Bytes;
use super::pte::mask;
use super::random::SplitMix64;
use super::set_assoc::{Line, SetAssoc};
use super::spec::{CacheSpec, Inclusion, Side, Spec, WritePolicy};

/// The counts of a TLB or cache since the machine was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Hits; each fragment of an access counts as one.
    pub hits: u64,
    /// Accesses that looked here in vain.
    pub misses: u64,
    /// Valid entries that a fill threw out.
    pub evictions: u64,
    /// Dirty blocks written back to the next level.
    pub writebacks: u64,
    /// Page-table entries that the walk found here.
    pub walk_hits: u64,
    /// Page-table entries that the walk looked for here in vain.
    pub walk_misses: u64,
}

/// A line of a cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LineSlot {
    pub(crate) set: SetIndex,
    pub(crate) way: u32,
}

/// What a line keeps beside its tag and bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Block {
    /// It was stored to, and what is below does not know.
    pub(crate) dirty: bool,
}

/// A line as a script lists it.
#[derive(Clone, Copy)]
pub(super) struct ListedLine<'a> {
    pub(crate) line: Line<Block>,
    /// Its bytes from the first on; those not given are unknown.
    pub(crate) bytes: &'a [Option<u8>],
}

/// A cache of one core, or of all.
#[derive(Debug, Clone)]
pub(super) struct Cache {
    lines: SetAssoc<Block>,
    data: Bytes,
    pub(crate) counts: Counts,
    /// Its number in the spec.
    pub(crate) level: u32,
    /// The core it belongs to; none if it is shared.
    pub(crate) core: Option<u32>,
    /// log2 of its block.
    pub(crate) block_bits: u32,
    /// The lowest bit of the physical address that belongs to the tag.
    tag_low: u32,
    /// The set comes from the virtual address.
    virtual_index: bool,
    /// Bits of the set that come from the virtual page number: a block may stand in as many sets as they can name.
    alias_bits: u32,
    write: WritePolicy,
    /// A missing store brings the block in.
    pub(crate) write_allocate: bool,
    /// With regard to the levels above.
    pub(crate) inclusion: Inclusion,
    pub(crate) side: Side,
    /// It ever held a block.
    used: bool,
    /// The last hits of its sets.
    memo: Memo<Hit>,
}

/// A block that was hit, and would be hit again: another touch changes nothing.
#[derive(Debug, Clone, Copy)]
struct Hit {
    slot: LineSlot,
    tag: Tag,
    /// It is known to be dirty.
    dirty: bool,
}

impl Cache {
    /// An empty cache: number `level` of `spec`.
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

    /// The set and tag of the block at `pa`, which a program calls `va`.
    #[inline]
    pub(crate) fn locate(&self, va: u64, pa: u64) -> (SetIndex, Tag) {
        let index = if self.virtual_index { va } else { pa };
        (SetIndex::new(index >> self.block_bits & (self.lines.sets() - 1)), Tag::new(pa >> self.tag_low))
    }

    /// The way of `set` that holds the block of this tag.
    #[inline]
    pub(crate) fn find(&self, set: SetIndex, tag: Tag) -> Option<u32> {
        self.lines.find(set, tag)
    }

    /// The line of `set` that holds the block of this tag, which is touched.
    #[inline(always)]
    pub(crate) fn hit(&mut self, set: SetIndex, tag: Tag) -> Option<LineSlot> {
        match self.memo.get(set) {
            Some(hit) if hit.tag == tag && hit.slot.set == set => Some(hit.slot),
            _ => self.hit_other(set, tag),
        }
    }

    /// A hit that is not remembered.
    #[inline(never)]
    fn hit_other(&mut self, set: SetIndex, tag: Tag) -> Option<LineSlot> {
        let slot = LineSlot { set, way: self.lines.find_and_touch(set, tag)? };
        if self.lines.policy().forgets_repeats() {
            self.memo.remember(set, Hit { slot, tag, dirty: false });
        }
        Some(slot)
    }

    /// The line that holds the block at `pa`, in whichever set a virtual index has put it.
    pub(crate) fn holder(&self, pa: u64) -> Option<LineSlot> {
        let (SetIndex { .. }, tag) = self.locate(pa, pa);
        let low = pa >> self.block_bits & (self.lines.sets() - 1);
        if self.alias_bits == 0 {
            let set = SetIndex::new(low);
            return self.find(set, tag).map(|way| LineSlot { set, way });
        }
        let color = self.tag_low - self.block_bits;
        let sets =
            (0..1u64 << self.alias_bits).map(|alias| SetIndex::new(low & mask(color) | alias << color));
        sets.into_iter().find_map(|set| self.find(set, tag).map(|way| LineSlot { set, way }))
    }

    /// Whether write-back: a store marks the block dirty and stops here.
    #[inline]
    pub(crate) fn write_back(&self) -> bool {
        self.write == WritePolicy::Back
    }

    /// Whether a block may stand in several sets.
    #[inline]
    pub(crate) fn has_aliases(&self) -> bool {
        self.alias_bits > 0
    }

    /// The physical address of the block in a line of this set and tag.
    pub(crate) fn base(&self, set: SetIndex, tag: Tag) -> u64 {
        tag.raw() << self.tag_low | set.raw() << self.block_bits & mask(self.tag_low)
    }

    /// The first byte of the block that holds `pa`.
    #[inline]
    pub(crate) fn align(&self, pa: u64) -> u64 {
        pa & !mask(self.block_bits)
    }

    /// The line that a fill of `set` takes.
    pub(crate) fn victim(
        &mut self,
        set: SetIndex,
        random: &mut SplitMix64,
    ) -> (LineSlot, Option<Line<Block>>) {
        self.memo.forget(set);
        let (way, line) = self.lines.victim(set, random);
        (LineSlot { set, way }, line)
    }

    /// Puts a block into a line; its bytes are those already copied there.
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

    /// The block that was just hit is stored to, and what is below does not know.
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

    /// Whether it holds the block of this tag, and that is dirty.
    #[inline]
    pub(crate) fn has_dirty(&self, set: SetIndex, tag: Tag) -> bool {
        match self.memo.get(set) {
            Some(hit) if hit.dirty && hit.tag == tag && hit.slot.set == set => true,
            _ => self.find(set, tag).is_some_and(|way| self.dirty(LineSlot { set, way })),
        }
    }

    /// Marks the block in the line.
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

    /// The line as it stands.
    pub(crate) fn line(&self, slot: LineSlot) -> Line<Block> {
        self.lines.line(slot.set, slot.way)
    }

    /// Puts lines into a set as a script lists them: see [`SetAssoc::set_lines`].
    pub(crate) fn set_lines(&mut self, set: SetIndex, lines: &[Option<Line<Block>>]) {
        self.used = true;
        self.memo.forget(set);
        self.lines.set_lines(set, lines);
    }

    /// Sets the bytes of a line from the first on; those not given become unknown.
    pub(crate) fn write_line(&mut self, slot: LineSlot, bytes: &[Option<u8>]) {
        let (at, size) = (self.data_offset(slot), 1 << self.block_bits);
        self.data.forget(at, size);
        for (at, byte) in (at..at + size).zip(bytes) {
            self.data.set(at, *byte);
        }
    }

    /// Whether it ever held a block.
    #[inline]
    pub(crate) fn used(&self) -> bool {
        self.used
    }

    /// Its valid lines with the addresses of their blocks, in order of set and way.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = (LineSlot, u64)> + '_ {
        self.lines
            .valid_lines()
            .map(|(set, way, line)| (LineSlot { set, way }, self.base(set, line.tag.unwrap_or_default())))
    }

    /// Its lines that hold bytes of `first..=last`, with the addresses of their blocks.
    pub(crate) fn holders(&self, first: u64, last: u64) -> impl Iterator<Item = (LineSlot, u64)> + '_ {
        let blocks = (self.align(first) >> self.block_bits)..=(last >> self.block_bits);
        blocks.map(|block| block << self.block_bits).filter_map(|base| Some((self.holder(base)?, base)))
    }

    /// Tells the lines that hold bytes of `first..=last`, and which bytes of these (from, to): no byte twice.
    pub(crate) fn each_held(&self, first: u64, last: u64, mut tell: impl FnMut(LineSlot, u64, u64)) {
        let mut clip = |slot, base: u64| tell(slot, base.max(first), self.end(base).min(last));
        let (mut block, end) = (first >> self.block_bits, last >> self.block_bits);
        let sets = self.lines.sets();
        if end - block > sets * u64::from(self.lines.ways()) {
            let within = |base: u64| base <= last && self.end(base) >= first;
            // A script may put a block into several lines: the first one counts.
            let counts = |(slot, base): &(LineSlot, u64)| within(*base) && self.holder(*base) == Some(*slot);
            self.blocks().filter(counts).for_each(|(slot, base)| clip(slot, base));
        } else if self.has_aliases() {
            self.holders(first, last).for_each(|(slot, base)| clip(slot, base));
        } else {
            let mut left = end - block + 1;
            while left > 0 {
                let (set, base) = (block & (sets - 1), block << self.block_bits);
                let count = (sets - set).min(left);
                self.lines.find_in_row(set, count, Tag::new(base >> self.tag_low), |found, way| {
                    clip(
                        LineSlot { set: SetIndex::new(found), way },
                        base + ((found - set) << self.block_bits),
                    );
                });
                (block, left) = (block.wrapping_add(count), left - count);
            }
        }
    }

    /// Makes all lines invalid that hold bytes of `first..=last`, dirty or not.
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

    /// Whether an access may go through this cache and then through `below`.
    pub(crate) fn is_above(&self, below: &Cache) -> bool {
        let other_core = self.core.is_some() && below.core.is_some() && self.core != below.core;
        self.level < below.level && !other_core && self.side.meets(below.side)
    }

    /// The last byte of the block that begins at `base`.
    #[inline]
    pub(crate) fn end(&self, base: u64) -> u64 {
        base | mask(self.block_bits)
    }

    /// Where the bytes of a line begin in [`Cache::data`].
    #[inline]
    pub(crate) fn data_offset(&self, slot: LineSlot) -> u64 {
        (slot.set.raw() * u64::from(self.lines.ways()) + u64::from(slot.way)) << self.block_bits
    }

    /// Where the byte of `pa` stands in [`Cache::data`], if its block is in this line.
    #[inline]
    pub(crate) fn byte_at(&self, slot: LineSlot, pa: u64) -> u64 {
        self.data_offset(slot) | pa & mask(self.block_bits)
    }

    /// The bytes of all lines.
    #[inline]
    pub(crate) fn data(&self) -> &Bytes {
        &self.data
    }

    /// The bytes of all lines, to be written.
    #[inline]
    pub(crate) fn data_mut(&mut self) -> &mut Bytes {
        &mut self.data
    }
}
