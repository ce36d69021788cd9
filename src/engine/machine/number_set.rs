//! Sets of numbers: bits in slices of words, and sparse sets.

use std::iter::successors;

use super::sparse::Sparse;

/// log2 of the number of bits in a word.
const WORD_BITS: u32 = 6;

/// log2 of the number of words in a leaf, the unit that a write to a clone copies.
const LEAF_BITS: u32 = 8;

/// A set of numbers below a limit. The words form a tree: a bit of a word above the last level is set if the word's
/// child is not 0. Each method takes O(log n) time with base 64. [`Clone`] is O(1).
#[derive(Debug, Clone)]
pub(crate) struct NumberSet {
    /// The words. Word 0 is the root, and the children of word `n` start at word `64 * n + 1`.
    words: Sparse<u64>,
    /// The first word of the last level, whose bits are the numbers.
    last_level: u64,
    len: u32,
}

impl NumberSet {
    /// Creates an empty set of numbers below `limit`.
    pub(crate) fn new(limit: u32) -> Self {
        let (mut last_level, mut words) = (0, 1_u64);
        while words << WORD_BITS < u64::from(limit) {
            last_level += words;
            words <<= WORD_BITS;
        }
        Self {
            words: Sparse::with_leaves((last_level + words).into(), 1, 0, LEAF_BITS),
            last_level,
            len: 0,
        }
    }

    /// Number of elements.
    pub(crate) fn len(&self) -> u32 {
        self.len
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a number and returns whether it was absent.
    ///
    /// # Panics
    /// Panics if the number is far above the limit.
    pub(crate) fn insert(&mut self, number: u32) -> bool {
        let (mut word, mut bit) = self.place(number);
        if self.word(word) >> bit & 1 == 1 {
            return false;
        }
        self.len += 1;
        loop {
            let bits = &mut self.words.row_mut(word)[0];
            let was_empty = *bits == 0;
            *bits |= 1 << bit;
            if word == 0 || !was_empty {
                return true;
            }
            (word, bit) = above(word);
        }
    }

    /// Removes a number and returns whether it was present.
    pub(crate) fn remove(&mut self, number: u32) -> bool {
        let (mut word, mut bit) = self.place(number);
        if self.word(word) >> bit & 1 == 0 {
            return false;
        }
        self.len -= 1;
        loop {
            let bits = &mut self.words.row_mut(word)[0];
            *bits &= !(1 << bit);
            if word == 0 || *bits != 0 {
                return true;
            }
            (word, bit) = above(word);
        }
    }

    /// The lowest number.
    pub(crate) fn first(&self) -> Option<u32> {
        self.first_in(0, self.word(0))
    }

    /// The lowest number that is at least `from`.
    pub(crate) fn first_from(&self, from: u32) -> Option<u32> {
        let (mut word, mut bit) = self.place(from);
        if word > self.words.last() {
            return None;
        }
        let mut found = self.word(word) >> bit << bit;
        while found == 0 && word > 0 {
            (word, bit) = above(word);
            found = self.word(word) & u64::MAX.checked_shl(bit + 1).unwrap_or(0);
        }
        self.first_in(word, found)
    }

    /// The lowest number whose path begins with a word and one of the bits `found` of this word.
    fn first_in(&self, mut word: u64, mut found: u64) -> Option<u32> {
        while found != 0 {
            let bit = u64::from(found.trailing_zeros());
            if word >= self.last_level {
                return Some(((word - self.last_level) << WORD_BITS | bit) as u32);
            }
            word = (word << WORD_BITS) + 1 + bit;
            found = self.word(word);
        }
        None
    }

    /// The word and the bit of a number.
    fn place(&self, number: u32) -> (u64, u32) {
        (
            self.last_level + u64::from(number >> WORD_BITS),
            number & 63,
        )
    }

    fn word(&self, word: u64) -> u64 {
        self.words.row(word).map_or(0, |row| row[0])
    }
}

/// The word above a word other than the root, and the bit for this child.
fn above(word: u64) -> (u64, u32) {
    ((word - 1) >> WORD_BITS, ((word - 1) & 63) as u32)
}

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

/// A set of indexes of references, with one bit for each reference up to the highest index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Indexes(Vec<u64>);

impl Indexes {
    pub fn insert(&mut self, index: usize) {
        let needed = mask_words(index + 1);
        if needed > self.0.len() {
            self.0.resize(needed, 0);
        }
        set_bit(&mut self.0, index, true);
    }

    /// Whether the set contains an index.
    pub fn contains(&self, index: usize) -> bool {
        mask_words(index + 1) <= self.0.len() && bit(&self.0, index)
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<usize> for Indexes {
    fn from_iter<I: IntoIterator<Item = usize>>(indexes: I) -> Self {
        let mut set = Self::default();
        indexes.into_iter().for_each(|index| set.insert(index));
        set
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::NumberSet;

    /// A limit, and numbers below it, each to insert or to remove.
    fn limit_and_changes() -> impl Strategy<Value = (u32, Vec<(u32, bool)>)> {
        prop_oneof![
            1..200_u32,
            Just(4096),
            Just(4097),
            Just(1 << 24),
            Just(u32::MAX)
        ]
        .prop_flat_map(|limit| {
            let number = prop_oneof![0..limit.min(70), 0..limit, limit - limit.min(70)..limit];
            (
                Just(limit),
                prop::collection::vec((number, any::<bool>()), 0..200),
            )
        })
    }

    proptest! {
        #[test]
        fn behaves_as_an_ordered_set((limit, changes) in limit_and_changes()) {
            let (mut set, mut expected) = (NumberSet::new(limit), BTreeSet::new());
            for (number, insert) in changes {
                let (changed, model) = if insert {
                    (set.insert(number), expected.insert(number))
                } else {
                    (set.remove(number), expected.remove(&number))
                };
                prop_assert_eq!(changed, model);
                prop_assert_eq!((set.len(), set.is_empty()), (expected.len() as u32, expected.is_empty()));
                prop_assert_eq!(set.first(), expected.first().copied());
                prop_assert_eq!(set.first_from(number), expected.range(number..).next().copied());
                prop_assert_eq!(set.first_from(limit), None);
            }
        }
    }
}
