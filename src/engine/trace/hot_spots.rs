//! The pages and instructions with the most misses.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};

use super::counts::{HotSpot, HotSpots};
use super::tally::Reference;
use crate::machine::event::{AccessKind, Event, MachineObserver, Purpose};
use crate::machine::spec::Spec;

/// log2 of the page size in bytes on a machine without pages.
const PAGE_BITS: u32 = 12;

#[derive(Debug, Clone, Default)]
struct AddressCounts {
    numbers: BlockNumbers,
    spots: Vec<HotSpot>,
}

impl AddressCounts {
    /// Counts a reference to an address and returns the index of its counts.
    #[inline]
    fn refer(&mut self, address: u64) -> usize {
        let number = self.numbers.number_of(address) as usize;
        if number == self.spots.len() {
            self.spots.push(HotSpot {
                address,
                ..HotSpot::default()
            });
        }
        self.spots[number].references += 1;
        number
    }

    /// The first `count` addresses, in the order of [`HotSpots`].
    fn busiest(&self, count: usize) -> Vec<HotSpot> {
        let mut spots = self.spots.clone();
        spots.sort_unstable_by_key(|spot| {
            (
                std::cmp::Reverse((spot.misses, spot.references)),
                spot.address,
            )
        });
        spots.truncate(count);
        spots
    }
}

/// Counts references and misses by page and by instruction. A reference belongs to the page of its first byte.
#[derive(Debug, Clone)]
pub(super) struct HotSpotCounter {
    count: usize,
    page_bits: u32,
    /// The first caches for data and for instructions.
    first: [Option<u32>; 2],
    pages: AddressCounts,
    code: AddressCounts,
    /// The cache in which a miss of the current reference would be counted, or `None` after a miss.
    counting: Option<u32>,
    page: usize,
    instruction: Option<usize>,
}

impl HotSpotCounter {
    /// Creates a counter that will return the first `count` pages and the first `count` instructions of a
    /// replay on a machine.
    pub(crate) fn new(spec: &Spec, count: usize) -> Self {
        let first = |kind| spec.first_cache(kind).map(|level| level as u32);
        Self {
            count,
            page_bits: spec.mmu.as_ref().map_or(PAGE_BITS, |mmu| mmu.page_bits),
            first: [first(AccessKind::Read), first(AccessKind::Execute)],
            pages: AddressCounts::default(),
            code: AddressCounts::default(),
            counting: None,
            page: 0,
            instruction: None,
        }
    }

    #[inline]
    pub(crate) fn begin(&mut self, reference: Reference) {
        let fetch = reference.kind == AccessKind::Execute;
        self.counting = self.first[usize::from(fetch)];
        self.page = self
            .pages
            .refer(reference.va & u64::MAX.checked_shl(self.page_bits).unwrap_or(0));
        // Without an instruction cache, the observer receives no fetches, but `code` still contains the
        // instruction's address. Address 0 means that no instruction was fetched.
        let known = !fetch && reference.code != 0;
        self.instruction = known.then(|| self.code.refer(reference.code));
    }

    /// Estimates the memory of the counts in bytes.
    pub(super) fn host_bytes(&self) -> u64 {
        let bytes =
            |counts: &AddressCounts| counts.numbers.host_bytes() + 32 * counts.spots.len() as u64;
        bytes(&self.pages) + bytes(&self.code)
    }

    pub(crate) fn top(&self) -> HotSpots {
        HotSpots {
            pages: self.pages.busiest(self.count),
            code: self.code.busiest(self.count),
        }
    }
}

impl MachineObserver for HotSpotCounter {
    #[inline]
    fn on_event(&mut self, event: Event) {
        if let Event::CacheLookup {
            cache,
            way: None,
            purpose: Purpose::Demand,
            ..
        } = event
            && self.counting == Some(cache)
        {
            self.counting = None;
            self.pages.spots[self.page].misses += 1;
            if let Some(instruction) = self.instruction {
                self.code.spots[instruction].misses += 1;
            }
        }
    }
}

/// Hashes an address with a single multiplication. A malicious trace could slow the map down but not affect
/// results, because the order of the map is not visible.
#[derive(Debug, Clone, Copy, Default)]
struct BlockHasher(u64);

/// 2^64 divided by the golden ratio, made odd.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

impl Hasher for BlockHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64((*byte).into());
        }
    }

    #[inline]
    fn write_u64(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word) * u128::from(GOLDEN);
        self.0 = product as u64 ^ (product >> 64) as u64;
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}

/// Maps each address to a number, starting at 0.
///
/// There are at most 2^32 numbers, because more would not fit in memory.
#[derive(Debug, Clone, Default)]
pub(super) struct BlockNumbers {
    known: HashMap<u64, u32, BuildHasherDefault<BlockHasher>>,
    /// The last address and its number.
    last: Option<(u64, u32)>,
}

impl BlockNumbers {
    /// The number of an address. A new address gets the next number.
    #[inline]
    pub(crate) fn number_of(&mut self, address: u64) -> u32 {
        match self.last {
            Some((last, number)) if last == address => number,
            _ => self.find(address),
        }
    }

    /// Estimates the memory of the numbers in bytes.
    pub(super) fn host_bytes(&self) -> u64 {
        32 * self.known.len() as u64
    }

    /// The number of an address, or `None` if it is new.
    pub(crate) fn known(&self, address: u64) -> Option<u32> {
        self.known.get(&address).copied()
    }

    fn find(&mut self, address: u64) -> u32 {
        let next = self.known.len() as u32;
        let number = match self.known.entry(address) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => *new.insert(next),
        };
        self.last = Some((address, number));
        number
    }
}
