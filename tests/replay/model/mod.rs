//! A memory system that is as simple as possible: vectors with linear searches, and one clock for all ages.
//! The model implements TLBs, page walks, caches, and paging according to `docs/reference.md` and the
//! textbooks. The model shares no code with the machine, except the types of settings and counts.
//!
//! Limitations: no inclusive or exclusive levels, one core, one page size, and only LRU and FIFO.

mod beside;
mod caches;
mod paging;
mod tlbs;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use pagewalk_engine::machine::policy::Policy;
use pagewalk_engine::machine::spec::{Side, Spec};
use pagewalk_engine::trace::counts::{
    ByKind, HotSpot, HotSpots, LevelCounts, Lookups, MemoryTransfers, MissCurve, PagingCounts,
    ReferenceCounts, ReplayCounts,
};
use pagewalk_engine::trace::demand::DemandPaging;
use pagewalk_engine::trace::record::{Op, Record};

use caches::Caches;
use paging::Pages;
use tlbs::Tlbs;

/// The kind of a lookup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Load,
    Store,
    Fetch,
    Walk,
}

impl Who {
    fn served_by(self, side: Side) -> bool {
        match side {
            Side::Both => true,
            Side::Instructions => self == Who::Fetch,
            Side::Data => self != Who::Fetch,
        }
    }

    fn lookups<T>(self, kinds: &mut ByKind<T>) -> &mut T {
        match self {
            Who::Load => &mut kinds.reads,
            Who::Store => &mut kinds.writes,
            Who::Fetch => &mut kinds.fetches,
            Who::Walk => &mut kinds.walks,
        }
    }
}

/// Adds a lookup to the counts of a level.
fn count(part: &mut LevelCounts, who: Who, hit: bool) {
    let Lookups { hits, misses } = who.lookups(&mut part.kinds);
    *(if hit { hits } else { misses }) += 1;
    let counts = &mut part.counts;
    *match (who, hit) {
        (Who::Walk, true) => &mut counts.walk_hits,
        (Who::Walk, false) => &mut counts.walk_misses,
        (_, true) => &mut counts.hits,
        (_, false) => &mut counts.misses,
    } += 1;
}

/// The times when an entry of a set was filled and last used.
#[derive(Debug, Clone, Copy)]
struct Age {
    filled: u64,
    used: u64,
}

/// The way for a new entry: the first empty way, or else the policy's victim.
fn place<T>(set: &[Option<T>], policy: Policy, age: impl Fn(&T) -> Age) -> usize {
    if let Some(empty) = set.iter().position(Option::is_none) {
        return empty;
    }
    let stamp = |entry: &Option<T>| {
        let age = entry.as_ref().map(&age);
        age.map(|age| {
            if policy == Policy::Fifo {
                age.filled
            } else {
                age.used
            }
        })
    };
    (0..set.len())
        .min_by_key(|place| stamp(&set[*place]))
        .expect("a set has a way")
}

/// The memory system.
pub struct Model {
    spec: Arc<Spec>,
    references: ReferenceCounts,
    memory: MemoryTransfers,
    clock: u64,
    caches: Caches,
    tlbs: Tlbs,
    /// The state of demand paging, or `None` if addresses are physical.
    pages: Option<Pages>,
    walks: u64,
    /// Whether to perform only the first part of a reference.
    first: bool,
    /// The address of the last fetch, or 0.
    code: u64,
    spots: [BTreeMap<u64, (u64, u64)>; 2],
    /// The blocks of loads and stores, from the least to the most recently used, and each reference's reuse
    /// distance (`None` for a first use).
    stack: Vec<u64>,
    distances: Vec<Option<usize>>,
}

impl Model {
    pub fn new(spec: &Arc<Spec>, demand: Option<DemandPaging>, first: bool) -> Self {
        Self {
            spec: spec.clone(),
            references: ReferenceCounts::default(),
            memory: MemoryTransfers::default(),
            clock: 0,
            caches: Caches::new(spec),
            tlbs: Tlbs::new(spec),
            pages: demand.map(|demand| Pages::new(spec, demand)),
            walks: 0,
            first,
            code: 0,
            spots: [BTreeMap::new(), BTreeMap::new()],
            stack: Vec::new(),
            distances: Vec::new(),
        }
    }

    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    pub fn perform(&mut self, records: &[Record]) {
        for record in records {
            self.references.records += 1;
            let bits = if self.pages.is_some() {
                self.spec.virtual_bits()
            } else {
                self.spec.physical_bits
            };
            if u128::from(record.address) + u128::from(record.size) > 1 << bits {
                self.references.outside += 1;
                self.references.first_outside = self.references.first_outside.or(Some(*record));
                continue;
            }
            match record.op {
                Op::Fetch => {
                    self.code = record.address;
                    self.references.fetches += 1;
                    self.refer(Who::Fetch, record);
                }
                Op::Load => self.load(record),
                Op::Store => self.store(record),
                Op::Modify => {
                    self.load(record);
                    self.store(record);
                }
            }
        }
    }

