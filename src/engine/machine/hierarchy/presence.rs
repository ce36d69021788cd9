//! Which caches may hold blocks of which part of memory, so that whoever looks for copies asks few of them.

use crate::machine::sparse::Sparse;

/// log2 of a region, in bytes.
const REGION: u32 = 12;
/// The most regions that are looked at one by one.
const MANY: u64 = 1 << 12;
/// As many regions lately noted are remembered.
const RECENT: usize = 16;
/// No region has this number.
const NONE: u64 = u64::MAX;

/// Caches as bits; a bit may stand for several caches of a machine that has more than 64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Present(u64);

impl Present {
    const ALL: Present = Present(u64::MAX);

    const fn only(inst: usize) -> Self {
        Self(1 << (inst % 64))
    }

    /// Whether cache `inst` may be among them.
    #[inline]
    pub(crate) const fn may_have(self, inst: usize) -> bool {
        self.0 >> (inst % 64) & 1 == 1
    }
}

/// For each region, the caches that were given a block of it since all of it was taken from them. The others hold none.
#[derive(Debug, Clone)]
pub(super) struct Presence {
    regions: Sparse<u64>,
    /// Regions lately noted, and their caches; each by the lowest bits of its number.
    recent: [(u64, u64); RECENT],
}

impl Presence {
    /// Of a memory of 2^`bits` bytes.
    pub(crate) fn new(bits: u32) -> Self {
        Self { regions: Sparse::new(1u128 << bits.saturating_sub(REGION), 1, 0), recent: [(NONE, 0); RECENT] }
    }

    /// Cache `inst` is given the block `first..=last`.
    #[inline]
    pub(crate) fn note(&mut self, inst: usize, first: u64, last: u64) {
        let (region, bit) = (first >> REGION, Present::only(inst).0);
        let recent = self.recent[region as usize % RECENT];
        if recent.0 != region || recent.1 & bit == 0 || last >> REGION != region {
            self.note_all(bit, region, last >> REGION);
        }
    }

    fn note_all(&mut self, bit: u64, first: u64, last: u64) {
        // A script may fill a set of a cache that no address of a smaller memory belongs to.
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

    /// No cache holds bytes of `first..=last` any more.
    pub(crate) fn clear(&mut self, first: u64, last: u64) {
        let end = last.checked_add(1).map_or(1 << (64 - REGION), |end| end >> REGION);
        let first = first.div_ceil(1 << REGION);
        if first < end {
            self.regions.reset(first, end - 1);
            self.recent = [(NONE, 0); RECENT];
        }
    }
}
