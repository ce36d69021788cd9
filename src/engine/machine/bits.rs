//! Bit sets stored in slices of words.

use std::iter::successors;

const WORD: usize = u64::BITS as usize;

/// Number of words needed for one bit per way.
pub(super) const fn mask_words(ways: usize) -> usize {
    ways.div_ceil(WORD)
}

#[inline]
pub(super) fn bit(words: &[u64], i: usize) -> bool {
    words[i / WORD] >> (i % WORD) & 1 == 1
}

/// The positions of the set bits, in order.
pub(super) fn ones(words: &[u64]) -> impl Iterator<Item = usize> + '_ {
    let in_word = |word: u64| {
        let next = |word: &u64| Some(word & (word - 1)).filter(|&rest| rest != 0);
        successors(Some(word).filter(|&word| word != 0), next)
            .map(|word| word.trailing_zeros() as usize)
    };
    words
        .iter()
        .enumerate()
        .flat_map(move |(n, &word)| in_word(word).map(move |i| n * WORD + i))
}

/// Sets bit `i` of `words` to `on`.
#[inline]
pub(super) fn set_bit(words: &mut [u64], i: usize, on: bool) {
    let word = &mut words[i / WORD];
    *word = *word & !(1 << (i % WORD)) | u64::from(on) << (i % WORD);
}
