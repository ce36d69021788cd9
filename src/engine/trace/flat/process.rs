//! Address translation and demand paging.
//!
//! A kernel on a machine without TLBs and caches resolves page faults and sets dirty bits. It observes each use of a page, so that
//! it chooses the same victims. TLBs and caches are simulated here.

use crate::kernel::event::{KernelObserver, KernelStep};
use crate::kernel::ids::Pid;
use crate::kernel::{Kernel, OutOfMemory};
use crate::machine::Machine;
use crate::machine::event::{AccessKind, Event, MachineObserver};
use crate::machine::pte::Bit;
use crate::machine::spec::{Spec, TlbSpec};
use crate::trace::counts::{LevelCounts, PagingCounts};
use crate::trace::demand::{DemandError, DemandPaging};
use crate::trace::replay::KINDS;
use crate::trace::tally::Tally;

use super::cache::{Cause, FlatCache};
use super::caches::{FlatCaches, route_of};
use super::pages::Pages;

/// A process, its pages, and the TLBs and caches of the core that runs it.
#[derive(Debug)]
pub(super) struct FlatProcess {
    kernel: Box<Kernel>,
    pid: Pid,
    caches: FlatCaches,
    tlbs: Vec<FlatCache>,
    /// For loads and stores, and for fetches, the TLBs in the order of the lookups.
    routes: [Vec<usize>; 2],
    pages: Pages,
    page_bits: u32,
    /// Whether page walks fetch entries through the caches.
    walk_cached: bool,
    /// Whether page-table entries have a dirty bit.
    has_dirty_bit: bool,
    /// Whether the kernel has evicted a page.
    has_evicted: bool,
    /// Counts the kernel's steps.
    tally: Tally,
}

impl FlatProcess {
    /// Boots a kernel and creates the process. Returns `None` if the machine needs the general simulation.
    pub(super) fn new(machine: &Machine, demand: DemandPaging) -> Option<Result<Self, DemandError>> {
        let spec: &Spec = machine.spec();
        let mmu = spec.mmu.as_ref()?;
        let caches = FlatCaches::new(machine)?;
        let (block_bits, page_bits) = (caches.block_bits, mmu.page_bits);
        // Blocks contain whole page-table entries, pages contain whole blocks, and virtual and physical addresses select
        // the same sets.
        let fits = (1 << block_bits) >= u64::from(mmu.pte.bytes) && block_bits <= page_bits;
        let is_indexed_within_page = spec
            .caches
            .iter()
            .all(|cache| !cache.virtual_index || cache.sets.trailing_zeros() + cache.block_bits <= page_bits);
        let serves =
            KINDS.iter().all(|kind| spec.first_tlb(*kind).is_some() == spec.first_cache(*kind).is_some());
        let has_base_pages =
            |tlb: &TlbSpec| tlb.page_bits.first().is_none_or(|smallest| *smallest == page_bits);
        if !fits || !is_indexed_within_page || !serves || !spec.tlbs.iter().all(has_base_pages) {
            return None;
        }
        let tlbs = spec.tlbs.iter().map(FlatCache::new_tlb).collect::<Option<Vec<_>>>()?;
        let routes = [AccessKind::Read, AccessKind::Execute].map(|kind| {
            let tlbs = spec.tlbs.iter().enumerate();
            tlbs.filter(|(_, tlb)| tlb.side.serves(kind)).map(|(at, _)| at).collect::<Vec<_>>()
        });
        let bare = machine.without_tlbs_and_caches();
        Some(demand.start(bare).map(|(kernel, pid)| Self {
            kernel: Box::new(kernel),
            pid,
            caches,
            tlbs,
            routes,
            pages: Pages::new(mmu.levels.len()),
            page_bits,
            walk_cached: mmu.walk_cached,
            has_dirty_bit: mmu.pte.bit_position(Bit::D).is_some(),
            has_evicted: false,
            tally: Tally::default(),
        }))
    }

    /// The last address of the process.
    pub(super) fn last(&self) -> u64 {
        self.kernel.user_end() - 1
    }

    /// Performs a reference, and returns the number of its fragments.
    ///
    /// # Errors
    /// Fails if a page fault needs memory and none is free.
    #[inline(always)]
    pub(super) fn refer(&mut self, kind: AccessKind, va: u64, size: u32) -> Result<u32, OutOfMemory> {
        let within = self.caches.within;
        if u64::from(size).wrapping_sub(1) <= within - (va & within) {
            self.touch(kind, va, size, None)?;
            return Ok(1);
        }
        self.refer_split(kind, va, size)
    }

