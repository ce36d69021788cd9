//! The caches of a machine, for blocks instead of addresses.

use crate::kernel::OutOfMemory;
use crate::machine::Machine;
use crate::machine::check::MAX_UNITS;
use crate::machine::event::AccessKind;
use crate::machine::spec::{CacheSpec, Inclusion, Spec, WritePolicy};
use crate::trace::counts::{LevelCounts, MemoryTransfers, Unchanging};
use crate::trace::record::{Op, Record};
use crate::trace::replay::{Fragments, KINDS, Simulation};

use super::cache::{Below, Cause, DIRTY, FlatCache, FramePages};

/// The caches of a machine above its main memory, or above one of its caches.
#[derive(Debug)]
pub(in crate::trace) struct FlatCaches<B = MemoryTransfers> {
    pub(super) caches: Vec<FlatCache>,
    /// For loads and stores, and for fetches, the caches from the core to memory.
    routes: [Vec<usize>; 2],
    /// The first cache of each route.
    first: [Option<usize>; 2],
    /// For each route, whether its first cache is not below another cache of the other route.
    is_top: [bool; 2],
    /// For each [`Cause`], whether the first cache of its route holds the block after the access.
    fills: [bool; 4],
    /// For each [`Op`], the first cache of its route, if a hit on the first line of a set changes nothing, and the bits of that
    /// line that do not matter.
    unchanging: [(usize, u64); 4],
    /// Whether the two routes differ, so that a snoop may find copies on the other route.
    split: bool,
    /// For each route, whether it has been used.
    used: [bool; 2],
    block_bits: u32,
    /// The mask of the address bits within a fragment.
    pub(super) within: u64,
    below: B,
}

/// The index of a route. Page walks use the route of loads and stores.
#[inline(always)]
pub(super) const fn route_of(cause: Cause) -> usize {
    matches!(cause, Cause::Execute) as usize
}

impl FlatCaches {
    /// Creates caches with the state of a machine's caches. Returns `None` if the machine needs the general simulation.
    pub(super) fn new(machine: &Machine) -> Option<Self> {
        let spec: &Spec = machine.spec();
        let block_bits = spec.caches.first()?.block_bits;
        let is_plain = block_bits > 0 && have_equal_blocks(spec) && machine.has_plain_caches();
        let within = (1 << block_bits.min(spec.page_bits())) - 1;
        let new = || Self::above(spec, (block_bits, within), MemoryTransfers::default());
        let mut caches = is_plain.then(new).flatten()?;
        caches.load(machine).then_some(caches)
    }

    /// Copies the state of a machine's caches. Returns false if a block is not where this simulation searches for it.
    fn load(&mut self, machine: &Machine) -> bool {
        self.used = machine.used_routes();
        if !machine.has_used_caches() {
            return true;
        }
        let mut caches = self.caches.iter_mut().enumerate();
        caches.all(|(level, cache)| {
            machine
                .cache_state(level)
                .all(|(set, lines)| cache.load(set, &lines))
        }) && !self.has_copies_of_dirty_blocks()
    }

    /// Whether caches that only one route uses hold a dirty block, and caches that only the other one uses hold a copy. Only a
    /// script can put a block into such caches.
    fn has_copies_of_dirty_blocks(&mut self) -> bool {
        let only = |route: usize| {
            let [own, other] = [&self.routes[route], &self.routes[1 - route]];
            own.iter()
                .copied()
                .filter(|at| !other.contains(at))
                .collect::<Vec<_>>()
        };
        let routes = [only(0), only(1)];
        (0..2).any(|route| {
            let blocks = routes[route]
                .iter()
                .flat_map(|at| self.caches[*at].blocks());
            let dirty: Vec<u64> = blocks
                .filter_map(|(block, dirty)| dirty.then_some(block))
                .collect();
            routes[1 - route]
                .iter()
                .any(|at| dirty.iter().any(|block| self.caches[*at].has(*block)))
        })
    }

    /// Gives the state to the caches of the machine that [`FlatCaches::new`] copied. Main memory contains the bytes of all blocks.
    pub(super) fn give_to(&self, machine: &mut Machine) {
        for (level, cache) in self.caches.iter().enumerate() {
            machine.restore_cache(level, cache.rows(), cache.counts().counts);
        }
        machine.use_routes(self.used);
    }

