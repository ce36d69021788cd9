//! A cache whose sets are rows of one array, in order of replacement.

use super::frame_pages::FramePages;
use crate::machine::cache::Counts;
use crate::machine::event::AccessKind;
use crate::machine::policy::Policy;
use crate::machine::spec::{CacheSpec, TlbSpec, WritePolicy};
use crate::trace::counts::{ByKind, LevelCounts, Lookups};

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
    /// The lines. The first line of a row is the last one that the policy evicts, and invalid lines come last. A line is 0
    /// if it is invalid; see [`line`].
    lines: Vec<u64>,
    ways: usize,
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

/// Returns the clean line that holds a block.
#[inline(always)]
const fn line(block: u64) -> u64 {
    (block + 1) << 1
}

/// Moves the line with a block to the first way and marks it dirty if `dirty` is 1. If there is no such line, moves all lines to
/// the next way, and returns the last one.
#[inline(always)]
fn move_to_front(row: &mut [u64], wanted: u64, dirty: u64) -> Result<(), u64> {
    let mut moved = wanted | dirty;
    for way in 0..row.len() {
        moved = std::mem::replace(&mut row[way], moved);
        if moved & !DIRTY == wanted {
            row[0] |= moved;
            return Ok(());
        }
    }
    Err(moved)
}

impl FlatCache {
    /// The maximum number of lines. They are allocated at once.
    const MOST_LINES: usize = 1 << 22;
    /// The maximum number of ways. A search is linear in this number.
    const MOST_WAYS: u32 = 64;

    /// Creates an empty cache, or returns `None` if this representation does not support it.
    pub(super) fn new(spec: &CacheSpec) -> Option<Self> {
        let cache = Self::with_sets(spec.sets, spec.ways, spec.policy)?;
        let write_back = spec.write == WritePolicy::Back;
        Some(Self { write_back, write_allocate: spec.write_allocate, ..cache })
    }

    /// Creates an empty TLB, or returns `None` if this representation does not support it. The numbers of its blocks are
    /// chosen by the caller.
    pub(super) fn new_tlb(spec: &TlbSpec) -> Option<Self> {
        Self::with_sets(spec.sets, spec.ways, spec.policy)
    }

    fn with_sets(sets: u64, ways: u32, policy: Policy) -> Option<Self> {
        let moves = match policy {
            Policy::Lru => true,
            Policy::Fifo => false,
            _ => return None,
        };
        let lines = usize::try_from(sets).ok()?.checked_mul(ways as usize)?;
        (ways <= Self::MOST_WAYS && lines <= Self::MOST_LINES).then(|| Self {
            lines: vec![0; lines],
            ways: ways as usize,
            index: sets - 1,
            moves,
            pages: None,
            write_back: false,
            write_allocate: false,
            lookups: [[0; 2]; 4],
            evictions: 0,
            writebacks: 0,
        })
    }

    /// Returns the lines of the set of a block.
    #[inline(always)]
    fn row(&mut self, block: u64) -> &mut [u64] {
        let indexed = self.pages.as_ref().map_or(block, |pages| pages.virtual_block(block));
        let first = (indexed & self.index) as usize * self.ways;
        &mut self.lines[first..first + self.ways]
    }

    /// Whether the line that the policy evicts last from its set holds a block and is dirty. If `ignored` is [`DIRTY`], the line
    /// may also be clean. The virtual page number does not select the set.
    #[inline(always)]
    pub(super) fn is_first(&self, block: u64, ignored: u64) -> bool {
        let first = self.lines.get((block & self.index) as usize * self.ways);
        first.is_some_and(|first| first | ignored == line(block) | DIRTY)
    }

