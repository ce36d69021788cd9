//! Records the operations on a swept cache.

use super::stack::{BlockOp, BlockOpKind, Effect, SweptLevel};
use crate::machine::event::AccessKind;
use crate::trace::flat::cache::{Below, Cause, FramePages};

/// Records the operations on a swept cache, which is below the caches that are simulated.
#[derive(Debug)]
pub(super) struct Recorder {
    cache: SweptLevel,
    /// The number of lookups of blocks in the cache, without page walks.
    accesses: u64,
    /// The number of lookups of page walks.
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
        let hash =
            (block >> self.page_bits).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - Self::BITS);
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
    #[inline(always)]
    fn refer(&mut self, block: u64, kind: BlockOpKind) {
        let dirties = kind.dirties();
        if let Some((last, at)) = self.last
            && last == block
        {
            if !dirties {
                return;
            }
            if self.ops[at].kind() == BlockOpKind::Touch {
                self.ops[at] = BlockOp::new(block, BlockOpKind::Store);
            }
        } else {
            self.last = Some((block, self.ops.len()));
            self.ops.push(BlockOp::new(block, kind));
        }
        if dirties || !self.snoops_dirty {
            self.pages.insert(block);
        }
    }

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
    pub(super) fn new(cache: SweptLevel) -> Self {
        let page_bits = PageFilter::PAGE_BITS.saturating_sub(cache.block_bits);
        let pages = PageFilter {
            bits: vec![0; 1 << (PageFilter::BITS - 6)],
            page_bits,
        };
        // Only a process invalidates blocks for other reasons than a store.
        let snoops_dirty =
            cache.effects[AccessKind::Execute as usize] == Effect::Clean && !cache.is_translated;
        Self {
            cache,
            accesses: 0,
            walks: 0,
            pages: cache.virtual_blocks.map(FramePages::new),
            stream: Stream {
                ops: Vec::new(),
                last: None,
                pages,
                snoops_dirty,
            },
        }
    }

    /// Starts another batch.
    pub(super) fn clear(&mut self) {
        self.stream.ops.clear();
        self.stream.last = None;
    }

    /// The operations of the batch.
    pub(super) fn ops(&mut self) -> &mut Vec<BlockOp> {
        &mut self.stream.ops
    }

    /// The numbers of lookups, without page walks and by page walks.
    pub(super) fn accesses(&self) -> (u64, u64) {
        (self.accesses, self.walks)
    }

    /// The effect of an access.
    #[inline(always)]
    fn effect(&self, kind: AccessKind) -> Effect {
        self.cache.effects[kind as usize]
    }

    /// Whether the cache serves accesses of a kind.
    #[inline(always)]
    fn serves(&self, kind: AccessKind) -> bool {
        matches!(self.effect(kind), Effect::Refer | Effect::Store)
    }

    /// The number of a block whose lowest bits select the set.
    #[inline(always)]
    fn indexed(&self, block: u64) -> u64 {
        self.pages
            .as_ref()
            .map_or(block, |pages| pages.virtual_block(block))
    }
}

impl Below for Recorder {
    #[inline(always)]
    fn read(&mut self, cause: Cause, block: u64) {
        let block = self.indexed(block);
        let kind = match cause {
            Cause::Walk if self.serves(AccessKind::Read) => return self.stream.walk(block),
            Cause::Walk => return,
            Cause::Execute => AccessKind::Execute,
            // A store that fetches a block for a cache above.
            Cause::Read | Cause::Write => AccessKind::Read,
        };
        match self.effect(kind) {
            Effect::Refer | Effect::Store => self.stream.refer(block, BlockOpKind::Touch),
            Effect::Clean => self.stream.snoop(block, BlockOpKind::Clean),
            Effect::Uncached | Effect::None | Effect::Invalidate => {}
        }
    }

    #[inline(always)]
    fn count_reads(&mut self, cause: Cause, reads: u64) {
        match cause {
            Cause::Walk if self.serves(AccessKind::Read) => self.walks += reads,
            Cause::Execute if self.serves(AccessKind::Execute) => self.accesses += reads,
            Cause::Read | Cause::Write if self.serves(AccessKind::Read) => self.accesses += reads,
            _ => {}
        }
    }

    #[inline(always)]
    fn write(&mut self, block: u64, is_lookup: bool) {
        let block = self.indexed(block);
        let kind = match self.effect(AccessKind::Write) {
            Effect::Store if is_lookup => BlockOpKind::Store,
            Effect::Store => BlockOpKind::WriteBack,
            Effect::Refer if is_lookup => BlockOpKind::Touch,
            Effect::Refer => BlockOpKind::WriteThrough,
            Effect::Invalidate => return self.stream.snoop(block, BlockOpKind::Invalidate),
            Effect::Uncached | Effect::None | Effect::Clean => return,
        };
        self.accesses += u64::from(is_lookup);
        self.stream.refer(block, kind);
    }

    fn count_snooped(&mut self) {}

    fn count_uncached_walk(&mut self) {}

    fn invalidate(&mut self, block: u64) {
        let block = self.indexed(block);
        self.stream.snoop(block, BlockOpKind::Invalidate);
    }

    fn map(&mut self, frame: u64, vpn: u64) {
        if let Some(pages) = &mut self.pages {
            pages.map(frame, vpn);
        }
    }

    fn is_shared(&self) -> bool {
        self.serves(AccessKind::Read) && self.serves(AccessKind::Execute)
    }
}
