//! Derives seeds from other seeds.

use pagewalk_engine::machine::random::SplitMix64;

/// Derives a seed from another seed and a number. For the same seed, different numbers give different
/// results.
pub(crate) fn mixed(seed: u64, with: u64) -> u64 {
    SplitMix64::new(SplitMix64::new(seed).next() ^ with).next()
}

/// Returns a function that generates random numbers. Each number is below the function's argument, which must
/// not be 0.
pub(crate) fn draws(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut random = SplitMix64::new(seed);
    move |below| random.below(below)
}

/// Derives a seed from another seed and a text.
pub(crate) fn mixed_text(seed: u64, text: &str) -> u64 {
    text.as_bytes()
        .chunks(8)
        .fold(mixed(seed, text.len() as u64), |seed, bytes| {
            let word = bytes
                .iter()
                .fold(0, |word, byte| word << 8 | u64::from(*byte));
            mixed(seed, word)
        })
}
