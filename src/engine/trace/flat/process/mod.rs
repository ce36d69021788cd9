//! Address translation and demand paging.
//!
//! A kernel on a machine without TLBs and caches resolves page faults and sets dirty bits. It observes each use of a page, so that
//! it chooses the same victims. TLBs and caches are simulated here.

mod simulation;

use crate::kernel::ids::Pid;
use crate::kernel::{Kernel, OutOfMemory};
use crate::machine::Machine;
use crate::machine::check::MAX_LEVELS;
use crate::machine::event::AccessKind;
use crate::machine::spec::Spec;
use crate::trace::counts::{LevelCounts, MemoryTransfers, PagingCounts};
use crate::trace::demand::{DemandError, DemandPaging};
use crate::trace::replay::{Fragments, KINDS};
use crate::trace::tally::Tally;

use super::below::Below;
use super::cache::{Cause, FlatCache};
use super::caches::{FlatCaches, route_of};
use super::fault::FaultObserver;
use super::pages::{Pages, RecentPage, can_translate, have_one_set_per_block};

/// Number of recently accessed pages that are remembered.
const RECENT: usize = 64;

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
pub(in crate::trace) struct FlatProcess<B = MemoryTransfers> {
    kernel: Box<Kernel>,
    pid: Pid,
    caches: FlatCaches<B>,
    tlbs: Vec<FlatCache>,
    /// For loads and stores, and for fetches, the TLBs in the order of the lookups.
    routes: [Vec<usize>; 2],
    /// The first TLB of each route.
    first: [usize; 2],
    /// The block of the virtual address of the last fetch, if another fetch from it only hits the first TLB and the first cache.
    latest_fetch: Option<u64>,
    /// Whether loads and stores have the same first TLB or the same first cache as fetches.
    is_shared: bool,
    /// Number of accesses that hit the first TLB and the first cache, by [`Cause`], and are not yet counted there.
    hits: [u64; 3],
    /// Whether another use of a used page has no effect until the kernel evicts a page.
    uses_are_idempotent: bool,
    pages: Pages,
    /// Recently accessed pages, by the low bits of their numbers.
    recent: Box<[RecentPage; RECENT]>,
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
        let fits = can_translate(spec) && have_one_set_per_block(spec);
        let caches = FlatCaches::new(machine).filter(|_| fits)?;
        Self::with_caches(machine, demand, caches)
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

impl<B: Below> FlatProcess<B> {
    /// Estimates the memory that grows with the trace, in bytes.
    pub(in crate::trace) fn host_bytes(&self) -> u64 {
        self.kernel.footprint().total() + self.pages.host_bytes()
    }

    /// Boots a kernel and creates a process with these caches on a machine that [`can_translate`] accepts. Returns `None` if the
    /// TLBs need the general simulation.
    pub(in crate::trace) fn with_caches(
        machine: &Machine,
        demand: DemandPaging,
        caches: FlatCaches<B>,
    ) -> Option<Result<Self, DemandError>> {
        let spec: &Spec = machine.spec();
        let mmu = spec.mmu.as_ref()?;
        let page_bits = mmu.page_bits;
        let tlbs = spec.tlbs.iter().map(FlatCache::new_tlb).collect::<Option<Vec<_>>>()?;
        let routes = [AccessKind::Read, AccessKind::Execute].map(|kind| {
            let tlbs = spec.tlbs.iter().enumerate();
            tlbs.filter(|(_, tlb)| tlb.side.serves(kind)).map(|(at, _)| at).collect::<Vec<_>>()
        });
        let is_shared = routes[0].first() == routes[1].first() || caches.share_first();
        let first = [0, 1].map(|route: usize| routes[route].first().copied().unwrap_or_default());
        let bare = machine.without_tlbs_and_caches();
        Some(demand.start(bare).map(|(kernel, pid)| Self {
            pid,
            caches,
            tlbs,
            routes,
            first,
            latest_fetch: None,
            is_shared,
            hits: [0; 3],
            uses_are_idempotent: kernel.uses_are_idempotent(),
            kernel: Box::new(kernel),
            pages: Pages::new(mmu),
            recent: Box::new([RecentPage::NONE; RECENT]),
            page_bits,
            walk_cached: mmu.walk_cached,
            has_evicted: false,
            tally: Tally::default(),
        }))
    }

    /// The last address of the process.
    pub(in crate::trace) fn last(&self) -> u64 {
        self.kernel.user_end() - 1
    }

