//! The sweeps of clock hands over the ways of a set.

use crate::machine::bits::{bit, mask_words, set_bit};

/// Advances the hand to the first way with a clear use bit that `stop` accepts, clearing set bits along the
/// way. Skips ways that must not be evicted. The first pass clears every bit, so the second pass finds a way.
pub(super) fn sweep(
    words: &mut [u64],
    ways: usize,
    may: impl Fn(usize) -> bool,
    stop: impl Fn(usize) -> bool,
) -> Option<usize> {
    let mask = mask_words(ways);
    let hand = words[mask] as usize;
    for step in 0..2 * ways {
        let way = (hand + step) % ways;
        if !may(way) {
            continue;
        }
        if !bit(words, way) && stop(way) {
            words[mask] = way as u64 + 1;
            return Some(way);
        }
        set_bit(words, way, false);
    }
    None
}

/// Advances the hand to the first way in the lowest class of use and dirty bits that is not empty. The first round
/// looks for a clean way with a clear use bit and changes nothing. The second round looks for a dirty way with a
/// clear use bit, and clears the use bits that it passes. Two more such rounds find a way in the other
/// classes. The hand skips ways that must not be evicted, and passes ways that `stop` does not accept. These
/// are the four steps in Stallings, section 8.2. Silberschatz, section 9.4.5.3, evicts the same page, but
/// does not define when the search clears use bits.
pub(super) fn sweep_classes(
    words: &mut [u64],
    ways: usize,
    may: impl Fn(usize) -> bool,
    stop: impl Fn(usize) -> bool,
) -> Option<usize> {
    let mask = mask_words(ways);
    let hand = words[2 * mask] as usize;
    if let Some(way) = next_clean(words, ways, hand, |way| may(way) && stop(way)) {
        words[2 * mask] = way as u64 + 1;
        return Some(way);
    }
    for (round, step) in (1..4).flat_map(|round| (0..ways).map(move |step| (round, step))) {
        let way = (hand + step) % ways;
        if !may(way) {
            continue;
        }
        if !bit(words, way) && bit(&words[mask..], way) == (round % 2 == 1) && stop(way) {
            words[2 * mask] = way as u64 + 1;
            return Some(way);
        }
        if round == 1 {
            set_bit(words, way, false);
        }
    }
    None
}

/// The first clean way with a clear use bit that satisfies `may`, starting at the hand. Skips words without such ways.
fn next_clean(
    words: &[u64],
    ways: usize,
    hand: usize,
    may: impl Fn(usize) -> bool,
) -> Option<usize> {
    let mask = mask_words(ways);
    let find = |mut way: usize, end: usize| {
        while way < end {
            let clean = !(words[way / 64] | words[mask + way / 64]) >> (way % 64);
            if clean == 0 {
                way = (way / 64 + 1) * 64;
                continue;
            }
            way += clean.trailing_zeros() as usize;
            if way < end && may(way) {
                return Some(way);
            }
            way += 1;
        }
        None
    };
    find(hand, ways).or_else(|| find(0, hand.min(ways)))
}
