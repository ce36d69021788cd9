//! Address translation and demand paging.
//!
//! A kernel on a machine without TLBs and caches resolves page faults and sets dirty bits. It observes each use of a page, so that
//! it chooses the same victims. TLBs and caches are simulated here.

use crate::kernel::event::{KernelObserver, KernelStep};
use crate::kernel::ids::Pid;
use crate::kernel::{Kernel, OutOfMemory};
use crate::machine::Machine;
use crate::machine::event::{AccessKind, Event, MachineObserver};
use crate::machine::spec::{Spec, TlbSpec};
use crate::trace::counts::{LevelCounts, PagingCounts};
use crate::trace::demand::{DemandError, DemandPaging};
use crate::trace::replay::KINDS;
use crate::trace::tally::Tally;

use super::cache::{Cause, FlatCache};
use super::caches::{FlatCaches, route_of};
use super::pages::{Page, Pages};

/// A block that was accessed.
#[derive(Debug, Clone, Copy)]
struct Latest {
    /// The block number of the virtual address, or `u64::MAX` if there is no latest block.
    block: u64,
    /// The physical page.
    ppn: u64,
    /// Whether the block is dirty in the first cache.
    stored: bool,
    /// Whether another use of the page has no effect on replacement.
    settled: bool,
}

/// An entry that a TLB holds.
#[derive(Debug, Clone, Copy)]
struct TlbHit {
    /// The position of the TLB on its route.
    level: usize,
    /// Whether the entry's dirty bit is set.
    dirty: bool,
}

