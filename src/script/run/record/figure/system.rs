//! A machine as data.

use serde::Serialize;

/// A machine with its TLBs and caches.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct System {
    /// Width of a virtual address in bits, or `None` if programs use physical addresses.
    pub virtual_bits: Option<u32>,
    /// Width of a physical address in bits.
    pub physical_bits: u32,
    /// The page size, or `None` without page tables.
    pub page_bytes: Option<u64>,
    /// The number of levels of the page tables.
    pub levels: u32,
    pub cores: u32,
    /// The TLBs of each core, in lookup order.
    pub tlbs: Vec<SystemPart>,
    /// The caches, in lookup order.
    pub caches: Vec<SystemPart>,
    /// The latency of main memory.
    pub memory_latency: f64,
    /// The unit of the latencies: `cycles` or `ns`.
    pub unit: &'static str,
}

/// A TLB or cache of a [`System`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SystemPart {
    pub name: String,
    /// The accesses that the part serves: `data`, `instructions`, or `unified`.
    pub serves: &'static str,
    pub sets: u64,
    /// The number of entries or lines in each set.
    pub ways: u32,
    /// The block size of a cache.
    pub block_bytes: Option<u64>,
    /// Whether all cores share the part.
    pub shared: bool,
    /// The latency of a lookup.
    pub latency: f64,
}

impl SystemPart {
    /// Returns the number of entries of a TLB, or of lines of a cache.
    pub fn entries(&self) -> u64 {
        self.sets * u64::from(self.ways)
    }
}
