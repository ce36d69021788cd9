//! Ordered maps and sets with shared structure. Cloning only increments a reference count, and a later change
//! copies only the path to the changed node.

use std::ops::Range;

use crate::machine::sparse::Sparse;

pub(crate) use imbl::{OrdMap as Map, OrdSet as Set};
/// A value that clones share until one of them changes it.
pub(crate) use triomphe::Arc as Shared;

/// log2 of the number of values in a leaf, the unit that a write to a clone copies.
const LEAF_BITS: u32 = 6;

/// A map from numbers to values. Unlike a [`Map`], a table finds a value without comparing keys, so it is faster for
/// numbers that are close together. B-trees took half of the time of a swap fault.
#[derive(Debug, Clone)]
pub struct Table<V> {
    cells: Sparse<Option<V>>,
}

impl<V: Clone> Table<V> {
    /// Creates an empty table for the numbers below `limit` (at most 2^64).
    pub(crate) fn new(limit: impl Into<u128>) -> Self {
        Self {
            cells: Sparse::with_leaves(limit.into(), 1, None, LEAF_BITS),
        }
    }

    /// The value of a number.
    #[inline]
    pub fn get(&self, number: u64) -> Option<&V> {
        self.cells.row(number)?[0].as_ref()
    }

    /// A mutable reference to the value of a number.
    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut V> {
        self.cells.written_mut(number)?[0].as_mut()
    }

    /// A mutable reference to the place for the value of a number.
    ///
    /// # Panics
    /// Panics if the number is too large for the table.
    pub(crate) fn place_mut(&mut self, number: u64) -> &mut Option<V> {
        &mut self.cells.row_mut(number)[0]
    }

    /// Sets the value of a number and returns the old value.
    ///
    /// # Panics
    /// Panics if the number is too large for the table.
    pub(crate) fn insert(&mut self, number: u64, value: V) -> Option<V> {
        self.place_mut(number).replace(value)
    }

    /// Removes the value of a number and returns it.
    pub(crate) fn remove(&mut self, number: u64) -> Option<V> {
        self.cells.written_mut(number)?[0].take()
    }

    /// Removes the values in a range and frees their storage.
    pub(crate) fn clear(&mut self, range: Range<u64>) {
        if let Some(last) = range.end.checked_sub(1) {
            self.cells.reset(range.start, last);
        }
    }

    /// The values, each with its number, in order.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &V)> + '_ {
        self.range(0..u64::MAX)
    }

    /// The memory that the table needs, in bytes, if a value has `value` bytes.
    pub(crate) fn host_bytes(&self, value: u64) -> u64 {
        self.cells.host_bytes(value)
    }

    /// The values in a range, each with its number, in order.
    pub fn range(&self, range: Range<u64>) -> impl Iterator<Item = (u64, &V)> + '_ {
        let rows = range
            .end
            .checked_sub(1)
            .map(|last| self.cells.rows_in(range.start, last));
        rows.into_iter()
            .flatten()
            .filter_map(|(number, row)| Some((number, row[0].as_ref()?)))
    }
}