    fn load(&mut self, record: &Record) {
        self.references.reads += 1;
        self.refer(Who::Load, record);
    }

    fn store(&mut self, record: &Record) {
        self.references.writes += 1;
        self.refer(Who::Store, record);
    }

    fn page_bits(&self) -> u32 {
        self.spec.mmu.as_ref().map_or(12, |mmu| mmu.page_bits)
    }

    /// Whether a reference is simulated. The model only counts a reference that uses no TLB and no cache, unless
    /// a process uses pages on a machine without TLBs and caches.
    fn is_asked(&self, who: Who) -> bool {
        let cached = !self.caches.route(who).is_empty();
        let bare = self.spec.tlbs.is_empty() && self.spec.caches.is_empty();
        cached || self.pages.is_some() && (bare || !self.tlbs.route(who).is_empty())
    }

    fn refer(&mut self, who: Who, record: &Record) {
        if !self.is_asked(who) {
            return self.measure(who, record, &[record.address]);
        }
        let first = self.caches.route(who).first().copied();
        let missed = |model: &Self| first.map(|level| model.caches.missed(level, who));
        let before = missed(self);
        let parts = self.parts(who, record);
        for va in &parts {
            let pa = self.translate(who, *va);
            self.caches
                .access(who, pa, &mut self.clock, &mut self.memory);
        }
        self.references.straddling += u64::from(parts.len() > 1);
        self.note(who, record, &parts, missed(self) != before);
    }

    /// The start of each part of a reference. Each part is in one page and in one block of every cache on its
    /// route.
    fn parts(&self, who: Who, record: &Record) -> Vec<u64> {
        let blocks = self
            .caches
            .route(who)
            .into_iter()
            .map(|level| self.spec.caches[level].block_bits);
        let piece = blocks
            .chain(self.spec.mmu.as_ref().map(|mmu| mmu.page_bits))
            .min()
            .unwrap_or(63);
        let last = record.address + u64::from(record.size - 1);
        let mut parts = vec![record.address];
        if !self.first {
            parts.extend(((record.address >> piece) + 1..=last >> piece).map(|part| part << piece));
        }
        parts
    }

    /// Translates a virtual address, including all side effects.
    fn translate(&mut self, who: Who, va: u64) -> u64 {
        let Some(page_bits) = self.pages.as_ref().map(|pages| pages.page_bits) else {
            return va;
        };
        let vpn = va >> page_bits;
        while !self.tlbs.look(who, vpn, &mut self.clock) {
            self.walks += 1;
            if self.walk(vpn) {
                let pages = self.pages.as_mut().expect("there are pages");
                let dirty = pages.mark(vpn, who == Who::Store);
                let levels = self.tlbs.route(who);
                self.tlbs.fill(&levels, vpn, dirty, &mut self.clock);
                break;
            }
            let pages = self.pages.as_mut().expect("there are pages");
            let (frame, gone) = pages.fault(vpn, &mut self.clock);
            if let Some(vpn) = gone {
                self.tlbs.drop_page(vpn);
            }
            self.caches.drop_page(frame, page_bits);
        }
        if who == Who::Store && !self.tlbs.is_dirty(who, vpn) {
            self.read_entry(
                vpn,
                self.spec.mmu.as_ref().map_or(1, |mmu| mmu.levels.len()),
            );
            self.tlbs.set_dirty(vpn);
        }
        let clock = self.tick();
        let pages = self.pages.as_mut().expect("there are pages");
        pages.mark(vpn, who == Who::Store);
        pages.touch(vpn, clock) << page_bits | va & ((1 << page_bits) - 1)
    }

