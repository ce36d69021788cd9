//! A curve that is estimated from a sample of the blocks.
//!
//! A block is in the sample if its hash is at most a threshold. The sample contains each block with the same probability,
//! the rate, and contains all references to its blocks. A distance in the sample is therefore the rate times the distance
//! in the trace, apart from sampling errors. Source: Waldspurger, Park, Garthwaite, and Ahmad, "Efficient MRC construction
//! with SHARDS", 2015.
//!
//! Each reference in the sample represents `1 / rate` references. The sum differs from the known number of references. Where
//! these are, SHARDS-adj assumes that they hit, and SHARDS that they miss as often as the others. This estimate uses the
//! slope of the linear regression of the groups' misses on their references, which contains both as special cases
//! (Cochran, "Sampling techniques", 1977, chapter 7). A repeated reference to the last block always hits, so it needs no
//! sample.
//!
//! With a fixed number of blocks, the rate decreases whenever the sample becomes too large. References keep the weight
//! that they had.
//!
//! The hash divides the sample into [`GROUPS`] random groups. The misses of each group estimate a sixteenth of all misses.
//! The deviations of the groups from the regression therefore provide the standard error of the sum. The second part of the
//! error is the number of sampled blocks that fit into a cache, which has a binomial distribution.

use std::collections::BinaryHeap;
use std::num::NonZeroU32;

use super::exact::{CHUNK, Recency};
use crate::machine::random::SplitMix64;
use crate::trace::counts::{CurveSample, MissCurve};
use crate::trace::hot_spots::BlockNumbers;

const GROUPS: usize = 16;
/// The least number of sampled blocks in a cache for which the curve is meaningful. The sample does not
/// distinguish smaller caches. The groups do not show the error of these sizes, so the curve omits them.
const LEAST_DISTANCE: f64 = 4.0;
/// The number of powers of two.
const POWERS: usize = 65;

/// Estimated numbers of references.
#[derive(Debug, Clone, Copy)]
struct Group {
    /// First references to a block.
    first: f64,
    /// References whose distance is more than the previous power of two and at most this one.
    distances: [f64; POWERS],
}

/// An estimated number of misses.
#[derive(Debug, Clone, Copy)]
struct Estimate {
    misses: f64,
    /// The variance due to the choice of the blocks whose references are counted.
    variance: f64,
}

/// Returns twice the standard error of the misses in a cache of 2^`power` blocks. The number of sampled blocks in the cache
/// has a binomial distribution, so the size to which the misses belong also has an error.
fn error(estimates: &[Estimate], power: usize, rate: f64) -> f64 {
    let size = (1u128 << power) as f64;
    let off = 2.0 * (size * (1.0 - rate) / rate).sqrt();
    let difference = (misses_at(estimates, size - off) - misses_at(estimates, size + off)) / 2.0;
    (4.0 * estimates[power].variance + difference * difference).sqrt()
}

/// Interpolates the misses in a cache of `size` blocks.
fn misses_at(estimates: &[Estimate], size: f64) -> f64 {
    let last = estimates.len() - 1;
    let size = size.clamp(1.0, (1u128 << last) as f64);
    let above = power(size);
    let below = above.saturating_sub(1);
    let (from, to) = ((1u128 << below) as f64, (1u128 << above) as f64);
    let share = if above > below {
        (size - from) / (to - from)
    } else {
        0.0
    };
    estimates[below].misses + (estimates[above].misses - estimates[below].misses) * share
}

/// Counts the references of a sample by stack distance.
#[derive(Debug, Clone)]
pub(super) struct Sampled {
    references: u64,
    /// Number of references that do not repeat the previous reference.
    unrepeated: u64,
    /// Number of references in the sample.
    in_sample: u64,
    last: Option<u64>,
    /// The largest hash of a block in the sample.
    threshold: u64,
    /// The maximum number of blocks in the sample, and the blocks with their hashes.
    limit: Option<(usize, BinaryHeap<(u64, u32)>)>,
    numbers: BlockNumbers,
    recency: Recency,
    groups: Box<[Group; GROUPS]>,
    /// The blocks of a batch that are in the sample, with their hashes.
    chosen: Vec<(u64, u64)>,
}

/// The hash of a block, which is the same on every platform. Different blocks have different hashes.
#[inline(always)]
const fn hash(block: u64) -> u64 {
    SplitMix64::new(block).next()
}

