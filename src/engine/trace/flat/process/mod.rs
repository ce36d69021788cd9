//! Address translation and demand paging.
//!
//! During the simulation, the kernel runs on a machine without TLBs and caches. It resolves page faults and sets dirty bits. It
//! observes each use of a page, so that it chooses the same victims. TLBs and caches are simulated here, and the kernel's machine
//! receives their state at the end.

mod simulation;

use std::collections::{HashMap, HashSet};

use crate::kernel::ids::Pid;
use crate::kernel::{Kernel, OutOfMemory};
use crate::machine::Machine;
use crate::machine::check::MAX_LEVELS;
use crate::machine::event::AccessKind;
use crate::machine::footprint::{Footprint, MemoryUse};
use crate::machine::resume::EntryState;
use crate::machine::set_assoc::LineState;
use crate::machine::spec::Spec;
use crate::trace::counts::{LevelCounts, MemoryTransfers, PagingCounts};
use crate::trace::demand::{DemandError, DemandPaging};
use crate::trace::replay::{Fragments, KINDS};
use crate::trace::tally::Tally;

use super::cache::{Below, Cause, FlatCache};
use super::caches::{FlatCaches, route_of};
use super::pages::{FaultObserver, Pages, RecentPage, can_translate, have_one_set_per_block};

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
    /// The kernel, on a machine without TLBs and caches.
    kernel: Box<Kernel>,
    /// The machine of the kernel, without main memory.
    machine: Box<Machine>,
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
    /// The frames and page tables whose blocks were in caches before the process used them.
    stale: HashSet<u64>,
    /// The page that the last fault made present.
    last_mapped: Option<u64>,
    /// The physical pages and dirty bits of TLB entries that evictions invalidated, by TLB, set, and way.
    dropped: HashMap<(usize, u64, u32), (u64, bool)>,
    /// Counts the kernel's steps.
    tally: Tally,
}

impl FlatProcess {
    /// Takes over a process without pages, which runs on the current core of its kernel's machine. Returns the kernel if the
    /// general simulation is needed.
    pub(super) fn new(kernel: Box<Kernel>, pid: Pid) -> Result<Self, Box<Kernel>> {
        match Self::parts(&kernel) {
            Some((caches, tlbs)) => Ok(Self::with_parts(kernel, pid, caches, tlbs)),
            None => Err(kernel),
        }
    }

    /// The caches and TLBs of a kernel's machine, or `None` if it needs the general simulation.
    fn parts(kernel: &Kernel) -> Option<(FlatCaches, Vec<FlatCache>)> {
        let machine = kernel.machine();
        let spec: &Spec = machine.spec();
        let fits = can_translate(spec)
            && have_one_set_per_block(spec)
            && kernel.is_empty_for_trace()
            && !machine.has_tlb_entries();
        let caches = FlatCaches::new(machine).filter(|_| fits)?;
        // The virtual addresses of blocks that other processes left in the caches are unknown.
        let is_known = !(caches.have_virtual_sets() && machine.has_used_caches());
        Some((caches, flat_tlbs(spec)?)).filter(|_| is_known)
    }

    /// Returns the kernel, whose machine has the state of the TLBs and caches.
    pub(super) fn into_kernel(mut self) -> Box<Kernel> {
        let page_flags = self.last_mapped.and_then(|vpn| {
            let machine = self.kernel.machine();
            machine.flags_of_page(machine.vpn(vpn).ok()?)
        });
        self.kernel.machine_mut().exchange(&mut self.machine);
        self.caches.give_to(&mut self.machine);
        for at in 0..self.tlbs.len() {
            let counts = self.tlbs[at].counts().counts;
            let rows: Vec<_> = self.tlbs[at].rows().collect();
            let entries = rows.into_iter().map(|(set, lines)| {
                (
                    set,
                    lines
                        .into_iter()
                        .filter_map(|line| self.entry(at, set, line))
                        .collect(),
                )
            });
            // Without a page, no TLB was filled.
            let entries: Vec<_> = entries.filter(|_| page_flags.is_some()).collect();
            self.machine.restore_tlb(
                at,
                entries.into_iter(),
                page_flags.unwrap_or_default(),
                counts,
            );
        }
        *self.kernel.machine_mut() = *self.machine;
        self.kernel
    }

