//! The sets of LRU caches with one number of sets and any number of ways, simulated in one pass.
//!
//! A set of a cache with `w` ways holds the `w` most recently used blocks of the set. A block therefore has the same
//! depth in all caches, and a reference at depth `d` hits in every cache with more than `d` ways. Source: Mattson,
//! Gecsei, Slutz, and Traiger, "Evaluation techniques for storage hierarchies", 1970.
//!
//! Each block also has a dirty level, which is the smallest depth at which a cache of that size still has the store.
//! Smaller caches have evicted the block and fetched it again since the last store. Source: Thompson and Smith, "Efficient
//! (stack) algorithms for analysis of write-back and sector memories", 1989.
//!
//! An invalidated block leaves a hole at its depth. The next reference that reaches the hole fills it, because a cache
//! fills an invalid line before it evicts a block.

use crate::machine::Machine;
use crate::machine::cache::Counts;
use crate::machine::event::AccessKind;
use crate::machine::spec::{Inclusion, Spec, WritePolicy};
use crate::trace::counting_replay::AddressMapping;
use crate::trace::flat::cache::FramePages;
use crate::trace::flat::caches::have_equal_blocks;
use crate::trace::flat::pages::{can_translate, have_one_set_per_block};
use crate::trace::replay::{KINDS, last_physical};

/// The number of bits of a [`BlockOpKind`].
const KIND_BITS: u32 = 3;
/// The number of bits of a dirty level.
const LEVEL_BITS: u32 = 12;
/// The dirty level of a block that no cache holds dirty.
const CLEAN: u64 = (1 << LEVEL_BITS) - 1;

/// The maximum number of ways. A reference takes time linear in its depth.
const MOST_WAYS: u32 = CLEAN as u32;
/// The maximum number of lines. They are allocated at once.
const MOST_LINES: u64 = 1 << 24;
/// The maximum width of a block number.
pub(super) const MOST_BLOCK_BITS: u32 = 63 - LEVEL_BITS;

/// A reference to a block, or an effect of another cache on the block. The lowest bits of the block's number select the set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BlockOp(u64);

/// The kind of a [`BlockOp`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BlockOpKind {
    /// References to the block, without a store that makes the block dirty.
    Touch,
    /// References to the block, with a store that makes the block dirty.
    Store,
    /// A cache above writes the block, and also sends it to the next level. The lookup is not counted.
    WriteThrough,
    /// A cache above writes the block, which makes the block dirty. The lookup is not counted.
    WriteBack,
    /// The block is written back and becomes clean.
    Clean,
    Invalidate,
    /// A page walk refers to the block.
    Walk,
}

impl BlockOpKind {
    /// Whether the operation makes the block dirty.
    #[inline(always)]
    pub(super) const fn dirties(self) -> bool {
        matches!(self, Self::Store | Self::WriteBack)
    }
}

impl BlockOp {
    #[inline(always)]
    pub(super) const fn new(block: u64, kind: BlockOpKind) -> Self {
        Self(block << KIND_BITS | kind as u64)
    }

    #[inline(always)]
    pub(super) const fn block(self) -> u64 {
        self.0 >> KIND_BITS
    }

    #[inline(always)]
    pub(super) const fn kind(self) -> BlockOpKind {
        match self.0 & ((1 << KIND_BITS) - 1) {
            0 => BlockOpKind::Touch,
            1 => BlockOpKind::Store,
            2 => BlockOpKind::WriteThrough,
            3 => BlockOpKind::WriteBack,
            4 => BlockOpKind::Clean,
            5 => BlockOpKind::Invalidate,
            _ => BlockOpKind::Walk,
        }
    }
}

/// The sets of all caches with the same number of sets.
#[derive(Debug)]
pub(super) struct StackSets {
    /// The lines of each set, most recently used first. A line is 0 if it is a hole; see [`line`].
    lines: Vec<u64>,
    ways: usize,
    /// The mask of the bits of a block number that select the set.
    index: u64,
    /// Whether a block has been invalidated. Until then, all holes are at the end of a set.
    has_holes: bool,
    /// For each depth, the counts of this depth. The last element is for blocks that no cache holds.
    depths: Vec<AtDepth>,
}

