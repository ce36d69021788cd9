//! Observers of a replay, and what they count.

use super::counts::{ByKind, Lookups, MemoryTransfers, PagingCounts};
use crate::kernel::event::{KernelObserver, KernelStep};
use crate::kernel::process::FaultCounts;
use crate::machine::check::MAX_UNITS;
use crate::machine::event::{AccessKind, Event, MachineObserver, Purpose};
use crate::machine::spec::Spec;

// Counts of a replay that the machine does not maintain: lookups by level and kind, memory transfers, and
// kernel steps.

/// The index of an access kind in a row of counts.
#[inline]
const fn kind_index(kind: AccessKind) -> usize {
    match kind {
        AccessKind::Read => 0,
        AccessKind::Write => 1,
        AccessKind::Execute => 2,
    }
}

/// The index of page walks in a row of counts.
const WALK: usize = 3;

/// Lookups at up to [`MAX_UNITS`] levels by kind, with misses before hits. The counts are in one array, so
/// that counting a lookup is one addition.
#[derive(Debug, Clone)]
struct LookupTable([u64; 8 * MAX_UNITS]);

impl Default for LookupTable {
    fn default() -> Self {
        Self([0; 8 * MAX_UNITS])
    }
}

impl LookupTable {
    #[inline]
    fn count(&mut self, level: u32, kind: usize, hit: bool) {
        self.0[(level as usize * 8 + kind * 2 + usize::from(hit)) % (8 * MAX_UNITS)] += 1;
    }

    fn lookups(&self, level: usize, kind: usize) -> Lookups {
        let at = |hit: usize| self.0.get(level * 8 + kind * 2 + hit).copied().unwrap_or(0);
        Lookups {
            hits: at(1),
            misses: at(0),
        }
    }

    fn by_kind(&self, level: usize) -> ByKind<Lookups> {
        let [reads, writes, fetches, walks] = [0, 1, 2, WALK].map(|kind| self.lookups(level, kind));
        ByKind {
            reads,
            writes,
            fetches,
            walks,
        }
    }
}

/// Counts the events of a replay by level and kind.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// The index of the current reference's kind.
    kind: usize,
    tlbs: LookupTable,
    caches: LookupTable,
    memory: MemoryTransfers,
    /// Number of top-level entries that page walks fetched, by kind. Without a TLB, each walk fetches one
    /// such entry.
    roots: [u64; 4],
    faults: FaultCounts,
    evicted: u64,
    written: u64,
}

impl ReplayObserver for Tally {
    #[inline(always)]
    fn on_reference(&mut self, reference: Reference) {
        self.kind = kind_index(reference.kind);
    }
}

impl MachineObserver for Tally {
    #[inline(always)]
    fn on_event(&mut self, event: Event) {
        match event {
            Event::TlbLookup { tlb, way, .. } => self.tlbs.count(tlb, self.kind, way.is_some()),
            Event::CacheLookup {
                cache,
                way,
                purpose,
                ..
            } => {
                let kind = if purpose == Purpose::Walk {
                    WALK
                } else {
                    self.kind
                };
                self.caches.count(cache, kind, way.is_some());
            }
            Event::Memory { write, purpose, .. } => self.transfer(write, purpose),
            Event::Pte { level: 1, .. } => self.roots[self.kind % 4] += 1,
            _ => {}
        }
    }
}

impl KernelObserver for Tally {
    #[inline]
    fn on_step(&mut self, step: KernelStep) {
        match step {
            KernelStep::Resolved { major: true, .. } => self.faults.major += 1,
            KernelStep::Resolved { major: false, .. } => self.faults.minor += 1,
            KernelStep::Evicted { to, .. } => {
                self.evicted += 1;
                self.written += u64::from(to.is_some());
            }
            _ => {}
        }
    }
}

impl Tally {
    #[inline(always)]
    fn transfer(&mut self, write: bool, purpose: Purpose) {
        let count = match purpose {
            _ if write => &mut self.memory.writes,
            Purpose::Walk => &mut self.memory.walks,
            Purpose::Demand | Purpose::Writeback => &mut self.memory.reads,
        };
        *count += 1;
    }

