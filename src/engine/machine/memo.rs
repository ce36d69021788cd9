//! The last hits in the sets of a TLB or cache. A repeated access finds its entry in the memo without a
//! search.

use std::fmt;

use super::addr::SetIndex;

/// Number of remembered sets. Sets with the same lowest bits share a slot.
const SLOTS: usize = 64;

/// The last hit in each set, if the set has not changed since that hit. Code that changes a set must call
/// `forget`.
///
/// The memo only saves time and never affects results. The memo of a clone starts empty, so cloning costs
/// nothing.
pub(super) struct Memo<T>(Option<Box<[Option<T>; SLOTS]>>);

impl<T: Copy> Memo<T> {
    pub(crate) const EMPTY: Self = Self(None);

    /// The remembered hit of a set, or of another set that shares its slot.
    #[inline(always)]
    pub(crate) fn get(&self, set: SetIndex) -> Option<&T> {
        self.0.as_ref()?[slot_index(set)].as_ref()
    }

    /// A mutable reference to the remembered hit of a set, or of another set that shares its slot.
    #[inline(always)]
    pub(crate) fn get_mut(&mut self, set: SetIndex) -> Option<&mut T> {
        self.0.as_mut()?[slot_index(set)].as_mut()
    }

    /// Remembers the last hit of a set.
    #[inline]
    pub(crate) fn remember(&mut self, set: SetIndex, hit: T) {
        self.0.get_or_insert_with(|| Box::new([None; SLOTS]))[slot_index(set)] = Some(hit);
    }

    /// Discards the remembered hit of a set.
    #[inline]
    pub(crate) fn forget(&mut self, set: SetIndex) {
        if let Some(places) = &mut self.0 {
            places[slot_index(set)] = None;
        }
    }

    /// Discards the remembered hits of all sets.
    pub(crate) fn clear(&mut self) {
        self.0 = None;
    }
}

#[inline(always)]
fn slot_index(set: SetIndex) -> usize {
    set.raw() as usize % SLOTS
}

impl<T> Clone for Memo<T> {
    fn clone(&self) -> Self {
        Self(None)
    }
}

impl<T> fmt::Debug for Memo<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memo")
    }
}
