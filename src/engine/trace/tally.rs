//! Counts of a replay that the machine does not maintain: lookups by level and kind, memory transfers, and
//! kernel steps.

use crate::kernel::event::{KernelObserver, KernelStep};
use crate::kernel::process::FaultCounts;
use crate::machine::check::MAX_UNITS;
use crate::machine::event::{AccessKind, Event, MachineObserver, Purpose};
use crate::machine::spec::Spec;

use super::counts::{ByKind, Lookups, MemoryTransfers, PagingCounts};
use super::observer::{Reference, ReplayObserver};

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
