//! The levels of caches in front of memory.

use pagewalk_engine::machine::spec::{CacheSpec, Spec, WritePolicy};
use pagewalk_engine::trace::counts::{LevelCounts, MemoryTransfers};

use super::beside::Beside;
use super::{Age, Who, count, place};

#[derive(Debug, Clone, Copy)]
struct Line {
    /// The number of the line's block.
    block: u64,
    dirty: bool,
    age: Age,
}

#[derive(Debug)]
struct Cache {
    spec: CacheSpec,
    sets: Vec<Vec<Option<Line>>>,
    part: LevelCounts,
    beside: Beside,
    /// Whether this cache or a cache above it allocates a line for a store that misses.
    stores_enter: bool,
}

impl Cache {
    fn find(&mut self, pa: u64) -> Option<&mut Line> {
        let block = pa >> self.spec.block_bits;
        let set = (block % self.sets.len() as u64) as usize;
        self.sets[set]
            .iter_mut()
            .flatten()
            .find(|line| line.block == block)
    }

    fn back(&self) -> bool {
        self.spec.write == WritePolicy::Back
    }
}

#[derive(Debug)]
pub struct Caches(Vec<Cache>);

/// A load, store, fetch, or walk that accesses the caches.
struct Access<'a> {
    who: Who,
    pa: u64,
    route: Vec<usize>,
    /// The levels that were looked up so far. Each level is looked up once.
    asked: Vec<usize>,
    clock: &'a mut u64,
    memory: &'a mut MemoryTransfers,
}

impl Caches {
    pub fn new(spec: &Spec) -> Self {
        let cache = |(level, cache): (usize, &CacheSpec)| Cache {
            sets: vec![vec![None; cache.ways as usize]; cache.sets as usize],
            part: LevelCounts::default(),
            beside: Beside::new(cache.lines() as usize),
            stores_enter: spec.caches[..=level]
                .iter()
                .any(|cache| Who::Store.served_by(cache.side) && cache.write_allocate),
            spec: cache.clone(),
        };
        Self(spec.caches.iter().enumerate().map(cache).collect())
    }

    /// The levels that a reference accesses, in order.
    pub fn route(&self, who: Who) -> Vec<usize> {
        (0..self.0.len())
            .filter(|level| who.served_by(self.0[*level].spec.side))
            .collect()
    }

    /// Misses of a level so far.
    pub fn missed(&self, level: usize, who: Who) -> u64 {
        let mut kinds = self.0[level].part.kinds;
        who.lookups(&mut kinds).misses
    }

    pub fn counted(&self) -> Vec<LevelCounts> {
        self.0
            .iter()
            .map(|cache| LevelCounts {
                causes: Some(cache.beside.causes()),
                ..cache.part
            })
            .collect()
    }

    /// Performs a part of a reference, at a physical address.
    pub fn access(&mut self, who: Who, pa: u64, clock: &mut u64, memory: &mut MemoryTransfers) {
        let mut access = Access {
            who,
            pa,
            route: self.route(who),
            asked: Vec::new(),
            clock,
            memory,
        };
        self.snoop(&mut access, who == Who::Store);
        if who == Who::Store {
            self.store(access);
        } else {
            self.load(access);
        }
    }

    /// In caches outside the route, writes back a modified copy of the block. A store also invalidates all
    /// copies of the block in these caches.
    fn snoop(&mut self, access: &mut Access<'_>, store: bool) {
        let Some(first) = access.route.first().copied() else {
            return;
        };
        let back = self.0[first].back();
        let found = self.0[first]
            .find(access.pa)
            .is_some_and(|line| !store || back && line.dirty);
        // If no other cache is between the core and this cache, no other cache has a newer copy of the block.
        let routes = [self.route(Who::Load), self.route(Who::Fetch)];
        if found
            && routes
                .iter()
                .all(|route| route.first() == Some(&first) || !route.contains(&first))
        {
            return;
        }
        for level in (0..self.0.len()).filter(|level| !access.route.contains(level)) {
            let Some(line) = self.0[level].find(access.pa) else {
                continue;
            };
            if std::mem::take(&mut line.dirty) {
                self.0[level].part.counts.writebacks += 1;
                access.memory.writes += 1;
            }
            if store {
                self.drop(level, access.pa);
            }
        }
    }

    fn drop(&mut self, level: usize, pa: u64) {
        let block = pa >> self.0[level].spec.block_bits;
        for line in self.0[level].sets.iter_mut().flatten() {
            if line.is_some_and(|line| line.block == block) {
                *line = None;
            }
        }
    }

