//! The simulator's only source of randomness. The same seed produces the same numbers on every platform.

/// `SplitMix64`, a random number generator that produces 64 bits at a time from a 64-bit state.
///
/// A draw adds the constant 0x9E3779B97F4A7C15 (2^64 divided by the golden ratio, made odd) to the state and
/// mixes the sum `z` in three steps: `z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9`,
/// `z = (z ^ z >> 27) * 0x94D049BB133111EB`, and `z = z ^ z >> 31`. All arithmetic is modulo 2^64. The period
/// of the generator is 2^64. `SplitMix64` is not suitable for cryptography.
///
/// Source: Steele, Lea, and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, with the
/// mixing constants of David Stafford's variant 13, as in Sebastiano Vigna's `splitmix64.c` (public domain).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SplitMix64 {
    state: u64,
}

impl SplitMix64 {
    /// Creates a generator with the state `seed`.
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Draws 64 random bits.
    #[allow(
        clippy::should_implement_trait,
        reason = "a generator never ends, so it is not an iterator"
    )]
    pub const fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = self.state;
        let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Draws a number below `n`, with equal probabilities. Returns 0 if `n` is 0.
    ///
    /// The result is a 64-bit draw modulo `n`. The generator rejects the highest 2^64 mod n draws, because
    /// they would favor small numbers.
    pub const fn below(&mut self, n: u64) -> u64 {
        if n == 0 {
            return 0;
        }
        let surplus = n.wrapping_neg() % n;
        loop {
            let draw = self.next();
            if draw <= u64::MAX - surplus {
                return draw % n;
            }
        }
    }
}

#[cfg(test)]
mod tests;