    /// Performs a reference, and returns the number of its fragments.
    ///
    /// # Errors
    /// Fails if a page fault needs memory and none is free.
    #[inline(always)]
    pub(in crate::trace) fn refer(
        &mut self,
        kind: AccessKind,
        va: u64,
        size: u32,
    ) -> Result<u32, OutOfMemory> {
        let within = self.caches.within;
        if Fragments::is_one(within, va, size.into()) {
            self.touch(kind, va, size, None)?;
            return Ok(1);
        }
        self.refer_split(kind, Fragments::new(within, va, size.into()))
    }

    #[inline(never)]
    fn refer_split(&mut self, kind: AccessKind, fragments: Fragments) -> Result<u32, OutOfMemory> {
        let (mut count, mut used) = (0, None);
        for (at, size) in fragments {
            used = Some(self.touch(kind, at, size as u32, used)?);
            count += 1;
        }
        Ok(count)
    }

    /// Performs a fragment, and returns its page. Consecutive fragments in one page are a single use of its frame; `used` is the
    /// page of the fragment before.
    #[inline(always)]
    fn touch(&mut self, kind: AccessKind, va: u64, size: u32, used: Option<u64>) -> Result<u64, OutOfMemory> {
        let (cause, write) = (Cause::from(kind), kind == AccessKind::Write);
        let (vpn, offset) = (va >> self.page_bits, va & ((1 << self.page_bits) - 1));
        let (first, block) = (self.first[route_of(cause)], va >> self.caches.block_bits());
        if cause == Cause::Execute && self.latest_fetch == Some(block) {
            self.hits[cause as usize] += 1;
            self.use_page(vpn, write, used);
            return Ok(vpn);
        }
        let found = self.tlbs[first].touch(vpn);
        let (base, is_simple) = if found == Some(true) || found.is_some() && !write {
            (self.use_page(vpn, write, used), true)
        } else {
            self.tlbs[first].count(cause, found.is_some());
            let is_used = self.translate(kind, va, size, found)?;
            (self.use_page(vpn, write, if is_used { Some(vpn) } else { used }), false)
        };
        let hits_first = self.caches.touch(cause, (base | offset) >> self.caches.block_bits());
        if is_simple && hits_first {
            self.hits[cause as usize] += 1;
        } else {
            self.count_partial_hit(cause, is_simple, hits_first);
        }
        if cause == Cause::Execute {
            self.latest_fetch = Some(block).filter(|_| self.caches.fetches_are_repeatable());
        } else if !(is_simple && hits_first) || self.is_shared {
            self.latest_fetch = None;
        }
        Ok(vpn)
    }

    /// A page that is present.
    #[inline(always)]
    fn recent(&mut self, vpn: u64) -> &mut RecentPage {
        let page = &mut self.recent[vpn as usize % RECENT];
        if page.vpn != vpn {
            *page = RecentPage { vpn, base: self.pages.get(vpn).base(), settled: false };
        }
        page
    }

    /// Reports a use of a page to the kernel, unless it is the page `used`. Returns the physical address of the page.
    #[inline(always)]
    fn use_page(&mut self, vpn: u64, write: bool, used: Option<u64>) -> u64 {
        let RecentPage { base, settled, .. } = *self.recent(vpn);
        if !settled && used != Some(vpn) {
            self.kernel.use_frame(base >> self.page_bits, write);
            self.recent(vpn).settled = self.uses_are_idempotent;
        }
        base
    }

    /// Whether a fetch from the block of the record before has no effect except that it hits the first TLB and the first cache.
    pub(super) fn fetches_are_repeatable(&self) -> bool {
        self.kernel.repeated_use_is_noop() && self.caches.fetches_are_repeatable()
    }

    /// Counts accesses that hit the first TLB and the first cache, if any.
    pub(super) fn count_hits(&mut self, cause: Cause, hits: u64) {
        if let Some(first) = self.routes[route_of(cause)].first() {
            self.tlbs[*first].count_hits(cause, hits);
        }
        self.caches.count_first(cause, hits);
    }

    /// Counts the accesses that hit the first TLB and the first cache, and are not yet counted there.
    pub(in crate::trace) fn count_pending_hits(&mut self) {
        for cause in KINDS.map(Cause::from) {
            let hits = std::mem::take(&mut self.hits[cause as usize]);
            self.count_hits(cause, hits);
        }
    }

    /// Counts a hit of either the first TLB or the first cache.
    #[inline(never)]
    fn count_partial_hit(&mut self, cause: Cause, tlb: bool, cache: bool) {
        if tlb {
            self.tlbs[self.first[route_of(cause)]].count_hits(cause, 1);
        }
        if cache {
            self.caches.count_first(cause, 1);
        }
    }

