//! The caches of a machine, as the simulations of references and of translation need them.

use super::cache::Cause;
use crate::trace::replay::Fragments;

/// Caches of blocks in physical memory.
pub(in crate::trace) trait BlockCaches {
    /// log2 of the block size in bytes of the caches that are simulated.
    fn block_bits(&self) -> u32;

    /// The mask of the address bits within a fragment of an access.
    fn within(&self, cause: Cause) -> u64;

    /// Performs a fragment. Returns whether it only hit the first cache; then the caller counts the hit.
    fn touch(&mut self, cause: Cause, block: u64) -> bool;

    /// Counts hits in the first cache.
    fn count_first(&mut self, cause: Cause, hits: u64);

    /// Counts a read of main memory by a page walk that bypasses the caches.
    fn count_uncached_walk(&mut self);

    /// Invalidates all copies of the blocks from `first` to `last`, without counting.
    fn invalidate(&mut self, first: u64, last: u64);

    /// Records that a frame holds a virtual page. No cache holds a block of the frame.
    fn map(&mut self, frame: u64, vpn: u64);

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

    /// Performs a reference, and returns the number of its fragments.
    #[inline(always)]
    fn refer(&mut self, cause: Cause, address: u64, size: u32) -> u32 {
        let within = self.within(cause);
        if Fragments::is_one(within, address, size.into()) {
            self.touch_and_count(cause, address >> self.block_bits());
            return 1;
        }
        self.refer_split(cause, Fragments::new(within, address, size.into()))
    }

    /// Performs the fragments of a reference, and returns their number.
    #[inline(never)]
    fn refer_split(&mut self, cause: Cause, fragments: Fragments) -> u32 {
        let mut count = 0;
        for (at, _) in fragments {
            self.touch_and_count(cause, at >> self.block_bits());
            count += 1;
        }
        count
    }
}
