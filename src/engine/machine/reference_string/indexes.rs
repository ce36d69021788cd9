//! Sets of the indexes of references.

use crate::machine::bits::{bit, mask_words, set_bit};

/// A set of indexes of references, with one bit for each reference up to the highest index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Indexes(Vec<u64>);

impl Indexes {
    /// Adds an index.
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
