//! The methods for a miss-ratio curve.

use std::num::NonZeroU32;

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

/// The number of hashes.
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

    /// The rate.
    pub fn value(self) -> f64 {
        (self.0 as f64 + 1.0) / HASHES
    }
}
