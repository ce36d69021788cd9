//! The exact or the estimated curve.

use super::exact::Exact;
use super::method::CurveMethod;
use super::recency::CHUNK;
use super::sampled::Sampled;
use crate::trace::counts::MissCurve;

/// Receives references to blocks and counts the misses in caches of each size.
#[derive(Debug, Clone)]
pub(super) enum Stack {
    Exact(Box<Exact>),
    Sampled(Box<Sampled>),
}

impl Stack {
    pub(super) fn new(method: CurveMethod) -> Self {
        let sampled = Sampled::new(method).map(|sampled| Self::Sampled(Box::new(sampled)));
        sampled.unwrap_or_else(|| Self::Exact(Box::new(Exact::new())))
    }

    /// Records a reference to a block.
    #[inline(always)]
    pub(super) fn refer(&mut self, block: u64) {
        match self {
            Stack::Exact(exact) => exact.refer(block),
            Stack::Sampled(sampled) => sampled.refer(block),
        }
    }

    /// Records references to blocks in order.
    pub(super) fn refer_all(&mut self, blocks: &[u64]) {
        match self {
            Stack::Exact(exact) => blocks
                .chunks(CHUNK)
                .for_each(|chunk| exact.refer_all(chunk)),
            Stack::Sampled(sampled) => sampled.refer_all(blocks),
        }
    }

    /// Estimates the memory of the stack in bytes.
    pub(super) fn host_bytes(&self) -> u64 {
        match self {
            Stack::Exact(exact) => exact.host_bytes(),
            Stack::Sampled(sampled) => sampled.host_bytes(),
        }
    }

    pub(super) fn curve(&self, block_bits: u32) -> MissCurve {
        let block = 1u64.checked_shl(block_bits).unwrap_or(0);
        match self {
            Stack::Exact(exact) => exact.curve(block),
            Stack::Sampled(sampled) => sampled.curve(block),
        }
    }
}
