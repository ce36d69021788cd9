//! A simulation of the caches of a common machine for traces, without data, observers, or shared state.
//!
//! The rules are those of `machine::hierarchy`, for a single running core, one block size, no inclusive and no exclusive caches, and the
//! policies LRU and FIFO. The property tests compare the two simulations.

mod cache;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::kernel::OutOfMemory;
use crate::machine::Machine;
use crate::machine::check::MAX_UNITS;
use crate::machine::event::AccessKind;
use crate::machine::spec::{CacheSpec, Inclusion, Spec, WritePolicy};
use cache::FlatCache;

use super::counts::{MemoryTransfers, ReferenceCounts, ReplayCounts};
use super::record::Record;
use super::replay::{Batch, KINDS, Straddle, last_physical};

/// The caches of a machine.
#[derive(Debug)]
pub(super) struct FlatCaches {
    caches: Vec<FlatCache>,
    /// For loads and stores, and for fetches, the caches from the core to memory.
    routes: [Vec<usize>; 2],
    /// The first cache of each route.
    first: [Option<usize>; 2],
    /// For each route, whether its first cache is not below another cache of the other route.
    is_top: [bool; 2],
    /// For each access kind, whether the first cache of its route holds the block after the access.
    fills: [bool; 3],
    /// Whether the two routes differ, so that a snoop may find copies on the other route.
    split: bool,
    /// For each route, whether it has been used.
    used: [bool; 2],
    block_bits: u32,
    /// The mask of the address bits within a fragment.
    within: u64,
    memory: MemoryTransfers,
}

/// The index of a route.
#[inline(always)]
const fn route_of(kind: AccessKind) -> usize {
    matches!(kind, AccessKind::Execute) as usize
}

impl FlatCaches {
    /// Creates the caches of a machine in its initial state. Returns `None` if the machine needs the general simulation.
    pub(super) fn new(machine: &Machine) -> Option<Self> {
        let spec: &Spec = machine.spec();
        let block_bits = spec.caches.first()?.block_bits;
        let is_plain =
            |cache: &CacheSpec| cache.block_bits == block_bits && cache.inclusion == Inclusion::None;
        if block_bits == 0
            || spec.physical_bits - block_bits > 62
            || !machine.has_plain_caches()
            || !spec.caches.iter().all(is_plain)
        {
            return None;
        }
        let routes = [AccessKind::Read, AccessKind::Execute].map(|kind| {
            let caches = spec.caches.iter().enumerate();
            caches.filter(|(_, cache)| cache.side.serves(kind)).map(|(at, _)| at).collect::<Vec<_>>()
        });
        let caches = spec.caches.iter().map(FlatCache::new).collect::<Option<_>>()?;
        let within = (1 << block_bits.min(spec.page_bits())) - 1;
        let first = [0, 1].map(|route: usize| routes[route].first().copied());
        let is_top = [0, 1].map(|route: usize| {
            routes[1 - route].iter().position(|at| Some(*at) == first[route]).is_none_or(|place| place == 0)
        });
        let fills = KINDS.map(|kind| {
            let first = spec.first_cache(kind).map(|first| &spec.caches[first]);
            let keeps_stores = |first: &CacheSpec| first.write == WritePolicy::Back && first.write_allocate;
            first.is_some_and(|first| kind != AccessKind::Write || keeps_stores(first))
        });
        let split = routes[0] != routes[1];
        let (used, memory) = ([false; 2], MemoryTransfers::default());
        Some(Self { caches, routes, first, is_top, fills, split, used, block_bits, within, memory })
    }

    /// Performs a reference, and returns the number of its fragments.
    #[inline(always)]
    pub(super) fn refer(&mut self, kind: AccessKind, address: u64, size: u32) -> u32 {
        let more = u64::from(size).wrapping_sub(1);
        if more <= self.within - (address & self.within) {
            self.touch(kind, address >> self.block_bits);
            return 1;
        }
        self.refer_split(kind, address, u64::from(size))
    }

    #[inline(never)]
    fn refer_split(&mut self, kind: AccessKind, address: u64, size: u64) -> u32 {
        let (mut fragments, mut at, mut left) = (0, address, size);
        while left > 0 {
            let now = left.min(self.within - (at & self.within) + 1);
            self.touch(kind, at >> self.block_bits);
            (fragments, left) = (fragments + 1, left - now);
            // The record ends at or before the last address.
            at = at.wrapping_add(now);
        }
        fragments
    }

    /// Performs a fragment.
    #[inline(always)]
    fn touch(&mut self, kind: AccessKind, block: u64) {
        let (route, write) = (route_of(kind), kind == AccessKind::Write);
        self.used[route] = true;
        if let Some(first) = self.first[route] {
            let several = self.split && self.used[1 - route];
            let cache = &mut self.caches[first];
            let is_own = !several || self.is_top[route] && (!write || cache.has_dirty(block));
            if is_own && self.fills[kind as usize] {
                let found = cache.touch_or_fill(block, write);
                cache.count(kind, found.is_ok());
                if let Err(victim) = found {
                    self.fill_first(kind, route, block, victim);
                }
                return;
            }
        }
        self.touch_beyond(kind, route, block);
    }

