//! The references of a trace to a cache that is the first one for its loads, stores, or fetches.
//!
//! The other caches affect such a cache only through snoops, so its counts need no simulation of the other caches. The
//! rules are those of `machine::hierarchy`, without inclusive and exclusive caches. The addresses of a process are translated
//! once, because TLBs, page walks, and page faults do not depend on caches.

use super::options::ReplayOptions;
use super::stack::{BlockOp, BlockOpKind, MOST_BLOCK_BITS};
use crate::kernel::OutOfMemory;
use crate::machine::Machine;
use crate::machine::event::AccessKind;
use crate::machine::spec::{Inclusion, Spec, WritePolicy};
use crate::trace::counting_replay::AddressMapping;
use crate::trace::counts::ReferenceCounts;
use crate::trace::demand::DemandError;
use crate::trace::flat::block_caches::BlockCaches;
use crate::trace::flat::cache::Cause;
use crate::trace::flat::frame_pages::FramePages;
use crate::trace::flat::pages::can_translate;
use crate::trace::flat::process::FlatProcess;
use crate::trace::record::Record;
use crate::trace::replay::{Batch, KINDS, Straddle, last_physical};

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
    /// Whether the addresses of the trace are virtual.
    is_translated: bool,
    /// If virtual addresses select the set, log2 of the number of blocks in a page.
    virtual_blocks: Option<u32>,
}

impl FirstLevel {
    /// Returns the properties of a cache of a machine, or `None` if the cache's counts depend on other caches.
    pub(super) fn new(spec: &Spec, level: usize, map: AddressMapping) -> Option<Self> {
        let cache = &spec.caches[level];
        let is_translated = map != AddressMapping::Identity;
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
        let fits = if is_translated { same && can_translate(spec) } else { same || !snooped };
        // Caches whose index is within the page offset share the references of the other ones.
        let is_virtual = cache.virtual_index && is_translated;
        let are_numbered = spec.virtual_bits().max(spec.physical_bits) - block_bits <= FramePages::TABLE_BIT;
        let virtual_blocks = (is_virtual && are_numbered).then(|| spec.page_bits() - block_bits);
        let is_indexed = !is_virtual || are_numbered || cache.vipt(spec);
        let last = last_physical(spec);
        (fits && is_indexed).then_some(Self { block_bits, effects, last, is_translated, virtual_blocks })
    }
}

/// Converts the records of a trace to the operations on a cache.
#[derive(Debug)]
pub(super) struct Decoder {
    cache: FirstLevel,
    straddle: Straddle,
    references: ReferenceCounts,
    addresses: Addresses,
}

/// The addresses of a trace, and the cache that they refer to.
#[derive(Debug)]
enum Addresses {
    Physical(Recorder),
    Virtual(Box<FlatProcess<Recorder>>),
}

/// Records the operations on a cache.
#[derive(Debug)]
struct Recorder {
    cache: FirstLevel,
    /// The number of references to blocks of the cache, without page walks.
    accesses: u64,
    /// The number of references of page walks to blocks of the cache.
    walks: u64,
    /// The virtual addresses of the blocks, if they select the set.
    pages: Option<FramePages>,
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

    /// Records a reference of a page walk.
    #[inline(always)]
    fn walk(&mut self, block: u64) {
        if self.last.is_none_or(|(last, _)| last != block) {
            self.last = None;
            self.ops.push(BlockOp::new(block, BlockOpKind::Walk));
            if !self.snoops_dirty {
                self.pages.insert(block);
            }
        }
    }
}

impl Recorder {
    fn new(cache: FirstLevel) -> Self {
        let page_bits = PageFilter::PAGE_BITS.saturating_sub(cache.block_bits);
        let pages = PageFilter { bits: vec![0; 1 << (PageFilter::BITS - 6)], page_bits };
        // Only a process invalidates blocks for other reasons than a store.
        let snoops_dirty =
            cache.effects[AccessKind::Execute as usize].0 == Effect::Clean && !cache.is_translated;
        Self {
            cache,
            accesses: 0,
            walks: 0,
            pages: cache.virtual_blocks.map(FramePages::new),
            stream: Stream { ops: Vec::new(), last: None, pages, snoops_dirty },
        }
    }

    /// Starts another batch.
    fn clear(&mut self) {
        self.stream.ops.clear();
        self.stream.last = None;
    }

    /// The effect of an access, and the mask of the address bits within a fragment.
    #[inline(always)]
    fn effect(&self, cause: Cause) -> (Effect, u64) {
        self.cache.effects[cause as usize]
    }

    /// The number of a block whose lowest bits select the set.
    #[inline(always)]
    fn indexed(&self, block: u64) -> u64 {
        self.pages.as_ref().map_or(block, |pages| pages.virtual_block(block))
    }
}

