//! The references of a trace to a cache that is the first one for its loads, stores, or fetches.
//!
//! The other caches affect such a cache only through snoops, so its counts need no simulation of the other caches. The
//! rules are those of `machine::hierarchy` for physical addresses, without inclusive and exclusive caches.

use super::stack::{BlockOp, BlockOpKind, MOST_BLOCK_BITS};
use crate::machine::Machine;
use crate::machine::event::AccessKind;
use crate::machine::spec::{Inclusion, Spec, WritePolicy};
use crate::trace::counts::ReferenceCounts;
use crate::trace::record::Record;
use crate::trace::replay::{Batch, Fragments, KINDS, Straddle, last_physical};

/// The effect of an access on the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// None, and no cache serves the access.
    Uncached,
    /// None.
    None,
    /// The access looks up the block in the cache.
    Refer,
    /// The access makes the block dirty.
    Store,
    /// The access misses in a cache on another route, which makes the cache write back the block.
    Clean,
    /// The access stores in a cache on another route, which invalidates the block.
    Invalidate,
}

/// The properties of a cache that determine its references.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FirstLevel {
    block_bits: u32,
    /// For each kind of access, its effect and the mask of the address bits within a fragment.
    effects: [(Effect, u64); 3],
    /// The last physical address.
    last: u64,
}

impl FirstLevel {
    /// Returns the properties of a cache of a machine, or `None` if the cache's counts depend on other caches.
    pub(super) fn new(spec: &Spec, level: usize) -> Option<Self> {
        let cache = &spec.caches[level];
        let block_bits = cache.block_bits;
        let is_first = |kind| !cache.side.serves(kind) || spec.first_cache(kind) == Some(level);
        if !cache.write_allocate
            || spec.physical_bits.saturating_sub(block_bits) > MOST_BLOCK_BITS
            || !spec.caches.iter().all(|cache| cache.inclusion == Inclusion::None)
            || !KINDS.into_iter().all(is_first)
            || !Machine::new(spec.clone()).has_plain_caches()
        {
            return None;
        }
        let effect = |kind| match kind {
            _ if spec.first_cache(kind).is_none() => Effect::Uncached,
            AccessKind::Write if cache.side.serves(kind) && cache.write == WritePolicy::Back => Effect::Store,
            _ if cache.side.serves(kind) => Effect::Refer,
            AccessKind::Read => Effect::None,
            AccessKind::Write => Effect::Invalidate,
            AccessKind::Execute => Effect::Clean,
        };
        let within = |kind| {
            let own = spec.caches.iter().filter(|cache| cache.side.serves(kind));
            let bits = own.map(|cache| cache.block_bits).min().unwrap_or(0).min(spec.page_bits());
            u64::MAX.checked_shr(64 - bits).unwrap_or(0)
        };
        let effects = KINDS.map(|kind| (effect(kind), within(kind)));
        // A snoop affects all blocks that the other route's caches fill.
        let snooped = effects.iter().any(|(effect, _)| matches!(effect, Effect::Clean | Effect::Invalidate));
        let same = spec.caches.iter().all(|cache| cache.block_bits == block_bits);
        (same || !snooped).then(|| Self { block_bits, effects, last: last_physical(spec) })
    }
}

/// Converts the records of a trace to the operations on a cache.
#[derive(Debug)]
pub(super) struct Decoder {
    cache: FirstLevel,
    straddle: Straddle,
    references: ReferenceCounts,
    /// The number of references to blocks of the cache.
    accesses: u64,
    stream: Stream,
}

/// The operations of a batch.
#[derive(Debug)]
struct Stream {
    ops: Vec<BlockOp>,
    /// The position of the last reference, and its block. Another reference to the block hits and is part of the same
    /// operation.
    last: Option<(u64, usize)>,
    /// The pages with references that a snoop may find.
    pages: PageFilter,
    /// Whether the filter contains pages with stores. Otherwise, it contains all pages with references.
    snoops_dirty: bool,
}

/// A set of pages that may also contain other pages.
#[derive(Debug)]
struct PageFilter {
    bits: Vec<u64>,
    /// log2 of the number of blocks in a page.
    page_bits: u32,
}