    /// Invalidates the blocks of a page frame in every cache, because the frame's contents change.
    pub fn drop_page(&mut self, frame: u64, page_bits: u32) {
        for cache in &mut self.0 {
            let bits = cache.spec.block_bits;
            // The caches have not fetched the new contents of the frame.
            cache
                .beside
                .renew(frame << page_bits >> bits..((frame + 1) << page_bits).div_ceil(1 << bits));
            for line in cache.sets.iter_mut().flatten() {
                if line.is_some_and(|line| line.block << bits >> page_bits == frame) {
                    *line = None;
                }
            }
        }
    }

    /// Returns whether a level has the block. Counts at most one lookup per level.
    fn ask(&mut self, access: &mut Access<'_>, level: usize) -> bool {
        *access.clock += 1;
        let (now, who) = (*access.clock, access.who);
        let cache = &mut self.0[level];
        let asked = access.asked.contains(&level);
        let found = cache.find(access.pa).is_some();
        if !asked {
            access.asked.push(level);
            if let Some(line) = cache.find(access.pa) {
                line.age.used = now;
            }
            count(&mut cache.part, who, found);
            let enters = who != Who::Store || cache.stores_enter;
            cache.beside.look(
                access.pa >> cache.spec.block_bits,
                enters,
                !found && who != Who::Walk,
            );
        }
        found
    }

    fn load(&mut self, mut access: Access<'_>) {
        if access.route.is_empty() {
            return access.read();
        }
        self.fetch(&mut access, 0);
    }

    /// Fetches the block into the cache at a position of the route. Looks up this cache and the caches below it,
    /// and then fills each cache that missed.
    fn fetch(&mut self, access: &mut Access<'_>, place: usize) {
        let route = access.route.clone();
        let found = (place..route.len()).find(|n| self.ask(access, route[*n]));
        if found.is_none() {
            access.read();
        }
        for n in (place..found.unwrap_or(route.len())).rev() {
            self.fill(access, n, access.pa, false);
        }
    }

    fn store(&mut self, mut access: Access<'_>) {
        for n in 0..access.route.len() {
            let level = access.route[n];
            if !self.ask(&mut access, level) {
                if !self.0[level].spec.write_allocate {
                    continue;
                }
                self.fetch(&mut access, n);
            }
            if self.0[level].back() {
                self.0[level].find(access.pa).expect("it is there").dirty = true;
                return;
            }
        }
        access.memory.writes += 1;
    }

    /// Fills the line for an address in the cache at a position of the route. A dirty victim is written back
    /// first.
    fn fill(&mut self, access: &mut Access<'_>, n: usize, pa: u64, dirty: bool) {
        let cache = &mut self.0[access.route[n]];
        let (bits, policy) = (cache.spec.block_bits, cache.spec.policy);
        let block = pa >> bits;
        let set = (block % cache.sets.len() as u64) as usize;
        let way = place(&cache.sets[set], policy, |line| line.age);
        if let Some(line) = cache.sets[set][way] {
            cache.part.counts.evictions += 1;
            if line.dirty {
                cache.part.counts.writebacks += 1;
                self.write_down(access, n + 1, line.block << bits, bits);
            }
        }
        *access.clock += 1;
        let age = Age {
            filled: *access.clock,
            used: *access.clock,
        };
        self.0[access.route[n]].sets[set][way] = Some(Line { block, dirty, age });
    }

    /// Writes a dirty block to the next cache or to memory. If the next cache has smaller blocks, writes the
    /// block in parts.
    fn write_down(&mut self, access: &mut Access<'_>, n: usize, pa: u64, bits: u32) {
        let Some(level) = access.route.get(n).copied() else {
            access.memory.writes += 1;
            return;
        };
        let part = bits.min(self.0[level].spec.block_bits);
        for pa in (pa..pa + (1 << bits)).step_by(1 << part) {
            *access.clock += 1;
            let (now, back) = (*access.clock, self.0[level].back());
            if let Some(line) = self.0[level].find(pa) {
                line.age.used = now;
                line.dirty |= back;
            } else if self.0[level].spec.write_allocate {
                self.fill(access, n, pa, back);
            } else {
                self.write_down(access, n + 1, pa, part);
                continue;
            }
            if !back {
                self.write_down(access, n + 1, pa, part);
            }
        }
    }
}

impl Access<'_> {
    /// Reads memory.
    fn read(&mut self) {
        *(if self.who == Who::Walk {
            &mut self.memory.walks
        } else {
            &mut self.memory.reads
        }) += 1;
    }
}
