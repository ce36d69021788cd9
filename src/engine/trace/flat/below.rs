//! The part of a machine below the caches that are simulated.

use super::cache::Cause;
use crate::trace::counts::MemoryTransfers;

/// Main memory, or a cache that receives the same requests.
pub(in crate::trace) trait Below {
    /// Fetches a block, but does not count the fetch.
    fn read(&mut self, cause: Cause, block: u64);

    /// Counts fetches.
    fn count_reads(&mut self, cause: Cause, reads: u64);

    /// Stores a block. If `is_lookup` is false, the store is a write-back, or it has already fetched the block.
    fn write(&mut self, block: u64, is_lookup: bool);

    /// Counts a write to main memory that a snoop causes.
    fn count_snooped(&mut self);

    /// Counts a read of main memory by a page walk that bypasses the caches.
    fn count_uncached_walk(&mut self);

    /// Invalidates a block, without counting.
    fn invalidate(&mut self, block: u64);

    /// Records that a frame holds a virtual page. No cache holds a block of the frame.
    fn map(&mut self, frame: u64, vpn: u64);

    /// Whether it holds the blocks of both data and instructions.
    fn is_shared(&self) -> bool;
}

impl Below for MemoryTransfers {
    #[inline(always)]
    fn read(&mut self, _: Cause, _: u64) {}

    #[inline(always)]
    fn count_reads(&mut self, cause: Cause, reads: u64) {
        *if cause == Cause::Walk {
            &mut self.walks
        } else {
            &mut self.reads
        } += reads;
    }

    #[inline(always)]
    fn write(&mut self, _: u64, _: bool) {
        self.writes += 1;
    }

    fn count_snooped(&mut self) {
        self.writes += 1;
    }

    fn count_uncached_walk(&mut self) {
        self.walks += 1;
    }

    fn invalidate(&mut self, _: u64) {}

    fn map(&mut self, _: u64, _: u64) {}

    fn is_shared(&self) -> bool {
        true
    }
}
