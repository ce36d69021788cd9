//! Tracks the caches that may hold blocks of each memory region, and the parts of the region that they may hold. A search
//! for copies of a block visits only the caches recorded for the block's region.

use crate::machine::sparse::Sparse;

/// log2 of the size of a region in bytes.
const REGION: u32 = 12;
/// log2 of the size of a granule in bytes. A region has 64 granules.
const GRANULE: u32 = REGION - 6;
/// log2 of the number of regions in a leaf, the unit that a write to a clone copies.
const LEAF_BITS: u32 = 8;
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

    /// Whether the set has no caches.
    #[inline]
    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether cache `inst` may be in the set.
    #[inline]
    pub(crate) const fn may_have(self, inst: usize) -> bool {
        self.0 >> (inst % 64) & 1 == 1
    }
}

/// For each region, the caches that may hold its blocks, and the granules that they may hold. No other cache holds
/// blocks of the region.
#[derive(Debug, Clone)]
pub(super) struct Presence {
    regions: Sparse<Region>,
    /// Recently recorded regions with their numbers, indexed by the lowest bits of the number.
    recent: [(u64, Region); RECENT],
}

/// The cached parts of a region.
#[derive(Debug, Clone, Copy, Default)]
struct Region {
    caches: u64,
    /// A bit for each granule of the region.
    granules: u64,
}

impl Presence {
    /// Creates an empty record for a memory of 2^`bits` bytes.
    pub(crate) fn new(bits: u32) -> Self {
        let regions = 1u128 << bits.saturating_sub(REGION);
        let regions = Sparse::with_leaves(regions, 1, Region::default(), LEAF_BITS);
        Self {
            regions,
            recent: [(NONE, Region::default()); RECENT],
        }
    }

    /// The memory that the record needs, in bytes.
    pub(crate) fn host_bytes(&self) -> u64 {
        self.regions.host_bytes(16)
    }

    /// Records that cache `inst` receives the block `first..=last`.
    #[inline]
    pub(crate) fn note(&mut self, inst: usize, first: u64, last: u64) {
        let (number, bit) = (first >> REGION, Present::only(inst).0);
        let (recent, region) = self.recent[number as usize % RECENT];
        let granules = granules(number, first, last);
        let known =
            recent == number && region.caches & bit != 0 && region.granules & granules == granules;
        if !known || last >> REGION != number {
            self.note_all(bit, first, last);
        }
    }

    fn note_all(&mut self, bit: u64, first: u64, last: u64) {
        // A script may fill a line with a block whose address is past the end of a small memory.
        for number in first >> REGION..=(last >> REGION).min(self.regions.last()) {
            let region = &mut self.regions.row_mut(number)[0];
            region.caches |= bit;
            region.granules |= granules(number, first, last);
            self.recent[number as usize % RECENT] = (number, *region);
        }
    }

    /// The cached parts of `first..=last` in a region.
    #[inline]
    fn part(&self, number: u64, first: u64, last: u64) -> Region {
        match self.regions.row(number) {
            Some(
                &[
                    Region {
                        caches,
                        granules: cached,
                    },
                ],
            ) if cached != 0 => {
                let granules = cached & granules(number, first, last);
                Region {
                    caches: if granules == 0 { 0 } else { caches },
                    granules,
                }
            }
            _ => Region::default(),
        }
    }

    /// The caches that may hold bytes of `first..=last`.
    #[inline]
    pub(crate) fn caches_with(&self, first: u64, last: u64) -> Present {
        let (from, to) = (first >> REGION, last >> REGION);
        if from == to {
            return Present(self.part(from, first, last).caches);
        }
        if to - from >= MANY {
            return Present::ALL;
        }
        Present((from..=to).fold(0, |caches, number| {
            caches | self.part(number, first, last).caches
        }))
    }

    /// The runs of bytes of `first..=last` that caches may hold, in order, each with its first and last byte and these
    /// caches.
    pub(crate) fn runs(
        &self,
        first: u64,
        last: u64,
    ) -> impl Iterator<Item = (Present, u64, u64)> + '_ {
        let (from, to) = (first >> REGION, last >> REGION);
        let all = (to - from >= MANY).then_some((Present::ALL, first, last));
        let numbers = if all.is_some() {
            from..from
        } else {
            from..to + 1
        };
        let runs = numbers.flat_map(move |number| {
            let Region {
                caches,
                granules: mut left,
            } = self.part(number, first, last);
            std::iter::from_fn(move || {
                let start = left.trailing_zeros();
                let len = left.checked_shr(start)?.trailing_ones();
                left &= u64::MAX.checked_shl(start + len).unwrap_or(0);
                let byte = |granule: u32| number << REGION | u64::from(granule) << GRANULE;
                let end = byte(start + len - 1) | ((1 << GRANULE) - 1);
                Some((Present(caches), byte(start).max(first), end.min(last)))
            })
        });
        all.into_iter().chain(runs)
    }

    /// Records that no cache holds bytes of `first..=last`.
    pub(crate) fn clear(&mut self, first: u64, last: u64) {
        let end = last
            .checked_add(1)
            .map_or(1 << (64 - REGION), |end| end >> REGION);
        let first = first.div_ceil(1 << REGION);
        if first < end {
            self.regions.reset(first, end - 1);
            self.recent = [(NONE, Region::default()); RECENT];
        }
    }
}

/// A bit for each granule of a region that contains bytes of `first..=last`. The region must contain at least one of
/// these bytes.
#[inline]
fn granules(number: u64, first: u64, last: u64) -> u64 {
    let start = number << REGION;
    let (from, to) = (first.max(start), last.min(start | ((1 << REGION) - 1)));
    (u64::MAX << ((from - start) >> GRANULE)) & u64::MAX >> (63 - ((to - start) >> GRANULE))
}