    /// Returns the kernel with its machine, as if no record had been performed.
    pub(super) fn abandon(mut self) -> Box<Kernel> {
        self.kernel.machine_mut().exchange(&mut self.machine);
        *self.kernel.machine_mut() = *self.machine;
        self.kernel
    }

    /// The entry in a line of a TLB.
    fn entry(&mut self, tlb: usize, set: u64, line: LineState) -> Option<EntryState> {
        if line.valid {
            let ppn = self.pages.get(line.block).base() >> self.page_bits;
            return Some(EntryState { line, ppn });
        }
        let (ppn, dirty) = *self.dropped.get(&(tlb, set, line.way))?;
        Some(EntryState {
            line: LineState { dirty, ..line },
            ppn,
        })
    }

    /// Returns the counts of the TLBs, in spec order.
    pub(super) fn tlb_counts(&self) -> Vec<LevelCounts> {
        self.tlbs.iter().map(FlatCache::counts).collect()
    }

    /// Returns the counts of paging. There is one walk for each miss in the last TLB.
    pub(super) fn paging(&self, spec: &Spec) -> PagingCounts {
        let misses = |kind: &AccessKind| {
            let last = self.routes[route_of((*kind).into())]
                .last()
                .map(|at| self.tlbs[*at].counts().kinds);
            last.map_or(0, |kinds| match kind {
                AccessKind::Read => kinds.reads.misses,
                AccessKind::Write => kinds.writes.misses,
                AccessKind::Execute => kinds.fetches.misses,
            })
        };
        PagingCounts {
            walks: KINDS.iter().map(misses).sum(),
            ..self.tally.paging(spec)
        }
    }
}

impl<B: Below> FlatProcess<B> {
    /// The memory of the kernel, its machine, and the pages.
    pub(in crate::trace) fn footprint(&self) -> Footprint {
        let mut footprint = self.kernel.footprint();
        footprint.add(MemoryUse::Traces, self.pages.host_bytes());
        footprint
    }

    /// Returns the work of the kernel since the last call.
    pub(super) fn take_work(&mut self) -> u64 {
        self.kernel.take_work()
    }

    /// Boots a kernel and creates a process with these caches on a machine that [`can_translate`] accepts. Returns `None` if the
    /// TLBs need the general simulation.
    pub(in crate::trace) fn with_caches(
        machine: Machine,
        demand: DemandPaging,
        caches: FlatCaches<B>,
    ) -> Option<Result<Self, DemandError>> {
        let tlbs = flat_tlbs(machine.spec())?;
        let start = demand.start(machine);
        Some(start.map(|(kernel, pid)| Self::with_parts(Box::new(kernel), pid, caches, tlbs)))
    }

    fn with_parts(
        mut kernel: Box<Kernel>,
        pid: Pid,
        caches: FlatCaches<B>,
        tlbs: Vec<FlatCache>,
    ) -> Self {
        let bare = kernel.machine_mut().without_tlbs_and_caches();
        let machine = Box::new(std::mem::replace(kernel.machine_mut(), bare));
        let spec: &Spec = machine.spec();
        let mmu = spec
            .mmu
            .clone()
            .unwrap_or_else(|| unreachable!("a kernel needs an MMU"));
        let page_bits = mmu.page_bits;
        let routes = [AccessKind::Read, AccessKind::Execute].map(|kind| {
            let tlbs = spec.tlbs.iter().enumerate();
            tlbs.filter(|(_, tlb)| tlb.side.serves(kind))
                .map(|(at, _)| at)
                .collect::<Vec<_>>()
        });
        let is_shared = routes[0].first() == routes[1].first() || caches.share_first();
        let first = [0, 1].map(|route: usize| routes[route].first().copied().unwrap_or_default());
        let blocks_of_page = page_bits - caches.block_bits();
        let stale = if machine.has_used_caches() {
            caches
                .blocks()
                .map(|block| block >> blocks_of_page)
                .collect()
        } else {
            HashSet::new()
        };
        Self {
            pid,
            caches,
            tlbs,
            routes,
            first,
            latest_fetch: None,
            is_shared,
            hits: [0; 3],
            uses_are_idempotent: kernel.uses_are_idempotent(),
            kernel,
            machine,
            pages: Pages::new(&mmu),
            recent: Box::new([RecentPage::NONE; RECENT]),
            page_bits,
            walk_cached: mmu.walk_cached,
            has_evicted: false,
            stale,
            last_mapped: None,
            dropped: HashMap::new(),
            tally: Tally::default(),
        }
    }