    /// Reads the entries on the path to a page, as far as tables exist, and returns whether the page is
    /// present.
    fn walk(&mut self, vpn: u64) -> bool {
        let levels = self.spec.mmu.as_ref().map_or(0, |mmu| mmu.levels.len());
        for level in 1..=levels {
            self.read_entry(vpn, level);
            let pages = self.pages.as_ref().expect("there are pages");
            if level < levels && !pages.has_table(level + 1, vpn) {
                return false;
            }
        }
        self.pages
            .as_ref()
            .is_some_and(|pages| pages.is_present(vpn))
    }

    fn read_entry(&mut self, vpn: u64, level: usize) {
        let pages = self.pages.as_ref().expect("there are pages");
        let address = pages.entry(level, vpn);
        if self.spec.mmu.as_ref().is_some_and(|mmu| mmu.walk_cached) {
            self.caches
                .access(Who::Walk, address, &mut self.clock, &mut self.memory);
        } else {
            self.memory.walks += 1;
        }
    }

    /// Counts a reference by its page and instruction, and counts the parts of the reference by reuse distance.
    fn note(&mut self, who: Who, record: &Record, parts: &[u64], missed: bool) {
        let page = record.address >> self.page_bits() << self.page_bits();
        let code = Some(self.code).filter(|code| who != Who::Fetch && *code != 0);
        for (spots, address) in self.spots.iter_mut().zip([Some(page), code]) {
            let Some(address) = address else { continue };
            let (references, misses) = spots.entry(address).or_default();
            *references += 1;
            *misses += u64::from(missed);
        }
        self.measure(who, record, parts);
    }

    /// Counts the blocks of the parts of a load or store by their reuse distances.
    fn measure(&mut self, who: Who, record: &Record, parts: &[u64]) {
        if who == Who::Fetch {
            return;
        }
        let last = if self.first {
            record.address
        } else {
            record.address + u64::from(record.size - 1)
        };
        let ends = parts[1..].iter().map(|next| next - 1).chain([last]);
        let bits = self.block_bits();
        for block in parts
            .iter()
            .zip(ends)
            .flat_map(|(va, end)| va >> bits..=end >> bits)
        {
            let place = self.stack.iter().rposition(|other| *other == block);
            self.distances
                .push(place.map(|place| self.stack.len() - place));
            if let Some(place) = place {
                self.stack.remove(place);
            }
            self.stack.push(block);
        }
    }

    fn block_bits(&self) -> u32 {
        let first = self.caches.route(Who::Load).first().copied();
        first.map_or(6, |level| self.spec.caches[level].block_bits)
    }

    /// All counts, with the N busiest pages and instructions.
    pub fn counted(&self, top: usize) -> ReplayCounts {
        let busiest = |spots: &BTreeMap<u64, (u64, u64)>| {
            let spot = |(address, (references, misses)): (&u64, &(u64, u64))| HotSpot {
                address: *address,
                references: *references,
                misses: *misses,
            };
            let mut spots: Vec<HotSpot> = spots.iter().map(spot).collect();
            // The sort is stable, so ties are in address order.
            spots.sort_by_key(|spot| Reverse(spot.references));
            spots.sort_by_key(|spot| Reverse(spot.misses));
            spots.truncate(top);
            spots
        };
        let paging = |pages: &Pages| PagingCounts {
            walks: self.walks,
            ..pages.counted()
        };
        ReplayCounts {
            spec: self.spec.clone(),
            references: self.references,
            tlbs: if self.pages.is_some() {
                self.tlbs.counted()
            } else {
                Vec::new()
            },
            caches: self.caches.counted(),
            memory: self.memory,
            paging: self.pages.as_ref().map(paging),
            top: Some(HotSpots {
                pages: busiest(&self.spots[0]),
                code: busiest(&self.spots[1]),
            }),
            curve: Some(self.curve()),
            cycles: None,
        }
    }

    fn curve(&self) -> MissCurve {
        let misses = |blocks: usize| {
            let missing =
                |distance: &&Option<usize>| distance.is_none_or(|distance| distance > blocks);
            self.distances.iter().filter(missing).count() as u64
        };
        let mut sizes = vec![1];
        while sizes[sizes.len() - 1] < self.stack.len() {
            sizes.push(sizes[sizes.len() - 1] * 2);
        }
        MissCurve {
            block: 1 << self.block_bits(),
            references: self.distances.len() as u64,
            misses: sizes.into_iter().map(misses).collect(),
            sample: None,
        }
    }
}