    #[inline(never)]
    fn refer_split(&mut self, kind: AccessKind, va: u64, size: u32) -> Result<u32, OutOfMemory> {
        let within = self.caches.within;
        let (mut fragments, mut at, mut left, mut used) = (0, va, size, None);
        while left > 0 {
            let room = within - (at & within) + 1;
            let now = left.min(u32::try_from(room).unwrap_or(u32::MAX));
            used = Some(self.touch(kind, at, now, used)?);
            (fragments, left) = (fragments + 1, left - now);
            // The record ends at or before the last address.
            at = at.wrapping_add(now.into());
        }
        Ok(fragments)
    }

    /// Performs a fragment, and returns its page. Consecutive fragments in one page are a single use of its frame; `used` is the
    /// page of the fragment before.
    #[inline(always)]
    fn touch(&mut self, kind: AccessKind, va: u64, size: u32, used: Option<u32>) -> Result<u32, OutOfMemory> {
        let (cause, write) = (Cause::from(kind), kind == AccessKind::Write);
        let number = self.pages.number(va >> self.page_bits);
        let page = self.pages.get(number);
        let hit = self.look_up(cause, number, page.vpn);
        let is_used = if hit == Some(0) && (!write || page.dirty) {
            used == Some(number)
        } else {
            self.translate(kind, va, size, number, hit)? || used == Some(number)
        };
        let pa = self.pages.get(number).base | (va & ((1 << self.page_bits) - 1));
        if !is_used {
            self.kernel.use_frame(pa >> self.page_bits, write);
        }
        self.caches.touch(cause, pa >> self.caches.block_bits);
        Ok(number)
    }

    /// Searches the TLBs, and returns the position of the first TLB that holds the page.
    #[inline(always)]
    fn look_up(&mut self, cause: Cause, number: u32, vpn: u64) -> Option<usize> {
        for (k, at) in self.routes[route_of(cause)].iter().enumerate() {
            let tlb = &mut self.tlbs[*at];
            let hit = tlb.touch(key(tlb, number, vpn));
            tlb.count(cause, hit);
            if hit {
                return Some(k);
            }
        }
        None
    }

    /// Translates the address of a fragment for which the first TLB is not sufficient. Returns whether the kernel has already
    /// noted the use of the page.
    #[inline(never)]
    fn translate(
        &mut self,
        kind: AccessKind,
        va: u64,
        size: u32,
        number: u32,
        mut hit: Option<usize>,
    ) -> Result<bool, OutOfMemory> {
        let (cause, write, vpn) = (Cause::from(kind), kind == AccessKind::Write, va >> self.page_bits);
        let mut is_used = false;
        if hit.is_none() && !self.pages.get(number).present {
            self.fault(kind, va, size, number)?;
            is_used = true;
            // The instruction is restarted.
            hit = self.look_up(cause, number, vpn);
        }
        let stores = write && !self.pages.get(number).dirty;
        if hit.is_none() {
            for k in 0..self.pages.walk(number).len() {
                self.fetch_entry(self.pages.walk(number)[k]);
            }
        } else if stores && let Some(entry) = self.pages.walk(number).last().copied() {
            self.fetch_entry(entry);
        }
        if stores {
            // The kernel's machine sets the dirty bit.
            if let Ok(va) = self.kernel.machine().va(va) {
                self.kernel.touch(self.pid, va, size, kind, &mut ())?;
            }
            self.pages.get_mut(number).dirty = true;
            is_used = true;
        }
        let route = &self.routes[route_of(cause)];
        for at in route[..hit.unwrap_or(route.len())].iter().rev() {
            let tlb = &mut self.tlbs[*at];
            if let Err(victim) = tlb.touch_or_fill(key(tlb, number, vpn), false) {
                tlb.count_eviction(victim);
            }
        }
        Ok(is_used)
    }

    /// Fetches a page-table entry.
    #[inline]
    fn fetch_entry(&mut self, entry: u64) {
        if self.walk_cached {
            self.caches.touch(Cause::Walk, entry >> self.caches.block_bits);
        } else {
            self.caches.count_memory(Cause::Walk);
        }
    }

