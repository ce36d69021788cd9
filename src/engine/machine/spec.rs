//! The description of a memory system: address widths, page-table format, TLBs, caches, and cores.

use std::sync::Arc;

use super::addr::Vpn;
use super::event::AccessKind;
use super::policy::Policy;
use super::pte::{Bit, Pte, PteFormat, mask};

/// A latency in thousandths of the script's unit (cycles or nanoseconds).
pub type Latency = u64;

/// The description of a machine. The derived numbers are valid only if the spec passes [`Spec::check`], which
/// is also required for creating a [`super::Machine`].
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    /// Address translation, or `None` if programs use physical addresses.
    pub mmu: Option<Mmu>,
    /// Width of a physical address in bits, 1 to 64.
    pub physical_bits: u32,
    /// TLB levels, in lookup order.
    pub tlbs: Vec<TlbSpec>,
    /// Caches, in lookup order.
    pub caches: Vec<CacheSpec>,
    /// Latency of main memory.
    pub memory_latency: Latency,
    /// Whether latencies are in nanoseconds instead of cycles.
    pub nanoseconds: bool,
    /// Number of cores, 1 to 64.
    pub cores: u32,
    /// Each setting of a TLB or cache that the declaration contains, with the name of the TLB or cache. A paper prints also
    /// those that are defaults.
    pub stated: Stated,
}

/// Settings that a declaration contains, which do not distinguish machines.
#[derive(Debug, Clone, Default)]
pub struct Stated(pub Vec<(Arc<str>, Arc<str>)>);

impl PartialEq for Stated {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Address translation.
#[derive(Debug, Clone, PartialEq)]
pub struct Mmu {
    /// Width of a virtual address in bits, 1 to 64.
    pub virtual_bits: u32,
    /// Width of the page offset in bits: log2 of the page size.
    pub page_bits: u32,
    /// Number of VPN bits that index each level of the page table, top first. The numbers of all levels add
    /// up to the width of a VPN.
    pub levels: Vec<u32>,
    /// Format of a page-table entry.
    pub pte: PteFormat,
    /// Whether page walks fetch entries through the data caches.
    pub walk_cached: bool,
}

/// The accesses that a TLB or cache serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Loads and stores.
    Data,
    /// Instruction fetches.
    Instructions,
    /// Loads, stores, and fetches.
    Both,
}

/// A TLB level.
#[derive(Debug, Clone, PartialEq)]
pub struct TlbSpec {
    pub name: Arc<str>,
    /// Number of sets, a power of two.
    pub sets: u64,
    /// Entries per set.
    pub ways: u32,
    /// The policy for choosing the entry to evict from a full set.
    pub policy: Policy,
    /// The accesses that the TLB serves.
    pub side: Side,
    /// log2 of the supported page sizes, smallest first. If the list is empty, the TLB supports every page
    /// size that the page tables can map. If the TLB does not support a page's size, an entry maps the
    /// accessed part of the page, with the largest supported size that is not larger than the page. An entry
    /// never maps a page that is smaller than all supported sizes.
    pub page_bits: Vec<u32>,
    /// Whether entries are tagged with the address-space identifier of their process.
    pub asid: bool,
    /// Latency of a lookup.
    pub latency: Latency,
}

/// The time at which a store reaches the next level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WritePolicy {
    /// The store reaches the next level when the dirty block is evicted.
    Back,
    /// At once.
    Through,
}

/// The relation between a cache's contents and the contents of the caches above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inclusion {
    /// The cache is neither inclusive nor exclusive.
    None,
    /// The cache holds every block of the caches above it. An eviction from the inclusive cache invalidates
    /// the copies in the caches above.
    Inclusive,
    /// The cache holds no block of the caches above it. Victims from the caches above fill the exclusive
    /// cache, and a hit moves the block up.
    Exclusive,
}

/// The unit in which a cache size was specified. A capacity keeps its value in this unit even if a script
/// overrides the block size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capacity {
    /// Bytes of data.
    Bytes(u64),
    /// Number of lines, or of TLB entries.
    Lines(u64),
    Sets(u64),
}

