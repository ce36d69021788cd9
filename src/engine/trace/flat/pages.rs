//! The pages of a process that the trace has accessed.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::kernel::event::{KernelObserver, KernelStep};
use crate::machine::event::{Event, MachineObserver};
use crate::machine::pte::Bit;
use crate::machine::spec::{Mmu, Spec, TlbSpec};
use crate::trace::replay::KINDS;
use crate::trace::tally::Tally;

/// A page. The fields are in one number to keep the pages of a large trace in the processor's caches.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Page(u64);

impl Page {
    const PRESENT: u64 = 1;
    const DIRTY: u64 = 2;
    /// log2 of the smallest page size that this representation supports.
    const LEAST_BITS: u32 = 2;

    /// A page at a physical address.
    pub(super) const fn at(base: u64, dirty: bool) -> Self {
        Self(base | Self::PRESENT | if dirty { Self::DIRTY } else { 0 })
    }

    /// The physical address of the page.
    #[inline(always)]
    pub(super) const fn base(self) -> u64 {
        self.0 & !(Self::PRESENT | Self::DIRTY)
    }

    /// Whether the page's entry maps a frame.
    #[inline(always)]
    pub(super) const fn is_present(self) -> bool {
        self.0 & Self::PRESENT != 0
    }

    /// Whether the dirty bit of the page's entry is set.
    #[inline(always)]
    pub(super) const fn is_dirty(self) -> bool {
        self.0 & Self::DIRTY != 0
    }
}

/// A page that was accessed.
#[derive(Debug, Clone, Copy)]
pub(super) struct RecentPage {
    /// The virtual page number, or `u64::MAX` if there is no page.
    pub(super) vpn: u64,
    /// The physical address of the page.
    pub(super) base: u64,
    /// Whether another use of the page has no effect on replacement.
    pub(super) settled: bool,
}

impl RecentPage {
    pub(super) const NONE: Self = Self {
        vpn: u64::MAX,
        base: 0,
        settled: false,
    };
}

/// A hash of the numbers of regions. The order of the table is never used.
#[derive(Debug, Default)]
struct RegionHasher(u64);

impl Hasher for RegionHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        // Fibonacci hashing. The table uses both the highest and the lowest bits.
        let mixed = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }
}

/// Adjacent pages whose entries are in one table.
#[derive(Debug)]
struct Region {
    pages: Box<[Page]>,
    /// The addresses of the entries above the last level that the walks to these pages fetch, top first.
    upper: Vec<u64>,
    /// The address of the entry of the first page, or 0 if it is unknown. Page tables are above all frames, so none is at 0.
    first_entry: u64,
}

/// Maximum value of log2 of the number of pages in a region.
const MOST_REGION_BITS: u32 = 9;
/// Number of recently found regions that are remembered.
const RECENT: usize = 64;

/// The pages, by virtual page number.
#[derive(Debug)]
pub(super) struct Pages {
    regions: Vec<Region>,
    numbers: HashMap<u64, u32, BuildHasherDefault<RegionHasher>>,
    /// The regions' places in the address space plus 1, and their positions in `regions`.
    recent: Box<[(u64, u32); RECENT]>,
    /// log2 of the number of pages in a region.
    region_bits: u32,
    pte_bytes: u64,
    /// Whether page-table entries have a dirty bit.
    has_dirty_bit: bool,
}

impl Pages {
    pub(super) fn new(mmu: &Mmu) -> Self {
        let last_level = mmu.levels.last().copied().unwrap_or(0);
        Self {
            regions: Vec::new(),
            numbers: HashMap::default(),
            recent: Box::new([(0, 0); RECENT]),
            region_bits: last_level.min(MOST_REGION_BITS),
            pte_bytes: mmu.pte.bytes.into(),
            has_dirty_bit: mmu.pte.bit_position(Bit::D).is_some(),
        }
    }

    /// The region of a page, and the index of the page in the region.
    #[inline(always)]
    fn region(&mut self, vpn: u64) -> (&mut Region, usize) {
        let (place, index) = (vpn >> self.region_bits, vpn & ((1 << self.region_bits) - 1));
        let (wanted, number) = self.recent[place as usize % RECENT];
        let number = if wanted == place + 1 {
            number
        } else {
            self.find(place)
        };
        (&mut self.regions[number as usize], index as usize)
    }

    #[inline(never)]
    fn find(&mut self, place: u64) -> u32 {
        let Self {
            regions,
            numbers,
            recent,
            region_bits,
            ..
        } = self;
        let number = *numbers.entry(place).or_insert_with(|| {
            let pages = vec![Page::default(); 1 << *region_bits].into();
            regions.push(Region {
                pages,
                upper: Vec::new(),
                first_entry: 0,
            });
            regions.len() as u32 - 1
        });
        recent[place as usize % RECENT] = (place + 1, number);
        number
    }