/// The counts of a depth.
#[derive(Debug, Clone, Copy, Default)]
struct AtDepth {
    /// References that find their block here.
    found: u64,
    /// References of page walks that find their block here.
    walked: u64,
    /// References that move the blocks above this depth, but not those below.
    moved_above: u64,
    /// Dirty blocks that start to be written back at this size.
    written_from: u64,
    /// Dirty blocks that are no longer written back at this size.
    written_to: u64,
}

/// Returns the line that holds a block.
#[inline(always)]
const fn line(block: u64, dirty_level: u64) -> u64 {
    (block + 1) << LEVEL_BITS | dirty_level
}

impl StackSets {
    /// Creates empty sets for caches with up to `ways` ways, or returns `None` if there are too many lines.
    pub(super) fn new(sets: u64, ways: u32) -> Option<Self> {
        let lines = sets
            .checked_mul(ways.into())
            .filter(|lines| *lines <= MOST_LINES)?;
        let ways = Some(ways).filter(|ways| *ways <= MOST_WAYS)? as usize;
        Some(Self {
            lines: vec![0; lines as usize],
            ways,
            index: sets - 1,
            has_holes: false,
            depths: vec![AtDepth::default(); ways + 1],
        })
    }

    pub(super) fn sets(&self) -> u64 {
        self.index + 1
    }

    /// The maximum number of ways.
    pub(super) fn ways(&self) -> u32 {
        self.ways as u32
    }

    /// Performs the operations in order. Removes those that change nothing in these sets and in their subsets: if a block
    /// is the most recently used block of its set, it is also the most recently used one of the subset.
    pub(super) fn perform(&mut self, ops: &mut Vec<BlockOp>) {
        ops.retain(|op| !self.perform_one(*op));
    }

    /// Performs an operation. Returns whether the operation changes nothing, neither here nor in subsets of the sets.
    #[inline(always)]
    fn perform_one(&mut self, op: BlockOp) -> bool {
        let (block, kind) = (op.block(), op.kind());
        let first = (block & self.index) as usize * self.ways;
        let row = &mut self.lines[first..first + self.ways];
        if row[0] >> LEVEL_BITS == block + 1 {
            match kind {
                BlockOpKind::Touch | BlockOpKind::WriteThrough | BlockOpKind::Walk => return true,
                BlockOpKind::Store | BlockOpKind::WriteBack if row[0] == line(block, 0) => {
                    return true;
                }
                BlockOpKind::Store | BlockOpKind::WriteBack => {
                    row[0] = line(block, 0);
                    return false;
                }
                BlockOpKind::Clean | BlockOpKind::Invalidate => {}
            }
        }
        match kind {
            BlockOpKind::Touch | BlockOpKind::Store => {
                let found = self.refer(first, block, kind.dirties());
                self.depths[found].found += 1;
            }
            BlockOpKind::WriteThrough | BlockOpKind::WriteBack => {
                self.refer(first, block, kind.dirties());
            }
            BlockOpKind::Walk => {
                let found = self.refer(first, block, false);
                self.depths[found].walked += 1;
            }
            BlockOpKind::Clean => self.clean(first, block),
            BlockOpKind::Invalidate => self.invalidate(first, block),
        }
        false
    }