    /// Searches the TLBs from position `level`.
    fn look_up(&mut self, cause: Cause, vpn: u64, level: usize) -> Option<TlbHit> {
        for (level, at) in self.routes[route_of(cause)].iter().enumerate().skip(level) {
            let tlb = &mut self.tlbs[*at];
            let found = tlb.touch(vpn);
            tlb.count(cause, found.is_some());
            if let Some(dirty) = found {
                return Some(TlbHit { level, dirty });
            }
        }
        None
    }

    /// Translates the address of a fragment for which the first TLB is not sufficient; `first` is the dirty bit that it found.
    /// Returns whether the kernel has already noted the use of the page.
    #[inline(never)]
    fn translate(
        &mut self,
        kind: AccessKind,
        va: u64,
        size: u32,
        first: Option<bool>,
    ) -> Result<bool, OutOfMemory> {
        let (cause, write, vpn) = (Cause::from(kind), kind == AccessKind::Write, va >> self.page_bits);
        let mut is_used = false;
        let mut hit = match first {
            Some(dirty) => Some(TlbHit { level: 0, dirty }),
            None => self.look_up(cause, vpn, 1),
        };
        if hit.is_none() && !self.pages.get(vpn).is_present() {
            self.fault(kind, va)?;
            is_used = true;
            // The instruction is restarted.
            hit = self.look_up(cause, vpn, 0);
        }
        let page = self.pages.get(vpn);
        let sets_dirty = write && hit.is_some_and(|hit| !hit.dirty);
        if hit.is_none() {
            self.walk(vpn);
        } else if sets_dirty {
            let (_, entry) = self.pages.walk(vpn);
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

    /// Fetches all entries on the path to a page.
    #[inline]
    fn walk(&mut self, vpn: u64) {
        let (above, entry) = self.pages.walk(vpn);
        let (mut entries, levels) = ([0; MAX_LEVELS], above.len());
        entries[..levels].copy_from_slice(above);
        for entry in &entries[..levels] {
            self.fetch_entry(*entry);
        }
        self.fetch_entry(entry);
    }

    /// Fetches a page-table entry.
    #[inline]
    fn fetch_entry(&mut self, entry: u64) {
        if self.walk_cached {
            self.caches.touch_and_count(Cause::Walk, entry >> self.caches.block_bits());
        } else {
            self.caches.below_mut().count_uncached_walk();
        }
    }

    /// Performs the walk to a page that is not present, and lets the kernel handle the fault.
    #[inline(never)]
    fn fault(&mut self, kind: AccessKind, va: u64) -> Result<(), OutOfMemory> {
        let vpn = va >> self.page_bits;
        let is_known = self.pages.knows_walk(vpn);
        if is_known {
            self.walk(vpn);
        } else {
            // The walk ends where a table is missing.
            for entry in self.kernel.path_to(self.pid, vpn) {
                self.fetch_entry(entry);
            }
        }
        let mut fault = FaultObserver { tally: &mut self.tally, evicted: Vec::new() };
        let frame = self.kernel.touch_absent(self.pid, va, kind, &mut fault);
        let evicted = fault.evicted;
        for vpn in &evicted {
            self.pages.unmap(*vpn);
            self.tlbs.iter_mut().for_each(|tlb| tlb.invalidate(*vpn));
        }
        self.has_evicted |= !evicted.is_empty();
        // The kernel may have cleared use bits.
        *self.recent = [RecentPage::NONE; RECENT];
        let Some(frame) = frame?.map(|frame| u64::from(frame.0)) else { return Ok(()) };
        // The kernel filled the frame. Until the first eviction, no cache holds a block of a free frame.
        if self.has_evicted {
            let blocks = self.page_bits - self.caches.block_bits();
            self.caches.invalidate(frame << blocks, ((frame + 1) << blocks) - 1);
        }
        if !is_known {
            self.pages.set_walk(vpn, &self.kernel.path_to(self.pid, vpn));
        }
        self.pages.map(vpn, frame << self.page_bits, kind == AccessKind::Write);
        self.caches.map(frame, vpn);
        Ok(())
    }

    /// The caches.
    pub(in crate::trace) fn caches(&self) -> &FlatCaches<B> {
        &self.caches
    }

    /// Same, to change them.
    pub(in crate::trace) fn caches_mut(&mut self) -> &mut FlatCaches<B> {
        &mut self.caches
    }
}