impl PageFilter {
    /// log2 of the number of bits.
    const BITS: u32 = 18;
    /// log2 of the size of a page in bytes.
    const PAGE_BITS: u32 = 12;

    #[inline(always)]
    fn place(&self, block: u64) -> (usize, u64) {
        let hash = (block >> self.page_bits).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - Self::BITS);
        ((hash >> 6) as usize, 1 << (hash & 63))
    }

    #[inline(always)]
    fn insert(&mut self, block: u64) {
        let (word, bit) = self.place(block);
        self.bits[word] |= bit;
    }

    #[inline(always)]
    fn may_contain(&self, block: u64) -> bool {
        let (word, bit) = self.place(block);
        self.bits[word] & bit != 0
    }
}

impl Stream {
    /// Records a reference.
    #[inline(always)]
    fn refer(&mut self, block: u64, kind: BlockOpKind) {
        let store = kind == BlockOpKind::Store;
        if let Some((last, at)) = self.last
            && last == block
        {
            if !store {
                return;
            }
            self.ops[at] = BlockOp::new(block, kind);
        } else {
            self.last = Some((block, self.ops.len()));
            self.ops.push(BlockOp::new(block, kind));
        }
        if store || !self.snoops_dirty {
            self.pages.insert(block);
        }
    }

    /// Records a snoop.
    #[inline(always)]
    fn snoop(&mut self, block: u64, kind: BlockOpKind) {
        if self.pages.may_contain(block) {
            self.ops.push(BlockOp::new(block, kind));
            self.last = self.last.filter(|(last, _)| *last != block);
        }
    }

    #[inline(always)]
    fn push(&mut self, block: u64, effect: Effect) -> u64 {
        match effect {
            Effect::Uncached | Effect::None => return 0,
            Effect::Refer => self.refer(block, BlockOpKind::Touch),
            Effect::Store => self.refer(block, BlockOpKind::Store),
            Effect::Clean => self.snoop(block, BlockOpKind::Clean),
            Effect::Invalidate => self.snoop(block, BlockOpKind::Invalidate),
        }
        u64::from(matches!(effect, Effect::Refer | Effect::Store))
    }
}

impl Decoder {
    pub(super) fn new(cache: FirstLevel, straddle: Straddle) -> Self {
        let page_bits = PageFilter::PAGE_BITS.saturating_sub(cache.block_bits);
        let pages = PageFilter { bits: vec![0; 1 << (PageFilter::BITS - 6)], page_bits };
        let snoops_dirty = cache.effects[AccessKind::Execute as usize].0 == Effect::Clean;
        let stream = Stream { ops: Vec::new(), last: None, pages, snoops_dirty };
        Self { cache, straddle, references: ReferenceCounts::default(), accesses: 0, stream }
    }

    /// Replaces the operations with those of the next records.
    pub(super) fn decode(&mut self, records: &[Record]) -> &mut Vec<BlockOp> {
        let Self { cache, straddle, references, accesses, stream } = self;
        stream.ops.clear();
        stream.last = None;
        let batch = Batch { records, straddle: *straddle, last: cache.last };
        let simulated = cache.effects.map(|(effect, _)| effect != Effect::Uncached);
        let bits = cache.block_bits;
        let done = batch.perform(references, &mut 0, &mut (), simulated, |kind, address, size, ()| {
            let (effect, within) = cache.effects[kind as usize];
            if Fragments::is_one(within, address, size.into()) {
                *accesses += stream.push(address >> bits, effect);
                return Ok(1);
            }
            let mut count = 0;
            for (at, _) in Fragments::new(within, address, size.into()) {
                *accesses += stream.push(at >> bits, effect);
                count += 1;
            }
            Ok(count)
        });
        debug_assert!(done.is_ok(), "a decoder allocates no frames");
        &mut stream.ops
    }

    /// The number of references to blocks of the cache so far.
    pub(super) fn accesses(&self) -> u64 {
        self.accesses
    }

    /// The counts of the references so far.
    pub(super) fn references(&self) -> ReferenceCounts {
        self.references
    }
}