impl Sampled {
    /// Creates an empty sample, or returns `None` for the exact method.
    pub(super) fn new(method: CurveMethod) -> Option<Self> {
        let (threshold, limit) = match method {
            CurveMethod::Exact => return None,
            CurveMethod::Rate(SampleRate(threshold)) => (threshold, None),
            CurveMethod::Blocks(most) => (u64::MAX, Some((most.get() as usize, BinaryHeap::new()))),
        };
        Some(Self {
            references: 0,
            unrepeated: 0,
            in_sample: 0,
            last: None,
            threshold,
            limit,
            numbers: BlockNumbers::default(),
            recency: Recency::new(),
            groups: Box::new(
                [Group {
                    first: 0.0,
                    distances: [0.0; POWERS],
                }; GROUPS],
            ),
            chosen: Vec::new(),
        })
    }

    /// Estimates the memory of the sample in bytes.
    pub(super) fn host_bytes(&self) -> u64 {
        self.numbers.host_bytes() + self.recency.host_bytes()
    }

    /// Records a reference to a block.
    #[inline(always)]
    pub(super) fn refer(&mut self, block: u64) {
        self.references += 1;
        if self.last == Some(block) {
            return;
        }
        self.last = Some(block);
        self.unrepeated += 1;
        let hash = hash(block);
        if hash <= self.threshold {
            let number = self.numbers.number_of(block);
            self.sample(number, hash);
        }
    }

    /// Records references to blocks. Most blocks are not in the sample, so the first loop has no branches.
    pub(super) fn refer_all(&mut self, blocks: &[u64]) {
        let mut chosen = std::mem::take(&mut self.chosen);
        chosen.resize(blocks.len(), (0, 0));
        let (mut last, mut count) = (self.last, 0);
        for block in blocks {
            let hash = hash(*block);
            chosen[count] = (*block, hash);
            let unrepeated = last != Some(*block);
            self.unrepeated += u64::from(unrepeated);
            count += usize::from(hash <= self.threshold && unrepeated);
            last = Some(*block);
        }
        self.references += blocks.len() as u64;
        self.last = last;
        for chunk in chosen[..count].chunks(CHUNK) {
            let mut numbers = [0; CHUNK];
            for ((block, _), number) in chunk.iter().zip(&mut numbers) {
                *number = self.numbers.number_of(*block);
            }
            self.recency.fetch(&numbers[..chunk.len()]);
            for ((_, hash), number) in chunk.iter().zip(numbers) {
                // The threshold may have decreased.
                if *hash <= self.threshold {
                    self.sample(number, *hash);
                }
            }
        }
        self.chosen = chosen;
    }

    /// The probability that a block is in the sample.
    fn rate(&self) -> f64 {
        SampleRate(self.threshold).value()
    }

    /// Records a reference to a block of the sample.
    #[inline(never)]
    fn sample(&mut self, number: u32, hash: u64) {
        self.in_sample += 1;
        let scale = 1.0 / self.rate();
        let group = &mut self.groups[hash as usize % GROUPS];
        if let Some(distance) = self.recency.refer(number) {
            group.add(distance, scale);
            return;
        }
        group.first += scale;
        if let Some((most, blocks)) = &mut self.limit {
            blocks.push((hash, number));
            if blocks.len() > *most
                && let Some((largest, removed)) = blocks.pop()
            {
                self.recency.remove(removed);
                self.threshold = largest.saturating_sub(1);
            }
        }
    }

    /// The estimated curve of the references so far, for blocks of `block` bytes.
    pub(super) fn curve(&self, block: u64) -> MissCurve {
        let rate = self.rate();
        let used = |power: &usize| {
            self.groups
                .iter()
                .any(|group| group.distances[*power] > 0.0)
        };
        let farthest = (0..POWERS).rev().find(used).unwrap_or(0);
        let held = power(f64::from(self.recency.len().max(1)) / rate);
        let smallest = power(1.0 + LEAST_DISTANCE * (1.0 - rate) / rate);
        let largest = farthest.max(held).max(smallest);
        let estimates: Vec<Estimate> = (0..=largest)
            .map(|power| self.misses(power, rate))
            .collect();
        let misses = estimates
            .iter()
            .map(|estimate| self.rounded(estimate.misses))
            .collect();
        let errors = (0..=largest)
            .map(|power| self.rounded(error(&estimates, power, rate)))
            .collect();
        let sample = CurveSample {
            rate,
            blocks: self.recency.len(),
            references: self.in_sample,
            smallest,
            errors,
        };
        MissCurve {
            block,
            references: self.references,
            misses,
            sample: Some(sample),
        }
    }