/// A process, its pages, and the TLBs and caches of the core that runs it.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent properties of the machine and its state"
)]
pub(super) struct FlatProcess {
    kernel: Box<Kernel>,
    pid: Pid,
    caches: FlatCaches,
    tlbs: Vec<FlatCache>,
    /// For loads and stores, and for fetches, the TLBs in the order of the lookups.
    routes: [Vec<usize>; 2],
    /// The latest block of each route. The first TLB and the first cache would be unchanged by another access to it.
    latest: [Latest; 2],
    /// Number of accesses to the latest blocks, by [`Cause`], that are not yet counted in the TLBs and caches.
    repeats: [u64; 3],
    /// Whether another use of a used page has no effect until the kernel evicts a page.
    uses_are_idempotent: bool,
    /// Whether the routes have the same first TLB or the same first cache.
    is_shared: bool,
    pages: Pages,
    page_bits: u32,
    /// Whether page walks fetch entries through the caches.
    walk_cached: bool,
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
        let fits = (1 << block_bits) >= u64::from(mmu.pte.bytes)
            && block_bits <= page_bits
            && page_bits >= Page::LEAST_BITS;
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
        let is_shared = routes[0].first() == routes[1].first() || caches.share_first();
        let bare = machine.without_tlbs_and_caches();
        Some(demand.start(bare).map(|(kernel, pid)| Self {
            pid,
            caches,
            tlbs,
            routes,
            latest: [Latest { block: u64::MAX, ppn: 0, stored: false, settled: false }; 2],
            repeats: [0; 3],
            uses_are_idempotent: kernel.uses_are_idempotent(),
            kernel: Box::new(kernel),
            is_shared,
            pages: Pages::new(mmu),
            page_bits,
            walk_cached: mmu.walk_cached,
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
    fn touch(&mut self, kind: AccessKind, va: u64, size: u32, used: Option<u64>) -> Result<u64, OutOfMemory> {
        let (cause, write) = (Cause::from(kind), kind == AccessKind::Write);
        let (route, vpn) = (route_of(cause), va >> self.page_bits);
        let block = va >> self.caches.block_bits;
        let latest = &mut self.latest[route];
        if latest.block == block && (!write || latest.stored) {
            self.repeats[cause as usize] += 1;
            if !latest.settled && used != Some(vpn) {
                latest.settled = self.uses_are_idempotent;
                self.kernel.use_frame(latest.ppn, write);
            }
            return Ok(vpn);
        }
        let hit = self.look_up(cause, vpn);
        let is_simple = hit.is_some_and(|hit| hit.level == 0 && (hit.dirty || !write));
        let mut is_used = used == Some(vpn);
        if !is_simple {
            is_used |= self.translate(kind, va, size, hit)?;
        }
        let pa = self.pages.get(vpn).base() | (va & ((1 << self.page_bits) - 1));
        let ppn = pa >> self.page_bits;
        if !is_used {
            self.kernel.use_frame(ppn, write);
        }
        let is_first = self.caches.touch(cause, pa >> self.caches.block_bits) & is_simple;
        if !is_first || self.is_shared {
            self.latest[1 - route].block = u64::MAX;
        }
        let block = if self.caches.is_repeatable(cause) { block } else { u64::MAX };
        let settled = !is_used && self.uses_are_idempotent;
        self.latest[route] = Latest { block, ppn, stored: write, settled };
        Ok(vpn)
    }

    /// Counts the accesses to the latest blocks, which hit the first TLB and the first cache.
    pub(super) fn count_repeats(&mut self) {
        for cause in KINDS.map(Cause::from) {
            let repeats = std::mem::take(&mut self.repeats[cause as usize]);
            if let Some(first) = self.routes[route_of(cause)].first() {
                self.tlbs[*first].count_hits(cause, repeats);
            }
            self.caches.count_first(cause, repeats);
        }
    }

    /// Searches the TLBs.
    #[inline(always)]
    fn look_up(&mut self, cause: Cause, vpn: u64) -> Option<TlbHit> {
        for (level, at) in self.routes[route_of(cause)].iter().enumerate() {
            let tlb = &mut self.tlbs[*at];
            let found = tlb.touch(vpn);
            tlb.count(cause, found.is_some());
            if let Some(dirty) = found {
                return Some(TlbHit { level, dirty });
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
        mut hit: Option<TlbHit>,
    ) -> Result<bool, OutOfMemory> {
        let (cause, write, vpn) = (Cause::from(kind), kind == AccessKind::Write, va >> self.page_bits);
        let mut is_used = false;
        if hit.is_none() && !self.pages.get(vpn).is_present() {
            self.fault(kind, va, size)?;
            is_used = true;
            // The instruction is restarted.
            hit = self.look_up(cause, vpn);
        }
        let page = self.pages.get(vpn);
        let sets_dirty = write && hit.is_some_and(|hit| !hit.dirty);
        if hit.is_none() {
            for k in 0..self.pages.walk(vpn).0.len() {
                let entry = self.pages.walk(vpn).0[k];
                self.fetch_entry(entry);
            }
        }
        if hit.is_none() || sets_dirty {
            let entry = self.pages.walk(vpn).1;
            self.fetch_entry(entry);
        }
        if sets_dirty {
            self.tlbs.iter_mut().for_each(|tlb| tlb.mark(vpn));
        }
        if write && !page.is_dirty() {
            // The kernel's machine sets the dirty bit.
            if let Ok(va) = self.kernel.machine().va(va) {
                self.kernel.touch(self.pid, va, size, kind, &mut ())?;
            }
            self.pages.set_dirty(vpn);
            is_used = true;
        }
        let route = &self.routes[route_of(cause)];
        let (level, dirty) = hit.map_or((route.len(), page.is_dirty()), |hit| (hit.level, hit.dirty));
        for at in route[..level].iter().rev() {
            self.tlbs[*at].fill_entry(vpn, dirty || write);
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
    fn fault(&mut self, kind: AccessKind, va: u64, size: u32) -> Result<(), OutOfMemory> {
        let mut fault = FaultObserver::new(&mut self.tally);
        let done = match self.kernel.machine().va(va) {
            Ok(va) => self.kernel.touch(self.pid, va, size, kind, &mut fault).map(|_| ()),
            Err(_) => Ok(()),
        };
        let FaultObserver { failed_walk, walk, pa, evicted, filled, .. } = fault;
        for entry in failed_walk {
            self.fetch_entry(entry);
        }
        for vpn in &evicted {
            self.pages.unmap(*vpn);
            self.tlbs.iter_mut().for_each(|tlb| tlb.invalidate(*vpn));
        }
        self.has_evicted |= !evicted.is_empty();
        // Until the first eviction, no cache holds a block of a free frame.
        for frame in filled.into_iter().filter(|_| self.has_evicted) {
            let blocks = self.page_bits - self.caches.block_bits;
            let first = u64::from(frame) << blocks;
            self.caches.invalidate(first, first + ((1 << blocks) - 1));
        }
        done?;
        let base = pa & !((1 << self.page_bits) - 1);
        self.pages.map(va >> self.page_bits, base, kind == AccessKind::Write, &walk);
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