    /// Moves a block to the front of the set whose first line is `first`. Returns the depth at which the block was, or the number of
    /// ways if no cache held it.
    #[inline(always)]
    fn refer(&mut self, first: usize, block: u64, store: bool) -> usize {
        let row = &mut self.lines[first..first + self.ways];
        let ways = row.len();
        // Each line moves down by one, up to the block's old line or to a hole.
        let (mut carried, mut moved) = (line(block, CLEAN), ways);
        for (depth, place) in row.iter_mut().enumerate() {
            carried = std::mem::replace(place, carried);
            if carried == 0 || carried >> LEVEL_BITS == block + 1 {
                moved = depth;
                break;
            }
        }
        let mut found = moved;
        if moved == ways {
            // The last line leaves the sets. It was in the caches of all sizes from the dirty level.
            if carried & CLEAN != CLEAN {
                self.depths[(carried & CLEAN) as usize].written_from += 1;
                self.depths[ways].written_to += 1;
            }
            carried = CLEAN;
        } else if carried == 0 {
            found = ways;
            if self.has_holes
                && let Some(more) = row[moved + 1..]
                    .iter()
                    .position(|other| other >> LEVEL_BITS == block + 1)
            {
                found = moved + 1 + more;
                carried = std::mem::take(&mut row[found]);
            } else {
                carried = CLEAN;
            }
        }
        let mut dirty_level = carried & CLEAN;
        // The smaller caches have evicted the block.
        if dirty_level < found as u64 {
            self.depths[dirty_level as usize].written_from += 1;
            self.depths[found].written_to += 1;
            dirty_level = found as u64;
        }
        row[0] = line(block, if store { 0 } else { dirty_level });
        self.depths[moved].moved_above += 1;
        found
    }

    /// Writes a block back from all caches that hold it dirty.
    fn clean(&mut self, first: usize, block: u64) {
        let row = &mut self.lines[first..first + self.ways];
        if let Some(place) = row
            .iter_mut()
            .find(|place| **place >> LEVEL_BITS == block + 1)
        {
            let dirty_level = *place & CLEAN;
            *place |= CLEAN;
            if dirty_level != CLEAN {
                self.depths[dirty_level as usize].written_from += 1;
                self.depths[self.ways].written_to += 1;
            }
        }
    }

    /// Invalidates a block in all caches. The bytes of a dirty block are lost.
    fn invalidate(&mut self, first: usize, block: u64) {
        let row = &mut self.lines[first..first + self.ways];
        if let Some(depth) = row
            .iter()
            .position(|other| other >> LEVEL_BITS == block + 1)
        {
            let dirty_level = std::mem::take(&mut row[depth]) & CLEAN;
            self.has_holes = true;
            if dirty_level < depth as u64 {
                self.depths[dirty_level as usize].written_from += 1;
                self.depths[depth].written_to += 1;
            }
        }
    }

    /// Returns the counts of a cache with `ways` ways after `accesses` references, and `walks` references of page walks.
    pub(super) fn counts(&self, ways: u32, accesses: u64, walks: u64) -> Counts {
        let ways = ways as usize;
        let beyond = |of: fn(&AtDepth) -> u64| self.depths[ways..].iter().map(of).sum::<u64>();
        let up_to = |of: fn(&AtDepth) -> u64| self.depths[..ways].iter().map(of).sum::<u64>();
        let (misses, walk_misses) = (beyond(|depth| depth.found), beyond(|depth| depth.walked));
        let written = up_to(|depth| depth.written_from) - up_to(|depth| depth.written_to);
        // Blocks that are still in larger caches, but not in this one.
        let left = self
            .lines
            .chunks_exact(self.ways)
            .flat_map(|row| &row[ways..]);
        let pending = left
            .filter(|line| **line != 0 && (**line & CLEAN) < ways as u64)
            .count() as u64;
        Counts {
            hits: accesses - misses,
            misses,
            evictions: beyond(|depth| depth.moved_above),
            writebacks: written + pending,
            walk_hits: walks - walk_misses,
            walk_misses,
        }
    }
}

/// The effect on a cache of an access that reaches it, or that no cache above it serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// None, and no cache serves the access.
    Uncached,
    None,
    /// The access looks up the block in the cache.
    Refer,
    /// The access looks up the block. A store makes the block dirty.
    Store,
    /// The access misses in a cache on another route, which makes the cache write back the block.
    Clean,
    /// The access stores in a cache on another route, which invalidates the block.
    Invalidate,
}

