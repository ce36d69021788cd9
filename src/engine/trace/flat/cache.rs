//! A cache whose sets are rows of one array, in order of replacement.

use std::collections::HashSet;

use crate::machine::cache::Counts;
use crate::machine::event::AccessKind;
use crate::machine::policy::Policy;
use crate::machine::set_assoc::LineState;
use crate::machine::spec::{CacheSpec, TlbSpec, WritePolicy};
use crate::trace::counts::{ByKind, LevelCounts, Lookups, MemoryTransfers};

/// The cause of a lookup: an access of a kind, or a page walk. Its value is an index of a row of counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::trace) enum Cause {
    Read,
    Write,
    Execute,
    Walk,
}

impl From<AccessKind> for Cause {
    #[inline(always)]
    fn from(kind: AccessKind) -> Self {
        match kind {
            AccessKind::Read => Self::Read,
            AccessKind::Write => Self::Write,
            AccessKind::Execute => Self::Execute,
        }
    }
}

/// The bit of a line that marks the block dirty.
pub(super) const DIRTY: u64 = 1;

/// A cache with the policy LRU or FIFO. Only the addresses of its blocks are stored.
#[derive(Debug)]
pub(super) struct FlatCache {
    /// The lines. The first line of a row is the last one that the policy evicts, and invalid lines come last, in the order
    /// in which they are filled. The bits of a line are, from the lowest, the dirty bit, the number of its way, the valid bit,
    /// and the number of its block. A row of zeros has no lines yet. An invalid line keeps its block.
    lines: Vec<u64>,
    ways: usize,
    /// The mask of the bits that contain the number of the way.
    way_mask: u64,
    /// log2 of the valid bit.
    valid_bit: u32,
    /// The lines, by their places in a cache of numbered ways, that block 0 left. Otherwise, they look like lines that were
    /// never filled.
    left_by_zero: Vec<usize>,
    /// The invalid lines, by their places, whose bytes are those from before the simulation.
    kept: HashSet<usize>,
    /// The mask of the bits of a block number that select the set.
    index: u64,
    /// Whether a hit makes a block the last one to be evicted.
    moves: bool,
    /// The virtual addresses of the blocks, if they select the set.
    pub(super) pages: Option<Box<FramePages>>,
    pub(super) write_back: bool,
    pub(super) write_allocate: bool,
    /// Misses and hits by [`Cause`].
    lookups: [[u64; 2]; 4],
    evictions: u64,
    pub(super) writebacks: u64,
}

/// Moves the line with a block to the first way and marks it dirty if `dirty` is 1. If there is no such line, fills the last line,
/// moves it to the front, and returns its old contents. `low` masks the bits of a line below the valid bit.
#[inline(always)]
fn move_to_front(row: &mut [u64], wanted: u64, dirty: u64, low: u64) -> Result<(), u64> {
    let mut moved = wanted | dirty;
    for way in 0..row.len() {
        moved = std::mem::replace(&mut row[way], moved);
        if moved & !low == wanted {
            row[0] |= moved;
            return Ok(());
        }
    }
    row[0] |= moved & low & !DIRTY;
    Err(moved)
}

/// Numbers the ways of a row of zeros whose first line has just been filled. That line is way 0.
#[cold]
fn number_ways(row: &mut [u64]) {
    if row.get(1) == Some(&0) {
        row[1..]
            .iter_mut()
            .rev()
            .zip(1..)
            .for_each(|(line, way)| *line = way << 1);
    }
}

impl FlatCache {
    /// The maximum number of lines. They are allocated at once.
    const MOST_LINES: usize = 1 << 22;
    /// The maximum number of ways. A search is linear in this number.
    const MOST_WAYS: u32 = 64;