/// A cache level.
#[derive(Debug, Clone, PartialEq)]
pub struct CacheSpec {
    pub name: Arc<str>,
    /// Number of sets, a power of two.
    pub sets: u64,
    /// Lines per set.
    pub ways: u32,
    /// The cache's size in the original unit. The size must agree with the sets, ways, and block size.
    pub capacity: Capacity,
    /// log2 of the block size in bytes.
    pub block_bits: u32,
    /// The policy for choosing the line to evict from a full set.
    pub policy: Policy,
    /// The time at which a store reaches the next level.
    pub write: WritePolicy,
    /// Whether a store miss fetches the block.
    pub write_allocate: bool,
    /// The accesses that the cache serves.
    pub side: Side,
    /// Whether the cache is indexed by the virtual address and tagged by the physical address.
    pub virtual_index: bool,
    /// The cache's relation to the caches above it.
    pub inclusion: Inclusion,
    /// Whether all cores share the cache.
    pub shared: bool,
    /// Latency of a lookup.
    pub latency: Latency,
}

impl Side {
    /// Whether a TLB or cache for these accesses serves `kind`.
    #[inline]
    pub fn serves(self, kind: AccessKind) -> bool {
        match self {
            Side::Data => kind != AccessKind::Execute,
            Side::Instructions => kind == AccessKind::Execute,
            Side::Both => true,
        }
    }

    /// Whether some kind of access is in both `self` and `other`.
    pub fn meets(self, other: Side) -> bool {
        self == other || self == Side::Both || other == Side::Both
    }
}

impl Spec {
    /// Width in bits of the addresses that a program uses: virtual addresses, or physical addresses without
    /// an MMU.
    pub fn virtual_bits(&self) -> u32 {
        self.mmu
            .as_ref()
            .map_or(self.physical_bits, |mmu| mmu.virtual_bits)
    }

    /// Width of the page offset in bits. Without an MMU, all of memory is one page.
    pub fn page_bits(&self) -> u32 {
        self.mmu
            .as_ref()
            .map_or(self.physical_bits, |mmu| mmu.page_bits)
    }

    /// Width of a VPN in bits, or 0 without an MMU.
    pub fn vpn_bits(&self) -> u32 {
        self.virtual_bits() - self.page_bits()
    }

    /// Width in bits of the virtual page offset, which equals that of the physical page offset.
    pub fn vpo_bits(&self) -> u32 {
        self.page_bits()
    }

    /// Width of a PPN in bits, or 0 without an MMU.
    pub fn ppn_bits(&self) -> u32 {
        self.physical_bits - self.page_bits()
    }

    /// Number of virtual pages.
    pub fn pages(&self) -> u128 {
        1 << self.vpn_bits()
    }

    /// Number of page frames.
    pub fn frames(&self) -> u128 {
        1 << self.ppn_bits()
    }

    /// Size in bytes of a one-level page table with an entry for every page, or 0 without an MMU.
    pub fn flat_page_table_bytes(&self) -> u128 {
        self.mmu
            .as_ref()
            .map_or(0, |mmu| self.pages() * u128::from(mmu.pte.bytes))
    }

    /// The number of the TLB with this name.
    pub fn tlb_named(&self, name: &str) -> Option<usize> {
        self.tlbs.iter().position(|tlb| &*tlb.name == name)
    }

    /// The number of the cache with this name.
    pub fn cache_named(&self, name: &str) -> Option<usize> {
        self.caches.iter().position(|cache| &*cache.name == name)
    }

    /// The first TLB that serves accesses of `kind`.
    pub fn first_tlb(&self, kind: AccessKind) -> Option<usize> {
        self.tlbs.iter().position(|tlb| tlb.side.serves(kind))
    }

    /// The first cache that serves accesses of `kind`.
    pub fn first_cache(&self, kind: AccessKind) -> Option<usize> {
        self.caches.iter().position(|cache| cache.side.serves(kind))
    }
}

impl Mmu {
    /// log2 of the size of a page mapped by an entry at `level` (1 is the top). An entry above the leaf level
    /// maps a huge page.
    pub fn level_page_bits(&self, level: u32) -> u32 {
        self.page_bits + self.levels.iter().skip(level as usize).sum::<u32>()
    }

    /// Size in bytes of a table at `level` (1 is the top), or 0 if the level does not exist.
    pub fn table_bytes(&self, level: u32) -> u128 {
        let bits = (level as usize)
            .checked_sub(1)
            .and_then(|n| self.levels.get(n));
        bits.map_or(0, |bits| u128::from(self.pte.bytes) << bits)
    }