    /// Number of lookups of the TLB at this level.
    pub(crate) fn tlb(&self, level: usize) -> ByKind<Lookups> {
        self.tlbs.by_kind(level)
    }

    /// Number of lookups of the cache at this level.
    pub(crate) fn cache(&self, level: usize) -> ByKind<Lookups> {
        self.caches.by_kind(level)
    }

    /// Transfers to and from main memory.
    pub(crate) fn memory(&self) -> MemoryTransfers {
        self.memory
    }

    /// The kernel's counts on a machine with this spec.
    pub(crate) fn paging(&self, spec: &Spec) -> PagingCounts {
        let walks = [AccessKind::Read, AccessKind::Write, AccessKind::Execute]
            .map(|kind| self.walks(spec, kind));
        let (faults, evicted, written) = (self.faults, self.evicted, self.written);
        PagingCounts {
            walks: walks.iter().sum(),
            faults,
            evicted,
            written,
        }
    }

    /// Number of page walks for references of one kind.
    fn walks(&self, spec: &Spec, kind: AccessKind) -> u64 {
        match spec.tlbs.iter().rposition(|tlb| tlb.side.serves(kind)) {
            Some(last) => self.tlbs.lookups(last, kind_index(kind)).misses,
            None => self.roots[kind_index(kind)],
        }
    }
}

/// A memory reference: a record, or the load or store of a modifying record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    pub(crate) kind: AccessKind,
    /// The address of the first byte, as given in the trace.
    pub(crate) va: u64,
    /// The size in bytes.
    pub(crate) size: u32,
    /// The address of the last fetched instruction, which makes the reference. The address is 0 before the
    /// first fetch.
    pub(crate) code: u64,
}

/// Observes a replay: each reference, followed by its machine events and kernel steps. `()` ignores
/// everything and costs nothing. A pair forwards everything to both observers.
pub trait ReplayObserver: KernelObserver {
    /// A reference starts. The events and steps up to the next reference belong to the reference just
    /// received.
    fn on_reference(&mut self, reference: Reference);

    /// Receives a reference for which the machine has neither a TLB nor a cache. The replay counts the
    /// reference but does not perform it.
    #[inline(always)]
    fn on_uncached(&mut self, _reference: Reference) {}
}

impl ReplayObserver for () {
    #[inline(always)]
    fn on_reference(&mut self, _: Reference) {}
}

impl<A: MachineObserver, B: MachineObserver> MachineObserver for (A, B) {
    #[inline(always)]
    fn on_event(&mut self, event: Event) {
        self.0.on_event(event);
        self.1.on_event(event);
    }
}

impl<A: KernelObserver, B: KernelObserver> KernelObserver for (A, B) {
    #[inline(always)]
    fn on_step(&mut self, step: KernelStep) {
        self.0.on_step(step);
        self.1.on_step(step);
    }
}

impl<A: ReplayObserver, B: ReplayObserver> ReplayObserver for (A, B) {
    #[inline(always)]
    fn on_reference(&mut self, reference: Reference) {
        self.0.on_reference(reference);
        self.1.on_reference(reference);
    }

    #[inline(always)]
    fn on_uncached(&mut self, reference: Reference) {
        self.0.on_uncached(reference);
        self.1.on_uncached(reference);
    }
}

/// `Some` forwards events to the observer, and `None` ignores them.
impl<A: MachineObserver> MachineObserver for Option<A> {
    #[inline(always)]
    fn on_event(&mut self, event: Event) {
        if let Some(observer) = self {
            observer.on_event(event);
        }
    }
}

impl<A: KernelObserver> KernelObserver for Option<A> {
    #[inline(always)]
    fn on_step(&mut self, step: KernelStep) {
        if let Some(observer) = self {
            observer.on_step(step);
        }
    }
}

impl<A: ReplayObserver> ReplayObserver for Option<A> {
    #[inline(always)]
    fn on_reference(&mut self, reference: Reference) {
        if let Some(observer) = self {
            observer.on_reference(reference);
        }
    }

    #[inline(always)]
    fn on_uncached(&mut self, reference: Reference) {
        if let Some(observer) = self {
            observer.on_uncached(reference);
        }
    }
}