    /// Whether this representation supports a cache with blocks whose numbers have `bits` bits.
    pub(super) fn fits(sets: u64, ways: u32, policy: Policy, bits: u32) -> bool {
        let lines = usize::try_from(sets)
            .ok()
            .and_then(|sets| sets.checked_mul(ways as usize));
        matches!(policy, Policy::Lru | Policy::Fifo)
            && ways <= Self::MOST_WAYS
            && lines.is_some_and(|lines| lines <= Self::MOST_LINES)
            && bits + 2 + ways.next_power_of_two().ilog2() <= u64::BITS
    }

    /// Creates an empty cache for blocks whose numbers have `bits` bits, or returns `None` if this representation does not
    /// support it.
    pub(super) fn new(spec: &CacheSpec, bits: u32) -> Option<Self> {
        let cache = Self::with_sets(spec.sets, spec.ways, spec.policy, bits)?;
        let write_back = spec.write == WritePolicy::Back;
        Some(Self {
            write_back,
            write_allocate: spec.write_allocate,
            ..cache
        })
    }

    /// Creates an empty TLB as [`FlatCache::new`] does. Its blocks are pages.
    pub(super) fn new_tlb(spec: &TlbSpec, bits: u32) -> Option<Self> {
        Self::with_sets(spec.sets, spec.ways, spec.policy, bits)
    }

    fn with_sets(sets: u64, ways: u32, policy: Policy, bits: u32) -> Option<Self> {
        let way_bits = ways.next_power_of_two().ilog2();
        Self::fits(sets, ways, policy, bits).then(|| Self {
            lines: vec![0; sets as usize * ways as usize],
            ways: ways as usize,
            way_mask: ((1 << way_bits) - 1) << 1,
            valid_bit: 1 + way_bits,
            left_by_zero: Vec::new(),
            kept: HashSet::new(),
            index: sets - 1,
            moves: policy == Policy::Lru,
            pages: None,
            write_back: false,
            write_allocate: false,
            lookups: [[0; 2]; 4],
            evictions: 0,
            writebacks: 0,
        })
    }

    /// The clean line that holds a block, without the number of its way.
    #[inline(always)]
    const fn line(&self, block: u64) -> u64 {
        (block << 1 | 1) << self.valid_bit
    }

    /// The mask of the bits of a line below the valid bit.
    #[inline(always)]
    const fn low(&self) -> u64 {
        self.way_mask | DIRTY
    }

    /// Whether a line is valid.
    #[inline(always)]
    pub(super) const fn is_valid(&self, line: u64) -> bool {
        line >> self.valid_bit & 1 != 0
    }

    /// A line, which has not kept its bytes.
    const fn decode(&self, line: u64) -> LineState {
        LineState {
            way: ((line & self.way_mask) >> 1) as u32,
            block: line >> self.valid_bit >> 1,
            dirty: Self::is_dirty(line),
            valid: self.is_valid(line),
            kept: false,
        }
    }

    /// Returns the lines of the set of a block.
    #[inline(always)]
    fn row(&mut self, block: u64) -> &mut [u64] {
        let indexed = self
            .pages
            .as_ref()
            .map_or(block, |pages| pages.virtual_block(block));
        let first = (indexed & self.index) as usize * self.ways;
        &mut self.lines[first..first + self.ways]
    }

    /// Whether the line that the policy evicts last from its set holds a block and is dirty. If `ignored` is [`DIRTY`], the line
    /// may also be clean. The virtual page number does not select the set.
    #[inline(always)]
    pub(super) fn is_first(&self, block: u64, ignored: u64) -> bool {
        let first = self.lines.get((block & self.index) as usize * self.ways);
        first.is_some_and(|first| first | ignored | self.way_mask == self.line(block) | self.low())
    }

    #[inline(always)]
    pub(super) fn count(&mut self, cause: Cause, hit: bool) {
        self.lookups[cause as usize][usize::from(hit)] += 1;
    }

    /// Counts lookups that hit.
    pub(super) fn count_hits(&mut self, cause: Cause, hits: u64) {
        self.lookups[cause as usize][1] += hits;
    }

