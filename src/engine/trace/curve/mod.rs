//! The miss-ratio curve: the misses of fully associative LRU caches of 1, 2, 4, … blocks, computed in one
//! pass.
//!
//! An LRU cache holds the most recently used blocks. A reference therefore hits in every cache that is at
//! least as large as its stack distance. The stack distance is the number of distinct blocks used since the
//! block's last use, including the block itself. Source: Mattson, Gecsei, Slutz, and Traiger, "Evaluation
//! techniques for storage hierarchies", 1970.

mod exact;
mod sampled;
#[cfg(test)]
mod tests;

use exact::{CHUNK, Exact};
use sampled::Sampled;

use super::counts::{MissCurve, ReferenceCounts};
use super::record::Record;
use super::replay::{Batch, Fragments, KINDS, Straddle, last_physical};
use crate::machine::event::{AccessKind, Event, MachineObserver};
use crate::machine::spec::Spec;

pub use sampled::{CurveMethod, SampleRate};

/// log2 of the block size in bytes on a machine without a data cache.
const BLOCK_BITS: u32 = 6;

/// The stack for a replay's loads and stores, which is updated for each fragment and uses virtual addresses.
#[derive(Debug, Clone)]
pub(super) struct Distances {
    stack: Stack,
    /// log2 of the block size in bytes.
    block_bits: u32,
    /// Whether the current reference is a load or store.
    data: bool,
    /// The address of the current fragment, which is reported again after a fault.
    fragment: Option<u64>,
}

impl Distances {
    /// Creates an empty stack with the block size of the machine's first data cache.
    pub(crate) fn new(spec: &Spec, method: CurveMethod) -> Self {
        let block_bits = spec
            .first_cache(AccessKind::Read)
            .map_or(BLOCK_BITS, |level| spec.caches[level].block_bits);
        Self {
            stack: Stack::new(method),
            block_bits,
            data: false,
            fragment: None,
        }
    }

    /// Starts a reference of this kind.
    #[inline]
    pub(crate) fn begin(&mut self, kind: AccessKind) {
        self.data = kind != AccessKind::Execute;
        self.fragment = None;
    }

    /// Records references to the blocks that contain the `size` bytes starting at `va`. A fragment larger
    /// than a block contains bytes of several blocks.
    #[inline]
    pub(crate) fn refer(&mut self, va: u64, size: u32) {
        let block = |address: u64| address.checked_shr(self.block_bits).unwrap_or(0);
        let last = va.saturating_add(u64::from(size.saturating_sub(1)));
        for block in block(va)..=block(last) {
            self.stack.refer(block);
        }
    }

    /// Estimates the memory of the stack in bytes.
    pub(super) fn host_bytes(&self) -> u64 {
        self.stack.host_bytes()
    }

    pub(crate) fn curve(&self) -> MissCurve {
        self.stack.curve(self.block_bits)
    }
}

impl MachineObserver for Distances {
    #[inline]
    fn on_event(&mut self, event: Event) {
        if let Event::Fragment { va, size } = event
            && self.data
            && self.fragment != Some(va.raw())
        {
            self.fragment = Some(va.raw());
            self.refer(va.raw(), size);
        }
    }
}

/// Receives references to blocks and counts the misses in caches of each size.
#[derive(Debug, Clone)]
enum Stack {
    Exact(Box<Exact>),
    Sampled(Box<Sampled>),
}

impl Stack {
    fn new(method: CurveMethod) -> Self {
        let sampled = Sampled::new(method).map(|sampled| Self::Sampled(Box::new(sampled)));
        sampled.unwrap_or_else(|| Self::Exact(Box::new(Exact::new())))
    }

    /// Records a reference to a block.
    #[inline(always)]
    fn refer(&mut self, block: u64) {
        match self {
            Stack::Exact(exact) => exact.refer(block),
            Stack::Sampled(sampled) => sampled.refer(block),
        }
    }

    /// Records references to blocks in order.
    fn refer_all(&mut self, blocks: &[u64]) {
        match self {
            Stack::Exact(exact) => blocks
                .chunks(CHUNK)
                .for_each(|chunk| exact.refer_all(chunk)),
            Stack::Sampled(sampled) => sampled.refer_all(blocks),
        }
    }

    /// Estimates the memory of the stack in bytes.
    fn host_bytes(&self) -> u64 {
        match self {
            Stack::Exact(exact) => exact.host_bytes(),
            Stack::Sampled(sampled) => sampled.host_bytes(),
        }
    }

    fn curve(&self, block_bits: u32) -> MissCurve {
        let block = 1u64.checked_shl(block_bits).unwrap_or(0);
        match self {
            Stack::Exact(exact) => exact.curve(block),
            Stack::Sampled(sampled) => sampled.curve(block),
        }
    }
}

/// The stack for the loads and stores of a trace of physical addresses.
#[derive(Debug)]
pub(in crate::trace) struct PhysicalCurve {
    stack: Stack,
    block_bits: u32,
    /// The mask of the address bits within a fragment.
    within: u64,
    /// The last physical address.
    last: u64,
    straddle: Straddle,
    /// The blocks of a batch.
    blocks: Vec<u64>,
}

impl PhysicalCurve {
    /// Creates an empty stack for a machine whose caches have one block size. Returns `None` if no cache holds data.
    pub(in crate::trace) fn new(
        spec: &Spec,
        straddle: Straddle,
        method: CurveMethod,
    ) -> Option<Self> {
        let block_bits = spec.caches[spec.first_cache(AccessKind::Read)?].block_bits;
        let within = u64::MAX
            .checked_shr(64 - block_bits.min(spec.page_bits()))
            .unwrap_or(0);
        Some(Self {
            stack: Stack::new(method),
            block_bits,
            within,
            last: last_physical(spec),
            straddle,
            blocks: Vec::new(),
        })
    }

    /// Records the references in order.
    pub(in crate::trace) fn perform(&mut self, records: &[Record]) {
        let Self {
            stack,
            block_bits,
            within,
            last,
            straddle,
            blocks,
        } = self;
        let (block_bits, within) = (*block_bits, *within);
        blocks.clear();
        let batch = Batch {
            records,
            straddle: *straddle,
            last: *last,
        };
        let simulated = KINDS.map(|kind| kind != AccessKind::Execute);
        let counted = &mut ReferenceCounts::default();
        let done = batch.perform(
            counted,
            &mut 0,
            &mut (),
            simulated,
            |_, address, size, ()| {
                if Fragments::is_one(within, address, size.into()) {
                    blocks.push(address >> block_bits);
                } else {
                    blocks.extend(
                        Fragments::new(within, address, size.into())
                            .map(|(at, _)| at >> block_bits),
                    );
                }
                Ok(1)
            },
        );
        debug_assert!(done.is_ok(), "a curve allocates no frames");
        stack.refer_all(blocks);
    }

    /// Estimates the memory of the stack in bytes.
    pub(in crate::trace) fn host_bytes(&self) -> u64 {
        self.stack.host_bytes()
    }

    pub(in crate::trace) fn curve(&self) -> MissCurve {
        self.stack.curve(self.block_bits)
    }
}
