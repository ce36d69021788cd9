//! A simulation of the caches of a common machine for traces, without data, observers, or shared state.
//!
//! The rules are those of `machine::hierarchy`, for a single running core, one block size, no inclusive and no exclusive caches, and the
//! policies LRU and FIFO. The property tests compare the two simulations.

mod cache;
pub(super) mod single;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::kernel::OutOfMemory;
use crate::machine::Machine;
use crate::machine::event::AccessKind;
use crate::machine::spec::{CacheSpec, Inclusion, Spec};
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
        let split = routes[0] != routes[1];
        let (used, memory) = ([false; 2], MemoryTransfers::default());
        Some(Self { caches, routes, first, is_top, split, used, block_bits, within, memory })
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
        let mut looked = 0;
        if let Some(first) = self.first[route] {
            let several = self.split && self.used[1 - route];
            let cache = &mut self.caches[first];
            let is_own = !several || self.is_top[route] && (!write || cache.has_dirty(block));
            if is_own && (!write || cache.write_back) {
                let hit = cache.touch(block, write);
                cache.count(kind, hit);
                if hit {
                    return;
                }
                looked = 1;
            }
        }
        self.touch_beyond(kind, block, looked);
    }

    /// Performs a fragment for which the first cache is not sufficient. The lookups in the first `looked` caches, all
    /// misses, have been counted.
    #[inline(never)]
    fn touch_beyond(&mut self, kind: AccessKind, block: u64, mut looked: usize) {
        let (route, write) = (route_of(kind), kind == AccessKind::Write);
        if self.split && self.used[1 - route] {
            self.snoop(route, block, write);
        }
        if write {
            return self.store(route, block, looked);
        }
        let found = self.search(route, looked, &mut looked, kind, block);
        self.fill_up_to(route, 0, found, block);
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
    fn store(&mut self, route: usize, block: u64, mut looked: usize) {
        let kind = AccessKind::Write;
        for k in 0..self.routes[route].len() {
            let at = self.routes[route][k];
            let cache = &mut self.caches[at];
            let mut held = if k < looked { cache.has(block) } else { cache.touch(block, false) };
            if k >= looked {
                cache.count(kind, held);
                looked = k + 1;
            }
            if !held && self.caches[at].write_allocate {
                let found = self.search(route, k + 1, &mut looked, kind, block);
                self.fill_up_to(route, k, found, block);
                held = true;
            }
            let cache = &mut self.caches[at];
            if held && cache.write_back {
                return cache.mark(block);
            }
        }
        self.memory.writes += 1;
    }

    /// Searches the caches of a route, starting at position `from`. Returns the position of the first cache that holds the
    /// block.
    fn search(
        &mut self,
        route: usize,
        from: usize,
        looked: &mut usize,
        kind: AccessKind,
        block: u64,
    ) -> Option<usize> {
        for (k, at) in self.routes[route].iter().enumerate().skip(from) {
            let cache = &mut self.caches[*at];
            if k < *looked {
                if cache.has(block) {
                    return Some(k);
                }
                continue;
            }
            *looked = k + 1;
            let hit = cache.touch(block, false);
            cache.count(kind, hit);
            if hit {
                return Some(k);
            }
        }
        None
    }

    /// Fills the caches from position `found` (`None` means memory) up to position `to`.
    fn fill_up_to(&mut self, route: usize, to: usize, found: Option<usize>, block: u64) {
        if found.is_none() {
            self.memory.reads += 1;
        }
        for k in (to..found.unwrap_or(self.routes[route].len())).rev() {
            self.fill(route, k, block);
        }
    }

    fn fill(&mut self, route: usize, k: usize, block: u64) {
        let at = self.routes[route][k];
        if let Some(victim) = self.caches[at].make_room(block) {
            self.send_down(route, k + 1, victim);
        }
        self.caches[at].fill(block);
    }

    /// Writes a dirty block to the cache at position `k`, or to the next one that keeps it, or to memory.
    fn send_down(&mut self, route: usize, k: usize, block: u64) {
        for k in k..self.routes[route].len() {
            let at = self.routes[route][k];
            let mut held = self.caches[at].touch(block, false);
            if !held && self.caches[at].write_allocate {
                self.fill(route, k, block);
                held = true;
            }
            let cache = &mut self.caches[at];
            if held && cache.write_back {
                return cache.mark(block);
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
}