    /// Looks up a block. Returns whether it is dirty, or `None` if the cache does not hold it.
    #[inline(always)]
    pub(super) fn touch(&mut self, block: u64) -> Option<bool> {
        let (wanted, low, moves) = (self.line(block), self.low(), self.moves);
        let row = self.row(block);
        if row[0] & !low == wanted {
            return Some(row[0] & DIRTY != 0);
        }
        let way = row.iter().position(|line| line & !low == wanted)?;
        let mut moved = row[way];
        let dirty = moved & DIRTY != 0;
        if moves {
            row[..=way]
                .iter_mut()
                .for_each(|line| std::mem::swap(line, &mut moved));
        }
        Some(dirty)
    }

    /// Looks up a block and marks it dirty if `dirty` is true. Fills the cache with the block if it does not hold it, and then
    /// returns the line that was filled, as it was before.
    #[inline(always)]
    pub(super) fn touch_or_fill(&mut self, block: u64, dirty: bool) -> Result<(), u64> {
        let (wanted, low, dirty, moves) =
            (self.line(block), self.low(), u64::from(dirty), self.moves);
        let row = self.row(block);
        if row[0] & !low == wanted {
            row[0] |= dirty;
            return Ok(());
        }
        if !moves && let Some(line) = row.iter_mut().find(|line| **line & !low == wanted) {
            *line |= dirty;
            return Ok(());
        }
        // Constant lengths make the loop faster for common numbers of ways.
        let done = match row.len() {
            4 => move_to_front(&mut row[..4], wanted, dirty, low),
            8 => move_to_front(&mut row[..8], wanted, dirty, low),
            16 => move_to_front(&mut row[..16], wanted, dirty, low),
            _ => move_to_front(row, wanted, dirty, low),
        };
        if done == Err(0) {
            number_ways(row);
        }
        done
    }

    /// Fills a TLB with an entry.
    pub(super) fn fill_entry(&mut self, page: u64, dirty: bool) {
        if let Err(victim) = self.touch_or_fill(page, dirty) {
            self.evictions += u64::from(self.is_valid(victim));
        }
    }

    /// Whether a line is dirty. An invalid line is not.
    #[inline(always)]
    pub(super) const fn is_dirty(line: u64) -> bool {
        line & DIRTY != 0
    }

    /// Counts the eviction of a line, which may be invalid. Returns its block if it is dirty.
    #[inline(always)]
    pub(super) fn count_eviction(&mut self, line: u64) -> Option<u64> {
        self.evictions += u64::from(self.is_valid(line));
        let dirty = Self::is_dirty(line);
        self.writebacks += u64::from(dirty);
        dirty.then(|| line >> self.valid_bit >> 1)
    }

    /// Whether the cache holds a block.
    pub(super) fn has(&mut self, block: u64) -> bool {
        self.find(block).is_some()
    }

    /// The line that holds a block.
    #[inline]
    fn find(&mut self, block: u64) -> Option<&mut u64> {
        let (wanted, low) = (self.line(block), self.low());
        self.row(block)
            .iter_mut()
            .find(|line| **line & !low == wanted)
    }

    /// Marks a block of the cache dirty.
    pub(super) fn mark(&mut self, block: u64) {
        if let Some(line) = self.find(block) {
            *line |= DIRTY;
        }
    }

    /// Whether the cache holds a dirty copy of a block.
    #[inline(always)]
    pub(super) fn has_dirty(&mut self, block: u64) -> bool {
        let (wanted, ways) = (self.line(block) | DIRTY, self.way_mask);
        self.row(block).iter().any(|line| line & !ways == wanted)
    }

    /// Marks a block clean, and returns whether it was dirty.
    pub(super) fn clean(&mut self, block: u64) -> bool {
        self.find(block).is_some_and(|line| {
            let dirty = Self::is_dirty(*line);
            *line &= !DIRTY;
            dirty
        })
    }

