//! Why caches miss: for the first time, for want of room, or for want of ways.
//!
//! The three causes are those of Mark D. Hill ("Aspects of Cache Memory and Instruction Buffer Performance", 1987), as
//! Hennessy and Patterson teach them. Beside each cache stands one that is fully associative, of as many blocks, with LRU
//! replacement, which is asked for the same blocks in the same order: all lookups of the cache beside it, so those of a
//! second level are what the first one let through.
//!
//! - The page walk's lookups take part, as they take room in the cache; but its misses are not told apart.
//! - What a cache takes in from the one above (write-backs, victims) is no lookup.
//! - A store that misses puts the block in if the cache, or one above it, allocates for stores.
//! - A frame that gets another page holds other blocks than before, which were never asked for.
//! - What a cache held before the replay is unknown: the first reference to a block that misses is compulsory.

use crate::kernel::ids::FrameNo;
use crate::machine::event::{AccessKind, Event, MachineObserver, Purpose};
use crate::machine::spec::Spec;

use super::blocks::BlockNumbers;
use super::counts::MissCauses;

/// No block.
const NONE: u32 = u32::MAX;

/// A block that was asked for: its neighbours in the order of use, while the fully associative cache holds it.
#[derive(Debug, Clone, Copy)]
struct Node {
    held: bool,
    /// It was asked for since its frame has its page.
    asked: bool,
    /// The next one that was used later.
    newer: u32,
    /// The next one that was used earlier.
    older: u32,
}

/// A fully associative LRU cache, and what was ever asked of it.
#[derive(Debug, Clone)]
struct ShadowCache {
    numbers: BlockNumbers,
    nodes: Vec<Node>,
    newest: u32,
    oldest: u32,
    held: u64,
    /// Blocks that it can hold.
    lines: u64,
    /// A store that misses puts the block in.
    stores_allocate: bool,
    /// log2 of a block.
    block_bits: u32,
    /// Bits of the set number that belong to a block's number, beneath the tag.
    set_bits: u32,
    causes: MissCauses,
}

/// What the fully associative cache answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ShadowResult {
    Hit,
    /// The block was there or was at least asked for, once.
    Miss,
    /// The block was never asked for.
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

    /// Asks for a block, which enters if it `allocates`.
    #[inline]
    fn lookup(&mut self, block: u64, allocates: bool) -> ShadowResult {
        let number = self.numbers.number_of(block);
        if number == self.newest {
            return ShadowResult::Hit;
        }
        let answer = match self.nodes.get(number as usize) {
            Some(Node { held: true, .. }) => ShadowResult::Hit,
            Some(Node { asked: true, .. }) => ShadowResult::Miss,
            Some(_) => ShadowResult::First,
            None => {
                self.nodes.push(Node { held: false, asked: false, newer: NONE, older: NONE });
                ShadowResult::First
            }
        };
        self.nodes[number as usize].asked = true;
        if answer == ShadowResult::Hit {
            self.unlink(number);
            self.link(number);
        } else if allocates {
            if self.held == self.lines {
                self.unlink(self.oldest);
            }
            self.link(number);
        }
        answer
    }

    /// The bytes from `pa` on, 2^`bits` of them, are those of another page: no block of them was ever asked for.
    fn renew(&mut self, pa: u64, bits: u32) {
        let first = pa.checked_shr(self.block_bits).unwrap_or(0);
        let count = 1u64.checked_shl(bits.saturating_sub(self.block_bits)).unwrap_or(1);
        for block in first..first.saturating_add(count) {
            let Some(number) = self.numbers.known(block) else { continue };
            if self.nodes[number as usize].held {
                self.unlink(number);
            }
            self.nodes[number as usize].asked = false;
        }
    }

    /// The block becomes the newest.
    fn link(&mut self, number: u32) {
        self.nodes[number as usize] = Node { held: true, asked: true, newer: NONE, older: self.newest };
        match self.nodes.get_mut(self.newest as usize) {
            Some(node) => node.newer = number,
            None => self.oldest = number,
        }
        self.newest = number;
        self.held += 1;
    }

    /// The block leaves.
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

/// Tells the causes of misses apart, of all caches of a core.
#[derive(Debug, Clone)]
pub(super) struct MissClassifier {
    caches: Vec<ShadowCache>,
    /// The reference at hand is a store.
    store: bool,
    /// log2 of a page.
    page_bits: u32,
}

impl MissClassifier {
    pub(crate) fn new(spec: &Spec) -> Self {
        let caches = (0..spec.caches.len()).map(|level| ShadowCache::new(spec, level)).collect();
        Self { caches, store: false, page_bits: spec.page_bits() }
    }

    /// A reference of this kind begins.
    #[inline]
    pub(crate) fn begin(&mut self, kind: AccessKind) {
        self.store = kind == AccessKind::Write;
    }

    /// A frame holds another page.
    pub(crate) fn renew(&mut self, frame: FrameNo) {
        let pa = u64::from(frame.0).checked_shl(self.page_bits).unwrap_or(0);
        for beside in &mut self.caches {
            beside.renew(pa, self.page_bits);
        }
    }

    /// The causes of a cache's misses.
    pub(crate) fn causes(&self, level: usize) -> MissCauses {
        self.caches.get(level).map(|beside| beside.causes).unwrap_or_default()
    }
}

impl MachineObserver for MissClassifier {
    #[inline]
    fn on_event(&mut self, event: Event) {
        let Event::CacheLookup { cache, set, tag, way, purpose } = event else { return };
        let Some(beside) = self.caches.get_mut(cache as usize) else { return };
        let low = set.raw() & !u64::MAX.checked_shl(beside.set_bits).unwrap_or(0);
        let block = tag.raw().checked_shl(beside.set_bits).unwrap_or(0) | low;
        let demand = purpose == Purpose::Demand;
        let answer = beside.lookup(block, !(demand && self.store) || beside.stores_allocate);
        if demand && way.is_none() {
            let count = match answer {
                ShadowResult::First => &mut beside.causes.compulsory,
                ShadowResult::Miss => &mut beside.causes.capacity,
                ShadowResult::Hit => &mut beside.causes.conflict,
            };
            *count += 1;
        }
    }
}
