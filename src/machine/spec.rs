//! What a memory system is made of: widths, page-table format, TLBs, caches, cores. Plain data, checked once.

use std::rc::Rc;

use super::policy::Policy;
use super::pte::PteFormat;

/// A latency in thousandths of the script's unit (cycles or nanoseconds).
pub type Latency = u64;

/// How a machine is built. [`Spec::check`] must have passed before a [`super::Machine`] is made of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    /// Address translation; none means that addresses are physical.
    pub mmu: Option<Mmu>,
    /// Width of a physical address, 1 to 64.
    pub physical_bits: u32,
    /// TLB levels, in the order of lookup.
    pub tlbs: Vec<TlbSpec>,
    /// Caches, in the order of lookup.
    pub caches: Vec<CacheSpec>,
    /// Latency of main memory.
    pub memory_latency: Latency,
    /// Number of cores, 1 to 64.
    pub cores: u32,
}

/// Address translation.
#[derive(Debug, Clone, PartialEq)]
pub struct Mmu {
    /// Width of a virtual address, 1 to 64.
    pub virtual_bits: u32,
    /// Width of the page offset: log2 of the page size.
    pub page_bits: u32,
    /// Bits of the VPN that index each level of the page table, top first; they sum to the VPN's width.
    pub levels: Vec<u32>,
    /// Format of an entry.
    pub pte: PteFormat,
    /// Entries are fetched through the data caches.
    pub walk_cached: bool,
}

/// Which accesses a TLB or cache serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Loads and stores.
    Data,
    /// Instruction fetches.
    Instructions,
    /// All of them.
    Both,
}

/// A TLB level.
#[derive(Debug, Clone, PartialEq)]
pub struct TlbSpec {
    /// Its name; `tlb` for the unnamed one.
    pub name: Rc<str>,
    /// Number of sets, a power of two.
    pub sets: u64,
    /// Entries a set.
    pub ways: u32,
    /// Which entry of a full set goes.
    pub policy: Policy,
    /// Which accesses it serves.
    pub side: Side,
    /// log2 of the page sizes it holds, smallest first. A page larger than these enters by its part of the largest
    /// size that fits; a page smaller than all of them does not enter.
    pub page_bits: Vec<u32>,
    /// Entries are marked with the process they belong to.
    pub asid: bool,
    /// Latency of a lookup.
    pub latency: Latency,
}

/// What a cache does with a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WritePolicy {
    /// Marks the block dirty and writes it down when it is evicted.
    Back,
    /// Passes each store down.
    Through,
}

/// What a cache level holds with regard to the levels above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inclusion {
    /// Neither inclusive nor exclusive: each level keeps what it was filled with.
    None,
    /// Everything above is here too: an eviction here invalidates above.
    Inclusive,
    /// Nothing above is here: filled by victims of the level above, left by a hit.
    Exclusive,
}

/// A cache level.
#[derive(Debug, Clone, PartialEq)]
pub struct CacheSpec {
    /// Its name; `cache` for the unnamed one.
    pub name: Rc<str>,
    /// Number of sets, a power of two.
    pub sets: u64,
    /// Lines a set.
    pub ways: u32,
    /// log2 of the block size in bytes.
    pub block_bits: u32,
    /// Which line of a full set goes.
    pub policy: Policy,
    /// What a store does.
    pub write: WritePolicy,
    /// A missing store brings the block in.
    pub write_allocate: bool,
    /// Which accesses it serves.
    pub side: Side,
    /// Indexed by the virtual address (and tagged physically).
    pub virtual_index: bool,
    /// With regard to the levels above.
    pub inclusion: Inclusion,
    /// One for all cores.
    pub shared: bool,
    /// Latency of a lookup.
    pub latency: Latency,
}