    /// Invalidates a block. Returns the set and the line that held it.
    pub(super) fn invalidate(&mut self, block: u64) -> Option<(u64, LineState)> {
        let (wanted, low, valid) = (self.line(block), self.low(), 1 << self.valid_bit);
        let row = self.row(block);
        let mut at = row.iter().position(|line| line & !low == wanted)?;
        let held = row[at];
        let invalid = held & !DIRTY & !valid;
        // The lowest invalid way is filled first, so it comes last.
        while let Some(next) = row.get(at + 1).copied() {
            if next & valid == 0 && next & low < invalid & low {
                break;
            }
            row[at] = next;
            at += 1;
        }
        row[at] = invalid;
        let (held, set) = (self.decode(held), self.set_of(block));
        let place = self.place(set, held.way);
        if block == 0 && !self.left_by_zero.contains(&place) {
            self.left_by_zero.push(place);
        }
        Some((set, held))
    }

    /// Invalidates a block. If `keeps` is true, its frame is about to get other bytes, so its line keeps those from before the
    /// simulation.
    pub(super) fn invalidate_line(&mut self, block: u64, keeps: bool) {
        let Some((set, line)) = self.invalidate(block) else {
            return;
        };
        let place = self.place(set, line.way);
        if keeps {
            self.kept.insert(place);
        } else {
            self.kept.remove(&place);
        }
    }

    /// The set of a block.
    fn set_of(&self, block: u64) -> u64 {
        self.pages
            .as_ref()
            .map_or(block, |pages| pages.virtual_block(block))
            & self.index
    }

    /// A number of a line that does not depend on the order of replacement.
    const fn place(&self, set: u64, way: u32) -> usize {
        set as usize * self.ways + way as usize
    }

    /// Sets the valid lines of a set of an empty cache, the first one that the policy evicts first. Returns whether all blocks
    /// belong to this set and differ.
    #[must_use]
    pub(super) fn load(&mut self, set: u64, lines: &[LineState]) -> bool {
        let (first, ways) = (set as usize * self.ways, self.ways as u32);
        let valid = lines
            .iter()
            .rev()
            .map(|held| self.line(held.block) | u64::from(held.way) << 1 | u64::from(held.dirty));
        let is_free = |way: &u32| lines.iter().all(|held| held.way != *way);
        let row: Vec<u64> = valid
            .chain(
                (0..ways)
                    .rev()
                    .filter(is_free)
                    .map(|way| u64::from(way) << 1),
            )
            .collect();
        let fits = row.len() == self.ways;
        if fits {
            self.lines[first..first + self.ways].copy_from_slice(&row);
        }
        let alone = |(at, held): (usize, &LineState)| {
            lines[..at].iter().all(|other| other.block != held.block)
        };
        fits && lines.iter().all(|held| self.set_of(held.block) == set)
            && lines.iter().enumerate().all(alone)
    }

    /// The lines that have held a block, by set. In each set, the first one that the policy evicts comes first.
    pub(super) fn rows(&self) -> impl Iterator<Item = (u64, Vec<LineState>)> {
        let rows = (0..).zip(self.lines.chunks_exact(self.ways));
        rows.filter(|(_, row)| row[0] != 0 || !self.left_by_zero.is_empty())
            .map(|(set, row)| {
                let lines = row.iter().rev().map(|line| self.decode(*line));
                let filled = |line: &LineState| {
                    let left = || self.left_by_zero.contains(&self.place(set, line.way));
                    line.valid || line.block != 0 || left()
                };
                let kept = |line: LineState| LineState {
                    kept: !line.valid && self.kept.contains(&self.place(set, line.way)),
                    ..line
                };
                (set, lines.filter(filled).map(kept).collect())
            })
    }

    /// The blocks and whether they are dirty, by set. The last one that the policy evicts comes first.
    pub(super) fn blocks(&self) -> impl Iterator<Item = (u64, bool)> {
        let lines = self.lines.iter().map(|line| self.decode(*line));
        lines
            .filter(|line| line.valid)
            .map(|line| (line.block, line.dirty))
    }