    /// Whether a virtual address selects the set of a cache with bits of the page number.
    pub(super) fn have_virtual_sets(&self) -> bool {
        self.caches.iter().any(|cache| cache.pages.is_some())
    }
}

/// Whether the blocks of all caches have the same size, and no cache is inclusive or exclusive.
pub(in crate::trace) fn have_equal_blocks(spec: &Spec) -> bool {
    let blocks = spec.caches.first().map_or(0, |cache| cache.block_bits);
    spec.caches
        .iter()
        .all(|cache| cache.block_bits == blocks && cache.inclusion == Inclusion::None)
}

impl<B: Below> FlatCaches<B> {
    /// The numbers of the blocks in the caches.
    pub(super) fn blocks(&self) -> impl Iterator<Item = u64> {
        self.caches
            .iter()
            .flat_map(FlatCache::blocks)
            .map(|(block, _)| block)
    }

    /// Creates the caches of a spec, which may be a part of a machine, above `below`. The numbers are log2 of the block size in
    /// bytes, and the mask of the address bits within a fragment. Returns `None` if the caches need the general simulation.
    pub(in crate::trace) fn above(
        spec: &Spec,
        (block_bits, within): (u32, u64),
        below: B,
    ) -> Option<Self> {
        let routes = [AccessKind::Read, AccessKind::Execute].map(|kind| {
            let caches = spec.caches.iter().enumerate();
            caches
                .filter(|(_, cache)| cache.side.serves(kind))
                .map(|(at, _)| at)
                .collect::<Vec<_>>()
        });
        let flat = |cache: &CacheSpec| {
            let new = || Box::new(FramePages::new(spec.page_bits() - block_bits));
            let mut flat = FlatCache::new(cache, spec.physical_bits - block_bits)?;
            flat.pages = (cache.virtual_index && !cache.vipt(spec)).then(new);
            Some(flat)
        };
        let caches = spec.caches.iter().map(flat).collect::<Option<_>>()?;
        let first = [0, 1].map(|route: usize| routes[route].first().copied());
        let is_top = [0, 1].map(|route: usize| {
            routes[1 - route]
                .iter()
                .position(|at| Some(*at) == first[route])
                .is_none_or(|place| place == 0)
        });
        let [reads, writes, executes] = KINDS.map(|kind| {
            let first = spec.first_cache(kind).map(|first| &spec.caches[first]);
            let keeps_stores =
                |first: &CacheSpec| first.write == WritePolicy::Back && first.write_allocate;
            first.is_some_and(|first| kind != AccessKind::Write || keeps_stores(first))
        });
        let fills = [reads, writes, executes, reads];
        let caches: Vec<FlatCache> = caches;
        let [code, data] = [1, 0].map(|route: usize| {
            first[route]
                .filter(|at| is_top[route] && caches[*at].pages.is_none())
                .unwrap_or(usize::MAX)
        });
        let store = if writes { data } else { usize::MAX };
        let unchanging = [(code, DIRTY), (data, DIRTY), (store, 0), (store, 0)];
        let split = routes[0] != routes[1];
        let used = [false; 2];
        Some(Self {
            caches,
            routes,
            first,
            is_top,
            fills,
            unchanging,
            split,
            used,
            block_bits,
            within,
            below,
        })
    }

    /// Fetches a block for the first cache, which has already evicted a line for it.
    #[inline(never)]
    fn fill_first(&mut self, cause: Cause, route: usize, block: u64, victim: u64) {
        if self.split && self.used[1 - route] {
            self.snoop(route, block, cause == Cause::Write);
        }
        self.fetch(cause, route, 1, &mut 1, block);
        self.evict(route, 0, victim);
    }

    /// Performs a fragment for which the first cache is not sufficient.
    #[inline(never)]
    fn touch_beyond(&mut self, cause: Cause, route: usize, block: u64) {
        let write = cause == Cause::Write;
        if self.split && self.used[1 - route] {
            self.snoop(route, block, write);
        }
        if write {
            self.store(route, block);
        } else {
            self.fetch(cause, route, 0, &mut 0, block);
        }
    }