    /// Performs an access to a page that is not present on the kernel's machine, and the walk that faults.
    #[inline(never)]
    fn fault(&mut self, kind: AccessKind, va: u64, size: u32, number: u32) -> Result<(), OutOfMemory> {
        let mut fault = FaultObserver::new(&mut self.tally);
        let done = match self.kernel.machine().va(va) {
            Ok(va) => self.kernel.touch(self.pid, va, size, kind, &mut fault).map(|_| ()),
            Err(_) => Ok(()),
        };
        let FaultObserver { failed_walk, walk, pa, evicted, filled, .. } = fault;
        failed_walk.into_iter().for_each(|entry| self.fetch_entry(entry));
        for &vpn in &evicted {
            let number = self.pages.number(vpn);
            self.pages.get_mut(number).present = false;
            for tlb in &mut self.tlbs {
                tlb.invalidate(key(tlb, number, vpn));
            }
        }
        self.has_evicted |= !evicted.is_empty();
        // Until the first eviction, no cache holds a block of a free frame.
        for frame in filled.into_iter().filter(|_| self.has_evicted) {
            let blocks = self.page_bits - self.caches.block_bits;
            let first = u64::from(frame) << blocks;
            self.caches.invalidate(first, first + ((1 << blocks) - 1));
        }
        done?;
        let page = self.pages.get_mut(number);
        page.present = true;
        page.base = pa & !((1 << self.page_bits) - 1);
        page.dirty = kind == AccessKind::Write || !self.has_dirty_bit;
        self.pages.set_walk(number, &walk);
        Ok(())
    }

    /// The caches.
    pub(super) fn caches(&self) -> &FlatCaches {
        &self.caches
    }

    /// Returns the counts of the TLBs, in spec order.
    pub(super) fn tlb_counts(&self) -> Vec<LevelCounts> {
        self.tlbs.iter().map(FlatCache::counts).collect()
    }

    /// Returns the counts of paging. There is one walk for each miss in the last TLB.
    pub(super) fn paging(&self, spec: &Spec) -> PagingCounts {
        let misses = |kind: &AccessKind| {
            let last = self.routes[route_of((*kind).into())].last().map(|at| self.tlbs[*at].counts().kinds);
            last.map_or(0, |kinds| match kind {
                AccessKind::Read => kinds.reads.misses,
                AccessKind::Write => kinds.writes.misses,
                AccessKind::Execute => kinds.fetches.misses,
            })
        };
        PagingCounts { walks: KINDS.iter().map(misses).sum(), ..self.tally.paging(spec) }
    }
}

/// The number under which a TLB holds a page. Its lowest bits are those of the virtual page number, which select the set.
#[inline(always)]
fn key(tlb: &FlatCache, number: u32, vpn: u64) -> u64 {
    let index = tlb.index_mask();
    (u64::from(number) << index.count_ones()) | (vpn & index)
}

/// Observes a faulting access on the kernel's machine.
#[derive(Debug)]
struct FaultObserver<'a> {
    tally: &'a mut Tally,
    /// The addresses of the entries that the failed walk fetched.
    failed_walk: Vec<u64>,
    /// The addresses of the entries that the last walk fetched.
    walk: Vec<u64>,
    /// The physical address of the access.
    pa: u64,
    /// The pages that the kernel evicted.
    evicted: Vec<u64>,
    /// The frames whose contents the kernel replaced.
    filled: Vec<u32>,
}

impl<'a> FaultObserver<'a> {
    fn new(tally: &'a mut Tally) -> Self {
        let (failed_walk, walk) = (Vec::new(), Vec::new());
        Self { tally, failed_walk, walk, pa: 0, evicted: Vec::new(), filled: Vec::new() }
    }
}

impl MachineObserver for FaultObserver<'_> {
    fn on_event(&mut self, event: Event) {
        match event {
            Event::Pte { address: Some(address), .. } => self.walk.push(address.raw()),
            Event::Translated { pa, .. } => self.pa = pa.raw(),
            _ => {}
        }
    }
}

impl KernelObserver for FaultObserver<'_> {
    fn on_step(&mut self, step: KernelStep) {
        self.tally.on_step(step);
        match step {
            KernelStep::Fault { .. } => self.failed_walk.append(&mut self.walk),
            KernelStep::Evicted { page, .. } => self.evicted.extend(page.map(|page| page.vpn.raw())),
            KernelStep::Zeroed { frame } | KernelStep::Filled { frame, .. } => self.filled.push(frame.0),
            _ => {}
        }
    }
}