    /// A page. At first, a page is not present.
    #[inline(always)]
    pub(super) fn get(&mut self, vpn: u64) -> Page {
        let (region, index) = self.region(vpn);
        region.pages[index]
    }

    /// The addresses of the entries above the last level that the walk to a page fetches, top first, and the address of the
    /// page's own entry.
    #[inline(always)]
    pub(super) fn walk(&mut self, vpn: u64) -> (&[u64], u64) {
        let bytes = self.pte_bytes;
        let (region, index) = self.region(vpn);
        (&region.upper, region.first_entry + index as u64 * bytes)
    }

    /// Whether the addresses of the entries on the path to a page are known. All tables of the path exist then, because the
    /// kernel frees no table.
    pub(super) fn knows_walk(&mut self, vpn: u64) -> bool {
        self.region(vpn).0.first_entry != 0
    }

    /// Records the addresses of the entries that the walk to a page fetches, top first.
    pub(super) fn set_walk(&mut self, vpn: u64, walk: &[u64]) {
        let bytes = self.pte_bytes;
        let (region, index) = self.region(vpn);
        if let Some((last, upper)) = walk.split_last() {
            region.upper = upper.to_vec();
            region.first_entry = last - index as u64 * bytes;
        }
    }

    /// Records that a page is present.
    pub(super) fn map(&mut self, vpn: u64, base: u64, stored: bool) {
        let dirty = stored || !self.has_dirty_bit;
        let (region, index) = self.region(vpn);
        region.pages[index] = Page::at(base, dirty);
    }

    /// Estimates the memory of the pages in bytes.
    pub(super) fn host_bytes(&self) -> u64 {
        self.regions.len() as u64 * (160 + (8 << self.region_bits))
    }

    /// Records that a page is dirty.
    pub(super) fn set_dirty(&mut self, vpn: u64) {
        let (region, index) = self.region(vpn);
        region.pages[index].0 |= Page::DIRTY;
    }

    /// Records that a page is no longer present.
    pub(super) fn unmap(&mut self, vpn: u64) {
        let (region, index) = self.region(vpn);
        region.pages[index] = Page::default();
    }
}

/// Whether each block of a process can only be in one set of each cache.
///
/// A block that a cache above writes back has no virtual address, so it may be in two sets of a cache with a virtual index.
pub(in crate::trace) fn have_one_set_per_block(spec: &Spec) -> bool {
    let is_first = |level: usize| {
        let mut kinds = KINDS
            .iter()
            .filter(|kind| spec.caches[level].side.serves(**kind));
        kinds.all(|kind| spec.first_cache(*kind) == Some(level))
    };
    let mut caches = spec.caches.iter().enumerate();
    caches.all(|(level, cache)| !cache.virtual_index || cache.vipt(spec) || is_first(level))
}

/// Whether the flat simulation can translate the addresses of a machine whose caches have the same block size.
pub(in crate::trace) fn can_translate(spec: &Spec) -> bool {
    let (Some(mmu), Some(first)) = (&spec.mmu, spec.caches.first()) else {
        return false;
    };
    let (block_bits, page_bits) = (first.block_bits, mmu.page_bits);
    // Blocks contain whole page-table entries, and pages contain whole blocks.
    let fits = (1 << block_bits) >= u64::from(mmu.pte.bytes)
        && block_bits <= page_bits
        && page_bits >= Page::LEAST_BITS;
    let serves = KINDS
        .iter()
        .all(|kind| spec.first_tlb(*kind).is_some() == spec.first_cache(*kind).is_some());
    let has_base_pages = |tlb: &TlbSpec| {
        tlb.page_bits
            .first()
            .is_none_or(|smallest| *smallest == page_bits)
    };
    fits && serves && spec.tlbs.iter().all(has_base_pages)
}

/// Observes the handling of a fault.
#[derive(Debug)]
pub(super) struct FaultObserver<'a> {
    pub(super) tally: &'a mut Tally,
    /// The pages that the kernel evicted.
    pub(super) evicted: Vec<u64>,
    /// The levels and first physical pages of the page tables that the kernel allocated.
    pub(super) tables: Vec<(u32, u64)>,
}

impl MachineObserver for FaultObserver<'_> {
    fn on_event(&mut self, _: Event) {}
}

impl KernelObserver for FaultObserver<'_> {
    fn on_step(&mut self, step: KernelStep) {
        self.tally.on_step(step);
        match step {
            KernelStep::Evicted {
                page: Some(page), ..
            } => self.evicted.push(page.vpn.raw()),
            KernelStep::Table { level, ppn } => self.tables.push((level, ppn)),
            _ => {}
        }
    }
}
