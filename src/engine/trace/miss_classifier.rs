//! The causes of cache misses: compulsory, capacity, and conflict.
//!
//! Mark D. Hill defined the three causes ("Aspects of Cache Memory and Instruction Buffer Performance",
//! 1987), and Hennessy and Patterson's textbook teaches them. Each cache has a shadow cache: a fully
//! associative LRU cache with the same number of blocks. The shadow cache receives the same lookups as the
//! cache, in the same order. For a second-level cache, the lookups are the misses of the first level.
//!
//! - Page-walk lookups use blocks of the shadow cache, but the classifier ignores their misses.
//! - A block that arrives from the cache above (as a write-back or a victim) is not a lookup.
//! - A store miss fills a block if the cache, or one above it, is write-allocate. Otherwise, misses of a cache that does
//!   not allocate would look like conflict misses.
//! - If the page in a frame changes, the frame's blocks are treated as new blocks without earlier
//!   references.
//! - The contents of a cache before the replay are unknown. Therefore, a miss on the first reference to a
//!   block is classified as a compulsory miss.

use crate::kernel::ids::FrameNo;
use crate::machine::event::{AccessKind, Event, MachineObserver, Purpose};
use crate::machine::spec::Spec;

use super::counts::MissCauses;
use super::hot_spots::BlockNumbers;

/// An index that refers to no block.
const NONE: u32 = u32::MAX;

/// A referenced block, with its neighbors in order of use while the shadow cache holds it.
#[derive(Debug, Clone, Copy)]
struct Node {
    held: bool,
    /// Whether the block has been referenced since its frame received its page.
    referenced: bool,
    /// The neighbor that was used more recently.
    newer: u32,
    /// The neighbor that was used less recently.
    older: u32,
}

/// A fully associative LRU cache, and all blocks that have ever been referenced.
#[derive(Debug, Clone)]
struct ShadowCache {
    numbers: BlockNumbers,
    nodes: Vec<Node>,
    newest: u32,
    oldest: u32,
    held: u64,
    /// The cache's capacity in blocks.
    lines: u64,
    /// Whether a store miss fills a block.
    stores_allocate: bool,
    /// log2 of the block size in bytes.
    block_bits: u32,
    /// Number of set index bits in a block number, below the tag.
    set_bits: u32,
    causes: MissCauses,
}

/// The result of a lookup in the shadow cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ShadowResult {
    Hit,
    /// The block has been referenced before, but the shadow cache does not hold it.
    Miss,
    /// The block has never been referenced.
    First,
}

impl ShadowCache {
    fn new(spec: &Spec, level: usize) -> Self {
        let cache = &spec.caches[level];
        let allocates = |n: usize| {
            let cache = &spec.caches[n];
            cache.side.serves(AccessKind::Write) && cache.write_allocate
        };
        Self {
            numbers: BlockNumbers::default(),
            nodes: Vec::new(),
            newest: NONE,
            oldest: NONE,
            held: 0,
            lines: cache.lines(),
            stores_allocate: (0..=level).any(allocates),
            block_bits: cache.block_bits,
            set_bits: (spec.physical_bits - cache.tag_bits(spec)).saturating_sub(cache.block_bits),
            causes: MissCauses::default(),
        }
    }

    /// Looks up a block. A miss fills the block if `allocates` is true.
    #[inline]
    fn lookup(&mut self, block: u64, allocates: bool) -> ShadowResult {
        let number = self.numbers.number_of(block);
        if number == self.newest {
            return ShadowResult::Hit;
        }
        let result = match self.nodes.get(number as usize) {
            Some(Node { held: true, .. }) => ShadowResult::Hit,
            Some(Node {
                referenced: true, ..
            }) => ShadowResult::Miss,
            Some(_) => ShadowResult::First,
            None => {
                self.nodes.push(Node {
                    held: false,
                    referenced: false,
                    newer: NONE,
                    older: NONE,
                });
                ShadowResult::First
            }
        };
        self.nodes[number as usize].referenced = true;
        if result == ShadowResult::Hit {
            self.unlink(number);
            self.link(number);
        } else if allocates {
            if self.held == self.lines {
                self.unlink(self.oldest);
            }
            self.link(number);
        }
        result
    }