impl BlockCaches for Recorder {
    fn block_bits(&self) -> u32 {
        self.cache.block_bits
    }

    fn within(&self, cause: Cause) -> u64 {
        self.effect(cause).1
    }

    #[inline(always)]
    fn touch(&mut self, cause: Cause, block: u64) -> bool {
        let block = self.indexed(block);
        if cause == Cause::Walk {
            if self.effect(Cause::Read).0 == Effect::Refer {
                self.walks += 1;
                self.stream.walk(block);
            }
            return true;
        }
        match self.effect(cause).0 {
            Effect::Uncached | Effect::None => {}
            Effect::Refer => self.stream.refer(block, BlockOpKind::Touch),
            Effect::Store => self.stream.refer(block, BlockOpKind::Store),
            Effect::Clean => self.stream.snoop(block, BlockOpKind::Clean),
            Effect::Invalidate => self.stream.snoop(block, BlockOpKind::Invalidate),
        }
        // A store may invalidate a block from which instructions were fetched.
        if cause == Cause::Write {
            self.count_first(cause, 1);
        }
        cause != Cause::Write
    }

    #[inline(always)]
    fn count_first(&mut self, cause: Cause, hits: u64) {
        if cause != Cause::Walk && matches!(self.effect(cause).0, Effect::Refer | Effect::Store) {
            self.accesses += hits;
        }
    }

    fn count_uncached_walk(&mut self) {}

    fn invalidate(&mut self, first: u64, last: u64) {
        for block in first..=last {
            let block = self.indexed(block);
            self.stream.snoop(block, BlockOpKind::Invalidate);
        }
    }

    fn map(&mut self, frame: u64, vpn: u64) {
        if let Some(pages) = &mut self.pages {
            pages.map(frame, vpn);
        }
    }

    fn is_repeatable(&self, cause: Cause) -> bool {
        cause == Cause::Execute
    }

    fn share_first(&self) -> bool {
        let serves = |cause| matches!(self.effect(cause).0, Effect::Refer | Effect::Store);
        serves(Cause::Read) && serves(Cause::Execute)
    }
}

impl Decoder {
    /// Creates a decoder for a cache of a machine. Returns `None` if the machine needs the general simulation.
    ///
    /// # Errors
    /// Fails if no process can be created for the trace.
    pub(super) fn new(
        cache: FirstLevel,
        spec: &Spec,
        how: ReplayOptions,
    ) -> Option<Result<Self, DemandError>> {
        let (straddle, references) = (how.straddle, ReferenceCounts::default());
        let addresses = match how.map {
            AddressMapping::Identity => Ok(Addresses::Physical(Recorder::new(cache))),
            AddressMapping::Demand(demand) => {
                let process =
                    FlatProcess::with_caches(&Machine::new(spec.clone()), demand, Recorder::new(cache))?;
                process.map(|process| Addresses::Virtual(Box::new(process)))
            }
        };
        Some(addresses.map(|addresses| Self { cache, straddle, references, addresses }))
    }

    /// Replaces the operations with those of the next records.
    ///
    /// # Errors
    /// Fails if a page fault needs memory and none is free.
    pub(super) fn decode(&mut self, records: &[Record]) -> Result<&mut Vec<BlockOp>, OutOfMemory> {
        let Self { cache, straddle, references, addresses } = self;
        let simulated = cache.effects.map(|(effect, _)| effect != Effect::Uncached);
        let recorder = match addresses {
            Addresses::Physical(recorder) => {
                recorder.clear();
                let batch = Batch { records, straddle: *straddle, last: cache.last };
                batch.perform(references, &mut 0, &mut (), simulated, |kind, address, size, ()| {
                    Ok(recorder.refer(kind.into(), address, size))
                })?;
                recorder
            }
            Addresses::Virtual(process) => {
                process.caches_mut().clear();
                let batch = Batch { records, straddle: *straddle, last: process.last() };
                batch.perform(references, &mut 0, &mut (), simulated, |kind, address, size, ()| {
                    process.refer(kind, address, size)
                })?;
                process.count_pending_hits();
                process.caches_mut()
            }
        };
        Ok(&mut recorder.stream.ops)
    }

    /// The numbers of references to blocks of the cache so far, without page walks and by page walks.
    pub(super) fn accesses(&self) -> (u64, u64) {
        let recorder = match &self.addresses {
            Addresses::Physical(recorder) => recorder,
            Addresses::Virtual(process) => process.caches(),
        };
        (recorder.accesses, recorder.walks)
    }

    /// The counts of the references so far.
    pub(super) fn references(&self) -> ReferenceCounts {
        self.references
    }
}