    /// Writes back the dirty copies of a block in the caches of the other route. Invalidates all copies there before a
    /// store.
    fn snoop(&mut self, route: usize, block: u64, write: bool) {
        for at in (0..self.caches.len())
            .rev()
            .filter(|at| !self.routes[route].contains(at))
        {
            let cache = &mut self.caches[at];
            if cache.clean(block) {
                cache.writebacks += 1;
                self.below.count_snooped();
            }
            if write {
                cache.invalidate_line(block, false);
            }
        }
    }

    /// Stores a block. Only the first lookup in each cache is counted.
    fn store(&mut self, route: usize, block: u64) {
        let (cause, mut looked) = (Cause::Write, 0);
        for k in 0..self.routes[route].len() {
            let at = self.routes[route][k];
            let cache = &mut self.caches[at];
            let mut held = if k < looked {
                cache.has(block)
            } else {
                cache.touch(block).is_some()
            };
            if k >= looked {
                cache.count(cause, held);
                looked = k + 1;
            }
            if !held && cache.write_allocate {
                self.fetch(cause, route, k, &mut looked, block);
                held = true;
            }
            let cache = &mut self.caches[at];
            if held && cache.write_back {
                return cache.mark(block);
            }
        }
        self.below.write(block, looked <= self.routes[route].len());
    }

    /// Searches the caches of a route, starting at position `from`, and fills those that do not hold the block. Only counts
    /// the lookups in caches from position `looked`.
    #[inline(always)]
    fn fetch(&mut self, cause: Cause, route: usize, from: usize, looked: &mut usize, block: u64) {
        let mut victims = [0; MAX_UNITS];
        let mut end = from;
        while let Some(at) = self.routes[route].get(end) {
            let cache = &mut self.caches[*at];
            if end < *looked && cache.has(block) {
                break;
            }
            let found = cache.touch_or_fill(block, false);
            if end >= *looked {
                cache.count(cause, found.is_ok());
                *looked = end + 1;
            }
            let Err(victim) = found else { break };
            victims[end] = victim;
            end += 1;
        }
        if end == self.routes[route].len() {
            self.below.read(cause, block);
            self.below.count_reads(cause, 1);
            *looked = end + 1;
        }
        for k in (from..end).rev() {
            self.evict(route, k, victims[k]);
        }
    }

    /// Returns the counts of the caches, in spec order.
    pub(super) fn counts(&self) -> Vec<LevelCounts> {
        self.caches.iter().map(FlatCache::counts).collect()
    }

    /// Counts the eviction of a line of the cache at position `k`, and writes back its block if it is dirty.
    #[inline(always)]
    fn evict(&mut self, route: usize, k: usize, line: u64) {
        if let Some(dirty) = self.caches[self.routes[route][k]].count_eviction(line) {
            self.send_down(route, k + 1, dirty);
        }
    }

    /// Writes a dirty block to the cache at position `k`, or to the next one that keeps it, or to memory.
    #[inline(never)]
    fn send_down(&mut self, route: usize, k: usize, block: u64) {
        for k in k..self.routes[route].len() {
            let cache = &mut self.caches[self.routes[route][k]];
            let write_back = cache.write_back;
            if cache.write_allocate {
                if let Err(victim) = cache.touch_or_fill(block, write_back) {
                    self.evict(route, k, victim);
                }
            } else if cache.touch(block).is_none() {
                continue;
            } else if write_back {
                cache.mark(block);
            }
            if write_back {
                return;
            }
        }
        self.below.write(block, false);
    }

    /// Performs a fragment. Returns whether it only hit the first cache; then the caller counts the hit.
    #[inline(always)]
    pub(super) fn touch(&mut self, cause: Cause, block: u64) -> bool {
        let (route, write) = (route_of(cause), cause == Cause::Write);
        self.used[route] = true;
        if let Some(first) = self.first[route] {
            let several = self.split && self.used[1 - route];
            let cache = &mut self.caches[first];
            let is_own = !several || self.is_top[route] && (!write || cache.has_dirty(block));
            if is_own && self.fills[cause as usize] {
                let found = cache.touch_or_fill(block, write);
                if let Err(victim) = found {
                    cache.count(cause, false);
                    self.fill_first(cause, route, block, victim);
                }
                return found.is_ok();
            }
        } else if self.caches.is_empty() && !write {
            self.below.read(cause, block);
            return true;
        }
        self.touch_beyond(cause, route, block);
        false
    }

