//! A cache without the other caches of its machine.

use super::cache::{Cause, FlatCache};
use crate::machine::cache::Counts;
use crate::machine::spec::CacheSpec;

/// A cache that fetches each block that it does not hold.
#[derive(Debug)]
pub(in crate::trace) struct SingleCache(FlatCache);

impl SingleCache {
    /// Creates an empty cache, or returns `None` if this representation does not support it.
    pub(in crate::trace) fn new(spec: &CacheSpec) -> Option<Self> {
        FlatCache::new(spec).map(Self)
    }

    /// Performs references to a block, and marks it dirty if `store` is true.
    #[inline(always)]
    pub(in crate::trace) fn refer(&mut self, block: u64, store: bool) {
        if let Err(victim) = self.0.touch_or_fill(block, store) {
            self.0.count(Cause::Read, false);
            self.0.count_eviction(victim);
        }
    }

    /// Writes a block for a cache above, and marks it dirty if `dirty` is true.
    #[inline(always)]
    pub(in crate::trace) fn write(&mut self, block: u64, dirty: bool) {
        if let Err(victim) = self.0.touch_or_fill(block, dirty) {
            self.0.count_eviction(victim);
        }
    }

    /// Refers to a block during a page walk.
    #[inline(always)]
    pub(in crate::trace) fn walk(&mut self, block: u64) {
        if let Err(victim) = self.0.touch_or_fill(block, false) {
            self.0.count(Cause::Walk, false);
            self.0.count_eviction(victim);
        }
    }

    /// Writes back a dirty block.
    pub(in crate::trace) fn clean(&mut self, block: u64) {
        self.0.writebacks += u64::from(self.0.clean(block));
    }

    /// Invalidates a block.
    pub(in crate::trace) fn invalidate(&mut self, block: u64) {
        self.0.invalidate(block);
    }

    /// Returns the counts after `accesses` references, and `walks` references of page walks.
    pub(in crate::trace) fn counts(&self, accesses: u64, walks: u64) -> Counts {
        let counts = self.0.counts().counts;
        let walk_hits = walks - counts.walk_misses;
        Counts { hits: accesses - counts.misses, walk_hits, ..counts }
    }
}