/// The properties of a cache that determine its references.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SweptLevel {
    /// The number of the cache.
    pub(super) level: usize,
    pub(super) block_bits: u32,
    /// The mask of the address bits within a fragment.
    pub(super) within: u64,
    /// For each kind of access, its effect.
    pub(super) effects: [Effect; 3],
    /// The last physical address.
    pub(super) last: u64,
    /// Whether the addresses of the trace are virtual.
    pub(super) is_translated: bool,
    /// If virtual addresses select the set, log2 of the number of blocks in a page. Only for a first-level
    /// cache: a block that is written back from above has no virtual address.
    pub(super) virtual_blocks: Option<u32>,
}

const _: () = assert!(
    FramePages::TABLE_BIT < MOST_BLOCK_BITS,
    "an operation contains a virtual block"
);

/// The part of a machine above a cache.
pub(super) fn above(spec: &Spec, level: usize) -> Spec {
    let side = spec.caches[level].side;
    let caches = spec.caches[..level]
        .iter()
        .filter(|cache| cache.side.meets(side));
    Spec {
        caches: caches.cloned().collect(),
        ..spec.clone()
    }
}

impl SweptLevel {
    /// Returns the properties of a cache of a machine, or `None` if the cache's counts depend on caches that are not above it.
    pub(super) fn new(spec: &Spec, level: usize, map: AddressMapping) -> Option<Self> {
        let cache = &spec.caches[level];
        let is_translated = map != AddressMapping::Identity;
        let block_bits = cache.block_bits;
        if !cache.write_allocate
            || spec.physical_bits.saturating_sub(block_bits) > MOST_BLOCK_BITS
            || !spec
                .caches
                .iter()
                .all(|cache| cache.inclusion == Inclusion::None)
            || !Machine::new(spec.clone()).has_plain_caches()
        {
            return None;
        }
        let effects = KINDS.map(|kind| match kind {
            _ if spec.first_cache(kind).is_none() => Effect::Uncached,
            AccessKind::Write if cache.side.serves(kind) && cache.write == WritePolicy::Back => {
                Effect::Store
            }
            _ if cache.side.serves(kind) => Effect::Refer,
            AccessKind::Read => Effect::None,
            AccessKind::Write => Effect::Invalidate,
            AccessKind::Execute => Effect::Clean,
        });
        let route = spec
            .caches
            .iter()
            .filter(|other| other.side.meets(cache.side));
        let bits = route
            .map(|cache| cache.block_bits)
            .min()
            .unwrap_or(0)
            .min(spec.page_bits());
        let within = u64::MAX.checked_shr(64 - bits).unwrap_or(0);
        let mut upper = above(spec, level);
        let is_first = upper.caches.is_empty();
        upper.caches.push(cache.clone());
        // A snoop affects all blocks that the other route's caches fill.
        let snooped = effects
            .iter()
            .any(|effect| matches!(effect, Effect::Clean | Effect::Invalidate));
        // Caches whose index is within the page offset share the references of the other ones.
        let is_virtual = cache.virtual_index && is_translated && is_first;
        let are_numbered =
            spec.virtual_bits().max(spec.physical_bits) - block_bits <= FramePages::TABLE_BIT;
        let fits = if is_translated {
            let is_indexed = !is_virtual || are_numbered || cache.vipt(spec);
            have_equal_blocks(spec)
                && can_translate(spec)
                && have_one_set_per_block(&upper)
                && is_indexed
        } else {
            have_equal_blocks(spec) || is_first && !snooped
        };
        let virtual_blocks = (is_virtual && are_numbered).then(|| spec.page_bits() - block_bits);
        let last = last_physical(spec);
        fits.then_some(Self {
            level,
            block_bits,
            within,
            effects,
            last,
            is_translated,
            virtual_blocks,
        })
    }
}
