//! What the sets of a TLB or cache answered last: an answer that is asked for again needs no search, and changes nothing.

use std::fmt;

use super::addr::SetIndex;

/// Sets that are remembered; those with the same lowest bits share a place.
const SLOTS: usize = 64;

/// For each set, the hit that was the last thing to happen to it. Whoever changes a set forgets it here.
///
/// It only saves time: a copy begins with nothing, so that copying costs nothing.
pub(super) struct Memo<T>(Option<Box<[Option<T>; SLOTS]>>);

impl<T: Copy> Memo<T> {
    pub(crate) const EMPTY: Self = Self(None);

    /// What is remembered of a set, or of another that shares its place.
    #[inline(always)]
    pub(crate) fn get(&self, set: SetIndex) -> Option<&T> {
        self.0.as_ref()?[slot_index(set)].as_ref()
    }

    /// What is remembered of a set, or of another that shares its place, to be changed.
    #[inline(always)]
    pub(crate) fn get_mut(&mut self, set: SetIndex) -> Option<&mut T> {
        self.0.as_mut()?[slot_index(set)].as_mut()
    }

    /// Remembers the last hit of a set.
    #[inline]
    pub(crate) fn remember(&mut self, set: SetIndex, hit: T) {
        self.0.get_or_insert_with(|| Box::new([None; SLOTS]))[slot_index(set)] = Some(hit);
    }

    /// Something else happened to a set.
    #[inline]
    pub(crate) fn forget(&mut self, set: SetIndex) {
        if let Some(places) = &mut self.0 {
            places[slot_index(set)] = None;
        }
    }

    /// Something else happened to any set.
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
