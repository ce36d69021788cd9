//! The caches of a process, as the simulation of translation needs them.

use super::cache::Cause;

/// Caches of blocks in physical memory. All of them have the same block size.
pub(in crate::trace) trait BlockCaches {
    /// log2 of the block size in bytes.
    fn block_bits(&self) -> u32;

    /// The mask of the address bits within a fragment.
    fn within(&self) -> u64;

    /// Performs a fragment. Returns whether it only hit the first cache; then the caller counts the hit.
    fn touch(&mut self, cause: Cause, block: u64) -> bool;

    /// Counts hits in the first cache.
    fn count_first(&mut self, cause: Cause, hits: u64);

    /// Counts a read of main memory by a page walk that bypasses the caches.
    fn count_uncached_walk(&mut self);

    /// Invalidates all copies of the blocks from `first` to `last`, without counting.
    fn invalidate(&mut self, first: u64, last: u64);

    /// Whether an access that repeats the latest one of its route only needs the first cache of the route.
    fn is_repeatable(&self, cause: Cause) -> bool;

    /// Whether loads, stores, and fetches have the same first cache.
    fn share_first(&self) -> bool;

    /// Performs a fragment and counts it.
    #[inline(always)]
    fn touch_and_count(&mut self, cause: Cause, block: u64) {
        if self.touch(cause, block) {
            self.count_first(cause, 1);
        }
    }
}
