//! The curve of a replay on physical addresses, without a machine that reports the references.

use super::method::CurveMethod;
use super::stack::Stack;
use crate::machine::event::AccessKind;
use crate::machine::spec::Spec;
use crate::trace::counts::MissCurve;
use crate::trace::record::{Op, Record};
use crate::trace::replay::{Straddle, last_physical};

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
    pub(in crate::trace) fn new(spec: &Spec, straddle: Straddle, method: CurveMethod) -> Option<Self> {
        let block_bits = spec.caches[spec.first_cache(AccessKind::Read)?].block_bits;
        let within = u64::MAX.checked_shr(64 - block_bits.min(spec.page_bits())).unwrap_or(0);
        Some(Self {
            stack: Stack::new(method),
            block_bits,
            within,
            last: last_physical(spec),
            straddle,
            blocks: Vec::new(),
        })
    }

    /// Records the references in order. The rules are those of [`Batch`](crate::trace::replay::Batch), without its counts.
    pub(in crate::trace) fn perform(&mut self, records: &[Record]) {
        let Self { stack, block_bits, within, last, straddle, blocks } = self;
        let most = if *straddle == Straddle::First { 1 } else { u32::MAX };
        blocks.clear();
        for &Record { address, size, op } in records {
            let is_outside = address > *last || u64::from(size.saturating_sub(1)) > *last - address;
            if op == Op::Fetch || is_outside {
                continue;
            }
            let size = u64::from(size.min(most));
            // A modifying record is a load and a store.
            for _ in 0..=u32::from(op == Op::Modify) {
                if size.wrapping_sub(1) <= *within - (address & *within) {
                    blocks.push(address >> *block_bits);
                    continue;
                }
                let (mut at, mut left) = (address, size);
                while left > 0 {
                    blocks.push(at >> *block_bits);
                    let now = left.min(*within - (at & *within) + 1);
                    // The record ends at or before the last address.
                    (left, at) = (left - now, at.wrapping_add(now));
                }
            }
        }
        stack.refer_all(blocks);
    }

    pub(in crate::trace) fn curve(&self) -> MissCurve {
        self.stack.curve(self.block_bits)
    }
}