    /// Marks the blocks of the 2^`bits` bytes starting at `pa` as new, because they now belong to another
    /// page.
    fn renew(&mut self, pa: u64, bits: u32) {
        let first = pa.checked_shr(self.block_bits).unwrap_or(0);
        let count = 1u64
            .checked_shl(bits.saturating_sub(self.block_bits))
            .unwrap_or(1);
        for block in first..first.saturating_add(count) {
            let Some(number) = self.numbers.known(block) else {
                continue;
            };
            if self.nodes[number as usize].held {
                self.unlink(number);
            }
            self.nodes[number as usize].referenced = false;
        }
    }

    /// Inserts a block as the newest one.
    fn link(&mut self, number: u32) {
        self.nodes[number as usize] = Node {
            held: true,
            referenced: true,
            newer: NONE,
            older: self.newest,
        };
        match self.nodes.get_mut(self.newest as usize) {
            Some(node) => node.newer = number,
            None => self.oldest = number,
        }
        self.newest = number;
        self.held += 1;
    }

    fn unlink(&mut self, number: u32) {
        let Node { newer, older, .. } = self.nodes[number as usize];
        match self.nodes.get_mut(newer as usize) {
            Some(node) => node.older = older,
            None => self.newest = older,
        }
        match self.nodes.get_mut(older as usize) {
            Some(node) => node.newer = newer,
            None => self.oldest = newer,
        }
        self.nodes[number as usize].held = false;
        self.held -= 1;
    }
}

/// Classifies the misses of all caches of a core.
#[derive(Debug, Clone)]
pub(super) struct MissClassifier {
    caches: Vec<ShadowCache>,
    /// Whether the current reference is a store.
    store: bool,
    /// log2 of the page size in bytes.
    page_bits: u32,
}

impl MissClassifier {
    pub(crate) fn new(spec: &Spec) -> Self {
        let caches = (0..spec.caches.len())
            .map(|level| ShadowCache::new(spec, level))
            .collect();
        Self {
            caches,
            store: false,
            page_bits: spec.page_bits(),
        }
    }

    /// Starts a reference of this kind.
    #[inline]
    pub(crate) fn begin(&mut self, kind: AccessKind) {
        self.store = kind == AccessKind::Write;
    }

    /// Treats the blocks of a frame as new after its page has changed.
    pub(crate) fn renew(&mut self, frame: FrameNo) {
        let pa = u64::from(frame.0).checked_shl(self.page_bits).unwrap_or(0);
        for shadow in &mut self.caches {
            shadow.renew(pa, self.page_bits);
        }
    }

    /// Estimates the memory of the shadow caches in bytes.
    pub(super) fn host_bytes(&self) -> u64 {
        self.caches
            .iter()
            .map(|shadow| shadow.numbers.host_bytes() + 16 * shadow.nodes.len() as u64)
            .sum()
    }

    /// The causes of a cache's misses.
    pub(crate) fn causes(&self, level: usize) -> MissCauses {
        self.caches
            .get(level)
            .map(|shadow| shadow.causes)
            .unwrap_or_default()
    }
}

impl MachineObserver for MissClassifier {
    #[inline]
    fn on_event(&mut self, event: Event) {
        let Event::CacheLookup {
            cache,
            set,
            tag,
            way,
            purpose,
        } = event
        else {
            return;
        };
        let Some(shadow) = self.caches.get_mut(cache as usize) else {
            return;
        };
        let low = set.raw() & !u64::MAX.checked_shl(shadow.set_bits).unwrap_or(0);
        let block = tag.raw().checked_shl(shadow.set_bits).unwrap_or(0) | low;
        let demand = purpose == Purpose::Demand;
        let result = shadow.lookup(block, !(demand && self.store) || shadow.stores_allocate);
        if demand && way.is_none() {
            let count = match result {
                ShadowResult::First => &mut shadow.causes.compulsory,
                ShadowResult::Miss => &mut shadow.causes.capacity,
                ShadowResult::Hit => &mut shadow.causes.conflict,
            };
            *count += 1;
        }
    }
}