    /// Counts hits in the first cache.
    #[inline(always)]
    pub(super) fn count_first(&mut self, cause: Cause, hits: u64) {
        match self.first[route_of(cause)] {
            Some(first) => self.caches[first].count_hits(cause, hits),
            None if self.caches.is_empty() => self.below.count_reads(cause, hits),
            None => {}
        }
    }

    /// Performs a fragment and counts it.
    #[inline(always)]
    pub(super) fn touch_and_count(&mut self, cause: Cause, block: u64) {
        if self.touch(cause, block) {
            self.count_first(cause, 1);
        }
    }

    /// Whether a reference to a block by a record changes nothing.
    #[inline(always)]
    pub(super) fn is_unchanging(&self, op: Op, block: u64) -> bool {
        let (first, ignored) = self.unchanging[op as usize];
        self.caches
            .get(first)
            .is_some_and(|first| first.is_first(block, ignored))
    }

    /// Performs a reference, and returns the number of its fragments.
    #[inline(always)]
    pub(in crate::trace) fn refer(&mut self, cause: Cause, address: u64, size: u32) -> u32 {
        if Fragments::is_one(self.within, address, size.into()) {
            self.touch_and_count(cause, address >> self.block_bits);
            return 1;
        }
        self.refer_split(cause, Fragments::new(self.within, address, size.into()))
    }

    /// Performs the fragments of a reference, and returns their number.
    #[inline(never)]
    fn refer_split(&mut self, cause: Cause, fragments: Fragments) -> u32 {
        let mut count = 0;
        for (at, _) in fragments {
            self.touch_and_count(cause, at >> self.block_bits);
            count += 1;
        }
        count
    }

    /// Invalidates all copies of the blocks from `first` to `last`, without counting. `keeps` as in
    /// [`FlatCache::invalidate_line`].
    pub(super) fn invalidate(&mut self, first: u64, last: u64, keeps: bool) {
        for block in first..=last {
            for cache in &mut self.caches {
                cache.invalidate_line(block, keeps);
            }
            self.below.invalidate(block);
        }
    }

    /// Records that a frame holds a virtual page. No cache holds a block of the frame.
    pub(super) fn map(&mut self, frame: u64, vpn: u64) {
        for pages in self
            .caches
            .iter_mut()
            .filter_map(|cache| cache.pages.as_mut())
        {
            pages.map(frame, vpn);
        }
        self.below.map(frame, vpn);
    }

    /// Whether a fetch that repeats the latest one only needs the first cache of the route.
    #[inline(always)]
    pub(super) fn fetches_are_repeatable(&self) -> bool {
        let cause = Cause::Execute;
        self.caches.is_empty() || self.fills[cause as usize] && self.is_top[route_of(cause)]
    }

    /// Whether loads, stores, and fetches have the same first cache.
    pub(super) fn share_first(&self) -> bool {
        if self.caches.is_empty() {
            self.below.is_shared()
        } else {
            self.first[0] == self.first[1]
        }
    }

    /// log2 of the block size in bytes.
    #[inline(always)]
    pub(super) fn block_bits(&self) -> u32 {
        self.block_bits
    }

    /// The part of the machine below the caches.
    #[inline(always)]
    pub(in crate::trace) fn below(&self) -> &B {
        &self.below
    }

    /// Same, to change it.
    #[inline(always)]
    pub(in crate::trace) fn below_mut(&mut self) -> &mut B {
        &mut self.below
    }
}

impl<B: Below> Simulation<()> for &mut FlatCaches<B> {
    #[inline(always)]
    fn is_unchanging(&self, record: &Record) -> bool {
        Fragments::is_one(self.within, record.address, record.size.into())
            && FlatCaches::is_unchanging(self, record.op, record.address >> self.block_bits)
    }

    fn count_unchanging(&mut self, records: Unchanging) {
        for kind in KINDS {
            self.count_first(kind.into(), records.accesses(kind));
        }
    }

    #[inline(always)]
    fn refer(
        &mut self,
        kind: AccessKind,
        pa: u64,
        size: u32,
        (): &mut (),
    ) -> Result<u32, OutOfMemory> {
        Ok(FlatCaches::refer(self, kind.into(), pa, size))
    }
}
