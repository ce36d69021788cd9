//! The memory of the caches and of main memory.

use super::Hierarchy;
use crate::machine::cache::Cache;
use crate::machine::footprint::{Footprint, MemoryUse};

impl Hierarchy {
    /// Adds the memory of the caches and of main memory.
    pub(crate) fn add_footprint(&self, to: &mut Footprint) {
        let caches = self.caches.iter().map(Cache::host_bytes).sum::<u64>();
        to.add(
            MemoryUse::Caches,
            caches + self.presence.host_bytes() + self.lifted.host_bytes(),
        );
        to.add(MemoryUse::MainMemory, self.memory.host_bytes());
    }
}