    /// The number of the process.
    pub(super) fn pid(&self) -> Pid {
        self.pid
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
    fn touch(
        &mut self,
        kind: AccessKind,
        va: u64,
        size: u32,
        used: Option<u64>,
    ) -> Result<u64, OutOfMemory> {
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
            (
                self.use_page(vpn, write, if is_used { Some(vpn) } else { used }),
                false,
            )
        };
        let hits_first = self
            .caches
            .touch(cause, (base | offset) >> self.caches.block_bits());
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
            *page = RecentPage {
                vpn,
                base: self.pages.get(vpn).base(),
                settled: false,
            };
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
        let (cause, write, vpn) = (
            Cause::from(kind),
            kind == AccessKind::Write,
            va >> self.page_bits,
        );
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
        let (level, dirty) =
            hit.map_or((route.len(), page.is_dirty()), |hit| (hit.level, hit.dirty));
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

    #[inline]
    fn fetch_entry(&mut self, entry: u64) {
        if self.walk_cached {
            self.caches
                .touch_and_count(Cause::Walk, entry >> self.caches.block_bits());
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
        let mut fault = FaultObserver {
            tally: &mut self.tally,
            evicted: Vec::new(),
            tables: Vec::new(),
        };
        let frame = self.kernel.touch_absent(self.pid, va, kind, &mut fault);
        let (evicted, tables) = (fault.evicted, fault.tables);
        for vpn in &evicted {
            let ppn = self.pages.get(*vpn).base() >> self.page_bits;
            self.pages.unmap(*vpn);
            for (at, tlb) in self.tlbs.iter_mut().enumerate() {
                if let Some((set, line)) = tlb.invalidate(*vpn) {
                    self.dropped.insert((at, set, line.way), (ppn, line.dirty));
                }
            }
        }
        self.has_evicted |= !evicted.is_empty();
        // The kernel may have cleared use bits.
        *self.recent = [RecentPage::NONE; RECENT];
        // The kernel fills the pages of tables and frames, and no cache holds their blocks then.
        for (level, first) in tables {
            for ppn in first..first + self.kernel.pages_of_table(level) {
                if self.stale.remove(&ppn) {
                    self.invalidate_page(ppn, true);
                }
            }
        }
        let Some(frame) = frame?.map(|frame| u64::from(frame.0)) else {
            return Ok(());
        };
        // Until the first eviction, no cache holds a block of this process in a free frame.
        let is_stale = self.stale.remove(&frame);
        if is_stale || self.has_evicted {
            self.invalidate_page(frame, is_stale);
        }
        if !is_known {
            self.pages
                .set_walk(vpn, &self.kernel.path_to(self.pid, vpn));
        }
        self.pages
            .map(vpn, frame << self.page_bits, kind == AccessKind::Write);
        self.caches.map(frame, vpn);
        self.last_mapped = Some(vpn);
        Ok(())
    }

    /// Invalidates the cached blocks of a physical page. `is_stale`: they are from before the process used the page.
    fn invalidate_page(&mut self, ppn: u64, is_stale: bool) {
        let blocks = self.page_bits - self.caches.block_bits();
        self.caches
            .invalidate(ppn << blocks, ((ppn + 1) << blocks) - 1, is_stale);
    }

    pub(in crate::trace) fn caches(&self) -> &FlatCaches<B> {
        &self.caches
    }

    /// Same, to change them.
    pub(in crate::trace) fn caches_mut(&mut self) -> &mut FlatCaches<B> {
        &mut self.caches
    }
}

/// The empty TLBs of a machine, or `None` if they need the general simulation.
fn flat_tlbs(spec: &Spec) -> Option<Vec<FlatCache>> {
    spec.tlbs
        .iter()
        .map(|tlb| FlatCache::new_tlb(tlb, spec.vpn_bits()))
        .collect()
}