    /// Whether a present entry at `level` (1 is the top) has a bit set that Intel's 4-level paging reserves
    /// (Intel SDM 3A, section 4.5.4). The reserved bits are PS in a top-level entry, and the bits between PAT
    /// and the page number in a huge page's entry.
    pub fn is_reserved(&self, level: u32, pte: Pte) -> bool {
        if !pte.flags.has(Bit::Ps) {
            return false;
        }
        let below = self.level_page_bits(level) - self.page_bits;
        // Bit 0 of a huge page's PPN is PAT.
        let low = pte.ppn & mask(below) & !1;
        below > 0 && (level == 1 || low != 0) && self.is_intel_4_level()
    }

    /// Whether tables and entries have the format of Intel's 4-level paging.
    fn is_intel_4_level(&self) -> bool {
        let entry = (
            self.pte.bytes,
            self.pte.ppn_low,
            self.pte.bit_position(Bit::Ps),
        );
        self.page_bits == 12 && self.levels == [9; 4] && entry == (8, 12, Some(7))
    }

    /// The virtual page number of an address.
    #[inline]
    pub(super) fn vpn(&self, va: u64) -> Vpn {
        Vpn::new(va.checked_shr(self.page_bits).unwrap_or(0))
    }

    /// The index of virtual page `vpn` in its table at `level` (1 is the top).
    #[inline]
    pub fn index(&self, vpn: Vpn, level: u32) -> u64 {
        let bits = self
            .levels
            .get((level as usize).wrapping_sub(1))
            .copied()
            .unwrap_or(0);
        vpn.raw()
            .checked_shr(self.level_page_bits(level) - self.page_bits)
            .unwrap_or(0)
            & mask(bits)
    }
}

impl TlbSpec {
    pub fn entries(&self) -> u64 {
        self.sets * u64::from(self.ways)
    }

    /// Number of VPN bits that select the set.
    pub fn index_bits(&self) -> u32 {
        self.sets.trailing_zeros()
    }

    /// Number of VPN bits above the index, for the smallest supported page size.
    pub fn tag_bits(&self, spec: &Spec) -> u32 {
        let vpn_bits = spec
            .virtual_bits()
            .saturating_sub(self.smallest_page_bits(spec));
        vpn_bits.saturating_sub(self.index_bits())
    }

    /// log2 of the smallest supported page size.
    pub fn smallest_page_bits(&self, spec: &Spec) -> u32 {
        self.page_bits.first().copied().unwrap_or(spec.page_bits())
    }

    /// Number of bytes that the TLB's entries can map together, for the largest listed page size. An empty
    /// list means base pages.
    pub fn reach(&self, spec: &Spec) -> u128 {
        u128::from(self.entries()) << self.page_bits.last().copied().unwrap_or(spec.page_bits())
    }
}

impl CacheSpec {
    pub fn lines(&self) -> u64 {
        self.sets * u64::from(self.ways)
    }

    /// Size of the cached data in bytes.
    pub fn size(&self) -> u128 {
        u128::from(self.lines()) << self.block_bits
    }

    /// Number of bits in the block offset.
    pub fn offset_bits(&self) -> u32 {
        self.block_bits
    }

    /// Number of address bits that select the set.
    pub fn index_bits(&self) -> u32 {
        self.sets.trailing_zeros()
    }

    /// Number of tag bits, which are the physical address bits above the index. If the index is virtual and
    /// uses bits of the page number, the tag is the whole PPN.
    pub fn tag_bits(&self, spec: &Spec) -> u32 {
        spec.physical_bits.saturating_sub(self.tag_low(spec))
    }

    /// The lowest bit of the physical address that belongs to the tag.
    pub(super) fn tag_low(&self, spec: &Spec) -> u32 {
        let low = self.block_bits + self.index_bits();
        if self.virtual_index {
            low.min(spec.page_bits())
        } else {
            low
        }
    }

    /// Whether the index and offset are within the page offset, so that the set is known before the address
    /// is translated. Returns true on a machine without an MMU.
    pub fn vipt(&self, spec: &Spec) -> bool {
        spec.mmu.is_none() || self.block_bits + self.index_bits() <= spec.page_bits()
    }

    /// Number of page colors.
    pub fn colors(&self, spec: &Spec) -> u64 {
        1 << (self.block_bits + self.index_bits()).saturating_sub(spec.page_bits())
    }
}
