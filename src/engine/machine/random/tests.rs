use proptest::prelude::*;

use super::SplitMix64;

/// Source: Rosetta Code, "Pseudo-random numbers/Splitmix64". The Rosetta Code task lists the first five
/// numbers for seed 1234567.
#[test]
fn published_numbers_are_reproduced() {
    let mut random = SplitMix64::new(1_234_567);
    let drawn = [(); 5].map(|()| random.next());
    assert_eq!(
        drawn,
        [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ]
    );
}

#[test]
fn nothing_is_below_zero_and_only_zero_is_below_one() {
    let mut random = SplitMix64::new(7);
    assert_eq!((random.below(0), random.below(1)), (0, 0));
}

proptest! {
    /// Draws at or above the largest multiple of n would favor small numbers, so the generator rejects only
    /// those draws.
    #[test]
    fn below_returns_the_first_draw_under_the_largest_multiple(seed: u64, n in 1..=u64::MAX) {
        let multiple = (1_u128 << 64) / u128::from(n) * u128::from(n);
        let mut plain = SplitMix64::new(seed);
        let first = std::iter::repeat_with(|| plain.next()).find(|&draw| u128::from(draw) < multiple);
        let mut random = SplitMix64::new(seed);
        prop_assert_eq!(Some(random.below(n)), first.map(|draw| draw % n));
        prop_assert_eq!(random, plain);
    }
}