    /// Counts a lookup.
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
        let (wanted, moves) = (line(block), self.moves);
        let row = self.row(block);
        if row[0] & !DIRTY == wanted {
            return Some(row[0] & DIRTY != 0);
        }
        let way = row.iter().position(|line| line & !DIRTY == wanted)?;
        let mut moved = row[way];
        let dirty = moved & DIRTY != 0;
        if moves {
            row[..=way].iter_mut().for_each(|line| std::mem::swap(line, &mut moved));
        }
        Some(dirty)
    }

    /// Looks up a block and marks it dirty if `dirty` is true. Fills the cache with the block if it does not hold it, and then
    /// returns the line that was evicted, or 0 if the set had room.
    #[inline(always)]
    pub(super) fn touch_or_fill(&mut self, block: u64, dirty: bool) -> Result<(), u64> {
        let (wanted, dirty, moves) = (line(block), u64::from(dirty), self.moves);
        let row = self.row(block);
        if row[0] & !DIRTY == wanted {
            row[0] |= dirty;
            return Ok(());
        }
        if !moves && let Some(line) = row.iter_mut().find(|line| **line & !DIRTY == wanted) {
            *line |= dirty;
            return Ok(());
        }
        // Constant lengths make the loop faster for common numbers of ways.
        match row.len() {
            4 => move_to_front(&mut row[..4], wanted, dirty),
            8 => move_to_front(&mut row[..8], wanted, dirty),
            16 => move_to_front(&mut row[..16], wanted, dirty),
            _ => move_to_front(row, wanted, dirty),
        }
    }

    /// Fills a TLB with an entry.
    pub(super) fn fill_entry(&mut self, page: u64, dirty: bool) {
        if let Err(victim) = self.touch_or_fill(page, dirty) {
            self.evictions += u64::from(victim != 0);
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
        self.evictions += u64::from(line != 0);
        let dirty = Self::is_dirty(line);
        self.writebacks += u64::from(dirty);
        dirty.then(|| (line >> 1) - 1)
    }

    /// Whether the cache holds a block.
    pub(super) fn has(&mut self, block: u64) -> bool {
        let wanted = line(block);
        self.row(block).iter().any(|line| line & !DIRTY == wanted)
    }

    /// Marks a block of the cache dirty.
    pub(super) fn mark(&mut self, block: u64) {
        let wanted = line(block);
        if let Some(line) = self.row(block).iter_mut().find(|line| **line & !DIRTY == wanted) {
            *line |= DIRTY;
        }
    }

    /// Whether the cache holds a dirty copy of a block.
    #[inline(always)]
    pub(super) fn has_dirty(&mut self, block: u64) -> bool {
        self.row(block).contains(&(line(block) | DIRTY))
    }

    /// Marks a block clean, and returns whether it was dirty.
    pub(super) fn clean(&mut self, block: u64) -> bool {
        let wanted = line(block) | DIRTY;
        let found = self.row(block).iter_mut().find(|line| **line == wanted);
        found.map(|line| *line = wanted & !DIRTY).is_some()
    }

    /// Invalidates a block.
    pub(super) fn invalidate(&mut self, block: u64) {
        let wanted = line(block);
        let row = self.row(block);
        if let Some(way) = row.iter().position(|line| line & !DIRTY == wanted) {
            row.copy_within(way + 1.., way);
            row[row.len() - 1] = 0;
        }
    }

    /// The blocks and whether they are dirty, by set. The last one that the policy evicts comes first.
    #[cfg(test)]
    pub(super) fn blocks(&self) -> impl Iterator<Item = (u64, bool)> {
        let valid = self.lines.iter().filter(|line| **line != 0);
        valid.map(|line| ((line >> 1) - 1, line & DIRTY != 0))
    }

    /// Returns the counts.
    pub(super) fn counts(&self) -> LevelCounts {
        let [reads, writes, fetches, walks] = self.lookups.map(|[misses, hits]| Lookups { hits, misses });
        let kinds = ByKind { reads, writes, fetches, walks };
        let sum = |of: fn(&Lookups) -> u64| [reads, writes, fetches].iter().map(of).sum();
        let counts = Counts {
            hits: sum(|lookups| lookups.hits),
            misses: sum(|lookups| lookups.misses),
            evictions: self.evictions,
            writebacks: self.writebacks,
            walk_hits: walks.hits,
            walk_misses: walks.misses,
        };
        LevelCounts { counts, kinds, causes: None }
    }
}