    /// Rounds an estimated number of misses. Only unrepeated references can miss.
    fn rounded(&self, misses: f64) -> u64 {
        // The conversion saturates.
        (misses.round() as u64).min(self.unrepeated)
    }

    /// Estimates the misses in a cache of 2^`power` blocks.
    fn misses(&self, power: usize, rate: f64) -> Estimate {
        let groups = GROUPS as f64;
        let own = self.groups.iter().map(|group| group.misses(power));
        let counts = self.groups.iter().map(Group::references);
        let (all_misses, all): (f64, f64) = (own.clone().sum(), counts.clone().sum());
        let pairs = own
            .zip(counts)
            .map(|(own, count)| (own - all_misses / groups, count - all / groups));
        let sum = |of: fn((f64, f64)) -> f64| pairs.clone().map(of).sum::<f64>();
        let (products, squares) = (
            sum(|(own, count)| own * count),
            sum(|(_, count)| count * count),
        );
        let slope = if squares > 0.0 {
            (products / squares).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let misses = all_misses + slope * (self.unrepeated as f64 - all);
        let residuals: f64 = pairs
            .map(|(own, count)| (own - slope * count).powi(2))
            .sum();
        let variance = (1.0 - rate) * residuals * groups / (groups - 2.0);
        Estimate { misses, variance }
    }
}

impl Group {
    /// Counts a reference at a distance in a sample whose blocks represent `scale` blocks each. The distance in the trace
    /// is between `(distance - 1) * scale` and `distance * scale`, and each distance in this range is equally likely.
    fn add(&mut self, distance: u32, scale: f64) {
        let low = f64::from(distance - 1) * scale;
        let last = power(f64::from(distance) * scale);
        let previous = (1u128 << last >> 1) as f64;
        let nearer = ((previous - low) / scale).clamp(0.0, 1.0);
        self.distances[last.saturating_sub(1)] += nearer * scale;
        self.distances[last] += (1.0 - nearer) * scale;
    }

    fn references(&self) -> f64 {
        self.first + self.distances.iter().sum::<f64>()
    }

    /// The misses of a cache of 2^`power` blocks.
    fn misses(&self, power: usize) -> f64 {
        self.first + self.distances.iter().skip(power + 1).sum::<f64>()
    }
}

/// log2 of the smallest power of two that is at least `value`, which is at least 1.
fn power(value: f64) -> usize {
    const MANTISSA: u32 = f64::MANTISSA_DIGITS - 1;
    let bits = value.to_bits();
    let exponent = (bits >> MANTISSA) as usize - (f64::MAX_EXP as usize - 1);
    exponent + usize::from(bits << (64 - MANTISSA) != 0)
}

/// The method for computing a miss-ratio curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CurveMethod {
    /// All references are counted.
    Exact,
    /// The references to a random sample of the blocks are counted. Each block has the same probability.
    Rate(SampleRate),
    /// The references to a random sample of at most this number of blocks are counted.
    Blocks(NonZeroU32),
}

/// The probability that a block is in a sample: the largest hash of a block in the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleRate(pub(super) u64);

const HASHES: f64 = 18_446_744_073_709_551_616.0;

impl SampleRate {
    /// The smallest rate. A smaller sample would not distinguish the sizes of common caches.
    const LEAST: f64 = 0.000_001;

    /// Returns a rate that is at least one millionth and at most 1, or `None` for other values.
    ///
    /// ```
    /// use pagewalk_engine::trace::extras::SampleRate;
    ///
    /// assert_eq!(SampleRate::new(0.25).unwrap().value(), 0.25);
    /// assert_eq!(SampleRate::new(0.0), None);
    /// assert_eq!(SampleRate::new(1.5), None);
    /// ```
    pub fn new(rate: f64) -> Option<Self> {
        // The conversion saturates.
        (Self::LEAST..=1.0)
            .contains(&rate)
            .then(|| Self(((rate * HASHES) as u64).saturating_sub(u64::from(rate < 1.0))))
    }

    pub fn value(self) -> f64 {
        (self.0 as f64 + 1.0) / HASHES
    }
}
