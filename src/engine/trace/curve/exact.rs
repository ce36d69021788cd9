//! The exact curve.

use super::recency::{CHUNK, Recency};
use crate::trace::blocks::BlockNumbers;
use crate::trace::counts::MissCurve;

/// log2 of the number of adjacent blocks that have adjacent numbers.
const NEIGHBORS: u32 = 4;

/// Counts the references by stack distance.
#[derive(Debug, Clone)]
pub(super) struct Exact {
    /// The numbers of groups of adjacent blocks.
    groups: BlockNumbers,
    recency: Recency,
    last: Option<u64>,
    /// Number of references whose distance is more than the previous power of two and at most this one.
    distances: [u64; 33],
}

impl Exact {
    pub(super) fn new() -> Self {
        let (groups, recency) = (BlockNumbers::default(), Recency::new());
        Self {
            groups,
            recency,
            last: None,
            distances: [0; 33],
        }
    }

    /// Estimates the memory of the stack in bytes.
    pub(super) fn host_bytes(&self) -> u64 {
        self.groups.host_bytes() + self.recency.host_bytes()
    }

    /// Records a reference to a block.
    #[inline]
    pub(super) fn refer(&mut self, block: u64) {
        if self.is_repeated(block) {
            return;
        }
        let number = self.number_of(block);
        self.count(number);
    }

    /// Records references to at most [`CHUNK`] blocks. Each step is performed for all of these blocks before the next step,
    /// so that the processor overlaps the cache misses of a step.
    pub(super) fn refer_all(&mut self, blocks: &[u64]) {
        let (mut numbers, mut count) = ([0; CHUNK], 0);
        for block in blocks {
            if !self.is_repeated(*block) {
                numbers[count] = self.number_of(*block);
                count += 1;
            }
        }
        let numbers = &numbers[..count];
        self.recency.fetch(numbers);
        for number in numbers {
            self.count(*number);
        }
    }

    /// Counts a reference to the last block, which needs no other work.
    #[inline(always)]
    fn is_repeated(&mut self, block: u64) -> bool {
        let repeated = self.last == Some(block);
        self.distances[0] += u64::from(repeated);
        self.last = Some(block);
        repeated
    }

    #[inline(always)]
    fn number_of(&mut self, block: u64) -> u32 {
        let within = block as u32 & ((1 << NEIGHBORS) - 1);
        self.groups.number_of(block >> NEIGHBORS) << NEIGHBORS | within
    }

    #[inline(always)]
    fn count(&mut self, number: u32) {
        if let Some(distance) = self.recency.refer(number) {
            self.distances[power(distance) as usize] += 1;
        }
    }

    /// The curve of the references so far, for blocks of `block` bytes.
    pub(super) fn curve(&self, block: u64) -> MissCurve {
        let again: u64 = self.distances.iter().sum();
        let references = again + u64::from(self.recency.len());
        let largest = power(self.recency.len().max(1)) as usize;
        let hits = self.distances[..=largest].iter().scan(0, |hits, count| {
            *hits += count;
            Some(*hits)
        });
        let misses = hits.map(|hits| references - hits).collect();
        MissCurve {
            block,
            references,
            misses,
            sample: None,
        }
    }
}

/// log2 of the smallest power of two that is at least `distance`, which is not 0.
const fn power(distance: u32) -> u32 {
    u32::BITS - (distance - 1).leading_zeros()
}
