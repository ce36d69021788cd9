//! Tracks the caches that may hold blocks of each memory region. A search for copies of a block visits only
//! the caches recorded for the block's region.

use crate::machine::sparse::Sparse;

/// log2 of the size of a region in bytes.
const REGION: u32 = 12;
/// The maximum number of regions that a query checks one by one.
const MANY: u64 = 1 << 12;
/// Number of recently recorded regions that are remembered.
const RECENT: usize = 16;
/// A number that is not a valid region number.
const NONE: u64 = u64::MAX;

/// A set of caches, stored as a bit mask. In a machine with more than 64 caches, several caches share a bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Present(u64);

impl Present {
    const ALL: Present = Present(u64::MAX);

    const fn only(inst: usize) -> Self {
        Self(1 << (inst % 64))
    }

    /// Whether cache `inst` may be in the set.
    #[inline]
    pub(crate) const fn may_have(self, inst: usize) -> bool {
        self.0 >> (inst % 64) & 1 == 1
    }
}

/// For each region, the caches that may hold its blocks. No other cache holds blocks of the region.
#[derive(Debug, Clone)]
pub(super) struct Presence {
    regions: Sparse<u64>,
    /// Recently recorded regions and their caches, indexed by the lowest bits of the region number.
    recent: [(u64, u64); RECENT],
}

impl Presence {
    /// Creates an empty record for a memory of 2^`bits` bytes.
    pub(crate) fn new(bits: u32) -> Self {
        Self { regions: Sparse::new(1u128 << bits.saturating_sub(REGION), 1, 0), recent: [(NONE, 0); RECENT] }
    }

    /// Records that cache `inst` receives the block `first..=last`.
    #[inline]
    pub(crate) fn note(&mut self, inst: usize, first: u64, last: u64) {
        let (region, bit) = (first >> REGION, Present::only(inst).0);
        let recent = self.recent[region as usize % RECENT];
        if recent.0 != region || recent.1 & bit == 0 || last >> REGION != region {
            self.note_all(bit, region, last >> REGION);
        }
    }

    fn note_all(&mut self, bit: u64, first: u64, last: u64) {
        // A script may fill a line with a block whose address is past the end of a small memory.
        for region in first..=last.min(self.regions.last()) {
            let mut caches = self.of_region(region);
            if caches & bit == 0 {
                caches |= bit;
                self.regions.row_mut(region)[0] = caches;
            }
            self.recent[region as usize % RECENT] = (region, caches);
        }
    }

    #[inline]
    fn of_region(&self, region: u64) -> u64 {
        self.regions.row(region).map_or(0, |row| row[0])
    }

    /// The caches that may hold bytes of `first..=last`.
    #[inline]
    pub(crate) fn caches_with(&self, first: u64, last: u64) -> Present {
        let (first, last) = (first >> REGION, last >> REGION);
        if last - first >= MANY {
            return Present::ALL;
        }
        Present((first..=last).fold(0, |caches, region| caches | self.of_region(region)))
    }

    /// Records that no cache holds bytes of `first..=last`.
    pub(crate) fn clear(&mut self, first: u64, last: u64) {
        let end = last.checked_add(1).map_or(1 << (64 - REGION), |end| end >> REGION);
        let first = first.div_ceil(1 << REGION);
        if first < end {
            self.regions.reset(first, end - 1);
            self.recent = [(NONE, 0); RECENT];
        }
    }
}
