//! The miss-ratio curve: the misses of fully associative LRU caches of 1, 2, 4, … blocks, computed in one
//! pass.
//!
//! An LRU cache holds the most recently used blocks. A reference therefore hits in every cache that is at
//! least as large as its stack distance. The stack distance is the number of distinct blocks used since the
//! block's last use, including the block itself. Source: Mattson, Gecsei, Slutz, and Traiger, "Evaluation
//! techniques for storage hierarchies", 1970.

mod exact;
mod method;
mod physical;
mod recency;
mod sampled;
mod stack;

pub use method::{CurveMethod, SampleRate};
pub(super) use physical::PhysicalCurve;

use crate::machine::event::{AccessKind, Event, MachineObserver};
use crate::machine::spec::Spec;
use stack::Stack;

use super::counts::MissCurve;

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

#[cfg(test)]
mod tests;