    /// Fetches a block for the first cache, which has already evicted a line for it.
    #[inline(never)]
    fn fill_first(&mut self, kind: AccessKind, route: usize, block: u64, victim: u64) {
        if self.split && self.used[1 - route] {
            self.snoop(route, block, kind == AccessKind::Write);
        }
        self.fetch(kind, route, 1, &mut 1, block);
        self.evict(route, 0, victim);
    }

    /// Performs a fragment for which the first cache is not sufficient.
    #[inline(never)]
    fn touch_beyond(&mut self, kind: AccessKind, route: usize, block: u64) {
        let write = kind == AccessKind::Write;
        if self.split && self.used[1 - route] {
            self.snoop(route, block, write);
        }
        if write {
            self.store(route, block);
        } else {
            self.fetch(kind, route, 0, &mut 0, block);
        }
    }

    /// Writes back the dirty copies of a block in the caches of the other route. Invalidates all copies there before a
    /// store.
    fn snoop(&mut self, route: usize, block: u64, write: bool) {
        for at in (0..self.caches.len()).rev().filter(|at| !self.routes[route].contains(at)) {
            let cache = &mut self.caches[at];
            if cache.clean(block) {
                cache.writebacks += 1;
                self.memory.writes += 1;
            }
            if write {
                cache.invalidate(block);
            }
        }
    }

    /// Stores a block. Only the first lookup in each cache is counted.
    fn store(&mut self, route: usize, block: u64) {
        let (kind, mut looked) = (AccessKind::Write, 0);
        for k in 0..self.routes[route].len() {
            let at = self.routes[route][k];
            let cache = &mut self.caches[at];
            let mut held = if k < looked { cache.has(block) } else { cache.touch(block) };
            if k >= looked {
                cache.count(kind, held);
                looked = k + 1;
            }
            if !held && cache.write_allocate {
                self.fetch(kind, route, k, &mut looked, block);
                held = true;
            }
            let cache = &mut self.caches[at];
            if held && cache.write_back {
                return cache.mark(block);
            }
        }
        self.memory.writes += 1;
    }

    /// Searches the caches of a route, starting at position `from`, and fills those that do not hold the block. Only counts
    /// the lookups in caches from position `looked`.
    #[inline(always)]
    fn fetch(&mut self, kind: AccessKind, route: usize, from: usize, looked: &mut usize, block: u64) {
        if from == self.routes[route].len() {
            self.memory.reads += 1;
            return;
        }
        let mut victims = [0; MAX_UNITS];
        let mut end = from;
        while let Some(at) = self.routes[route].get(end) {
            let cache = &mut self.caches[*at];
            if end < *looked && cache.has(block) {
                break;
            }
            let found = cache.touch_or_fill(block, false);
            if end >= *looked {
                cache.count(kind, found.is_ok());
                *looked = end + 1;
            }
            let Err(victim) = found else { break };
            victims[end] = victim;
            end += 1;
        }
        if end == self.routes[route].len() {
            self.memory.reads += 1;
        }
        for k in (from..end).rev() {
            self.evict(route, k, victims[k]);
        }
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
            } else if !cache.touch(block) {
                continue;
            } else if write_back {
                cache.mark(block);
            }
            if write_back {
                return;
            }
        }
        self.memory.writes += 1;
    }
}

/// A replay of physical addresses on the caches.
#[derive(Debug)]
pub(super) struct FlatReplay {
    spec: Arc<Spec>,
    caches: FlatCaches,
    straddle: Straddle,
    references: ReferenceCounts,
    /// The address of the last fetched instruction.
    code: u64,
}

impl FlatReplay {
    /// Creates a replay on a machine in its initial state. Returns `None` if the machine needs the general simulation.
    pub(super) fn new(machine: &Machine, straddle: Straddle) -> Option<Self> {
        let (spec, caches) = (machine.spec().clone(), FlatCaches::new(machine)?);
        Some(Self { spec, caches, straddle, references: ReferenceCounts::default(), code: 0 })
    }

    /// Performs records in order.
    ///
    /// # Errors
    /// Never fails.
    pub(super) fn perform(&mut self, records: &[Record]) -> Result<(), OutOfMemory> {
        let Self { spec, caches, straddle, references, code } = self;
        let batch = Batch { records, straddle: *straddle, last: last_physical(spec) };
        let simulated = KINDS.map(|kind| spec.first_cache(kind).is_some());
        batch.perform(references, code, &mut (), simulated, |kind, address, size, ()| {
            Ok(caches.refer(kind, address, size))
        })
    }

    /// Returns the counts so far.
    pub(super) fn counts(&self) -> ReplayCounts {
        ReplayCounts {
            spec: self.spec.clone(),
            references: self.references,
            tlbs: Vec::new(),
            caches: self.caches.caches.iter().map(FlatCache::counts).collect(),
            memory: self.caches.memory,
            paging: None,
            top: None,
            curve: None,
        }
    }

    /// Returns the counts of the references so far.
    pub(super) fn references(&self) -> &ReferenceCounts {
        &self.references
    }

    /// Same, to count more references.
    pub(super) fn references_mut(&mut self) -> &mut ReferenceCounts {
        &mut self.references
    }

    /// Returns the machine's spec.
    pub(super) fn spec(&self) -> &Spec {
        &self.spec
    }
}
