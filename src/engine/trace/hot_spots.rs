//! The busiest pages and instructions.

use crate::machine::event::{AccessKind, Event, MachineObserver, Purpose};
use crate::machine::spec::Spec;

use super::blocks::BlockNumbers;
use super::counts::{HotSpot, HotSpots};
use super::observer::Reference;

/// log2 of the pages that are told apart on a machine that has none.
const PAGE_BITS: u32 = 12;

/// Places, with what happened at each.
#[derive(Debug, Clone, Default)]
struct AddressCounts {
    numbers: BlockNumbers,
    spots: Vec<HotSpot>,
}

impl AddressCounts {
    /// A reference to a place; answers which one it is.
    #[inline]
    fn refer(&mut self, address: u64) -> usize {
        let number = self.numbers.number_of(address) as usize;
        if number == self.spots.len() {
            self.spots.push(HotSpot { address, ..HotSpot::default() });
        }
        self.spots[number].references += 1;
        number
    }

    /// The first so many, in the order of [`HotSpots`].
    fn busiest(&self, count: usize) -> Vec<HotSpot> {
        let mut spots = self.spots.clone();
        spots.sort_unstable_by_key(|spot| (std::cmp::Reverse((spot.misses, spot.references)), spot.address));
        spots.truncate(count);
        spots
    }
}

/// Counts references and misses by page and by instruction. A reference is one to the page that it begins in.
#[derive(Debug, Clone)]
pub(super) struct HotSpotCounter {
    count: usize,
    page_bits: u32,
    /// The first caches for data and for instructions.
    first: [Option<u32>; 2],
    pages: AddressCounts,
    code: AddressCounts,
    /// The cache whose misses count for the reference at hand; none once it missed.
    asked: Option<u32>,
    page: usize,
    instruction: Option<usize>,
}

impl HotSpotCounter {
    /// Nothing counted yet, of a machine; so many of the busiest will be asked for.
    pub(crate) fn new(spec: &Spec, count: usize) -> Self {
        let first = |kind| spec.first_cache(kind).map(|level| level as u32);
        Self {
            count,
            page_bits: spec.mmu.as_ref().map_or(PAGE_BITS, |mmu| mmu.page_bits),
            first: [first(AccessKind::Read), first(AccessKind::Execute)],
            pages: AddressCounts::default(),
            code: AddressCounts::default(),
            asked: None,
            page: 0,
            instruction: None,
        }
    }

    #[inline]
    pub(crate) fn begin(&mut self, reference: Reference) {
        let fetch = reference.kind == AccessKind::Execute;
        self.asked = self.first[usize::from(fetch)];
        self.page = self.pages.refer(reference.va & u64::MAX.checked_shl(self.page_bits).unwrap_or(0));
        // Fetches that no cache is for do not begin, and yet the code is known: 0 is that of nobody.
        let known = !fetch && reference.code != 0;
        self.instruction = known.then(|| self.code.refer(reference.code));
    }

    pub(crate) fn top(&self) -> HotSpots {
        HotSpots { pages: self.pages.busiest(self.count), code: self.code.busiest(self.count) }
    }
}

impl MachineObserver for HotSpotCounter {
    #[inline]
    fn on_event(&mut self, event: Event) {
        if let Event::CacheLookup { cache, way: None, purpose: Purpose::Demand, .. } = event
            && self.asked == Some(cache)
        {
            self.asked = None;
            self.pages.spots[self.page].misses += 1;
            if let Some(instruction) = self.instruction {
                self.code.spots[instruction].misses += 1;
            }
        }
    }
}
