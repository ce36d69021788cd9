//! Runs of words as runs of bits.

/// Bits of a word.
const WORD: usize = u64::BITS as usize;

/// Words that hold a bit a way.
pub(in crate::machine) const fn mask_words(ways: usize) -> usize {
    ways.div_ceil(WORD)
}

/// Bit `i` of `words`.
#[inline]
pub(in crate::machine) fn bit(words: &[u64], i: usize) -> bool {
    words[i / WORD] >> (i % WORD) & 1 == 1
}

/// Makes bit `i` of `words` what `on` says.
#[inline]
pub(in crate::machine) fn set_bit(words: &mut [u64], i: usize, on: bool) {
    let word = &mut words[i / WORD];
    *word = *word & !(1 << (i % WORD)) | u64::from(on) << (i % WORD);
}
