//! The curve of a replay on physical addresses, without a machine that reports the references.

use super::method::CurveMethod;
use super::stack::Stack;
use crate::machine::event::AccessKind;
use crate::machine::spec::Spec;
use crate::trace::counts::{MissCurve, ReferenceCounts};
use crate::trace::record::Record;
use crate::trace::replay::{Batch, Fragments, KINDS, Straddle, last_physical};

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