    pub(super) fn counts(&self) -> LevelCounts {
        let [reads, writes, fetches, walks] =
            self.lookups.map(|[misses, hits]| Lookups { hits, misses });
        let kinds = ByKind {
            reads,
            writes,
            fetches,
            walks,
        };
        let sum = |of: fn(&Lookups) -> u64| [reads, writes, fetches].iter().map(of).sum();
        let counts = Counts {
            hits: sum(|lookups| lookups.hits),
            misses: sum(|lookups| lookups.misses),
            evictions: self.evictions,
            writebacks: self.writebacks,
            walk_hits: walks.hits,
            walk_misses: walks.misses,
        };
        LevelCounts {
            counts,
            kinds,
            causes: None,
        }
    }
}

/// Main memory, or a cache that receives the same requests.
pub(in crate::trace) trait Below {
    /// Fetches a block, but does not count the fetch.
    fn read(&mut self, cause: Cause, block: u64);

    fn count_reads(&mut self, cause: Cause, reads: u64);

    /// Stores a block. If `is_lookup` is false, the store is a write-back, or it has already fetched the block.
    fn write(&mut self, block: u64, is_lookup: bool);

    /// Counts a write to main memory that a snoop causes.
    fn count_snooped(&mut self);

    /// Counts a read of main memory by a page walk that bypasses the caches.
    fn count_uncached_walk(&mut self);

    /// Invalidates a block, without counting.
    fn invalidate(&mut self, block: u64);

    /// Records that a frame holds a virtual page. No cache holds a block of the frame.
    fn map(&mut self, frame: u64, vpn: u64);

    /// Whether it holds the blocks of both data and instructions.
    fn is_shared(&self) -> bool;
}

impl Below for MemoryTransfers {
    #[inline(always)]
    fn read(&mut self, _: Cause, _: u64) {}

    #[inline(always)]
    fn count_reads(&mut self, cause: Cause, reads: u64) {
        *if cause == Cause::Walk {
            &mut self.walks
        } else {
            &mut self.reads
        } += reads;
    }

    #[inline(always)]
    fn write(&mut self, _: u64, _: bool) {
        self.writes += 1;
    }

    fn count_snooped(&mut self) {
        self.writes += 1;
    }

    fn count_uncached_walk(&mut self) {
        self.walks += 1;
    }

    fn invalidate(&mut self, _: u64) {}

    fn map(&mut self, _: u64, _: u64) {}

    fn is_shared(&self) -> bool {
        true
    }
}

/// The virtual page in each frame.
///
/// A frame of a trace's process holds one page at a time, and its cached blocks are invalidated before it holds another one.
/// Each cached block therefore has one virtual address, so it is only in one set.
#[derive(Debug)]
pub(in crate::trace) struct FramePages {
    /// For each frame, its last page. The kernel allocates the lowest free frame, so few elements are unused.
    pages: Vec<u64>,
    /// log2 of the number of blocks in a page.
    block_bits: u32,
}

impl FramePages {
    /// The bit of a virtual block that belongs to a page table. Page walks use physical addresses.
    pub(in crate::trace) const TABLE_BIT: u32 = 50;

    /// Creates frames without pages. `block_bits` is log2 of the number of blocks in a page.
    pub(in crate::trace) const fn new(block_bits: u32) -> Self {
        Self {
            pages: Vec::new(),
            block_bits,
        }
    }

    /// Records that a frame holds a page.
    pub(in crate::trace) fn map(&mut self, frame: u64, vpn: u64) {
        let frame = frame as usize;
        if self.pages.len() <= frame {
            self.pages.resize(frame + 1, 0);
        }
        self.pages[frame] = vpn;
    }

    /// The number of the virtual block that is in a physical block. It differs for each block in use.
    #[inline(always)]
    pub(in crate::trace) fn virtual_block(&self, block: u64) -> u64 {
        match self.pages.get((block >> self.block_bits) as usize) {
            Some(vpn) => vpn << self.block_bits | block & ((1 << self.block_bits) - 1),
            None => block | 1 << Self::TABLE_BIT,
        }
    }
}
