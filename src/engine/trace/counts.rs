//! What came of a replay.

use std::sync::Arc;

use crate::kernel::process::FaultCounts;
use crate::machine::cache::Counts;
use crate::machine::event::AccessKind;
use crate::machine::spec::Spec;

use super::record::Record;

/// What was performed. Of a modifying record both halves count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReferenceCounts {
    /// Lines of the trace that were understood.
    pub records: u64,
    /// Loads.
    pub reads: u64,
    /// Stores.
    pub writes: u64,
    /// Instruction fetches.
    pub fetches: u64,
    /// References that were done in several parts, because they straddle blocks or pages.
    pub straddling: u64,
    /// Records beyond the addresses that the machine has, which were passed over.
    pub outside: u64,
    /// The first of them.
    pub first_outside: Option<Record>,
}

impl ReferenceCounts {
    /// A reference of this kind is made.
    #[inline]
    pub(super) fn count(&mut self, kind: AccessKind) {
        *match kind {
            AccessKind::Read => &mut self.reads,
            AccessKind::Write => &mut self.writes,
            AccessKind::Execute => &mut self.fetches,
        } += 1;
    }

    /// A record reaches beyond the addresses that there are.
    #[cold]
    pub(super) fn skip(&mut self, record: &Record) {
        self.outside += 1;
        self.first_outside.get_or_insert(*record);
    }

    /// Loads and stores.
    pub fn accesses(&self) -> u64 {
        self.reads + self.writes
    }
}

/// Counts by what was done. A part of a reference counts as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ByKind<T> {
    /// Of loads.
    pub reads: T,
    /// Of stores.
    pub writes: T,
    /// Of instruction fetches.
    pub fetches: T,
    /// Of the page walk.
    pub walks: T,
}

/// Lookups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lookups {
    /// Found.
    pub hits: u64,
    /// Not found.
    pub misses: u64,
}

/// Misses by their cause, after Hill: together they are all misses of the loads, stores and fetches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MissCauses {
    /// The block was never asked for before (a cold miss).
    pub compulsory: u64,
    /// A fully associative LRU cache of the same size would have missed, too.
    pub capacity: u64,
    /// It would have hit: too few ways, or the policy.
    pub conflict: u64,
}

/// What a TLB or cache did in the replay, of the core that replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LevelCounts {
    /// As the machine counts; those before the replay are not among them.
    pub counts: Counts,
    /// Lookups by kind.
    pub kinds: ByKind<Lookups>,
    /// Causes of misses, if they were asked for; of caches only.
    pub causes: Option<MissCauses>,
}

/// Transfers from and to main memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MemoryTransfers {
    /// Reads of blocks for loads, stores and fetches; where there are TLBs but no caches for them, of their parts.
    pub reads: u64,
    /// Writes of blocks, or of stores that no cache kept.
    pub writes: u64,
    /// Reads of page-table entries.
    pub walks: u64,
}

/// What the kernel did, when pages were mapped on demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PagingCounts {
    /// Page walks: misses of the last TLB that was asked.
    pub walks: u64,
    /// Page faults that were resolved.
    pub faults: FaultCounts,
    /// Pages that lost their frame.
    pub evicted: u64,
    /// Those of them that were written to swap.
    pub written: u64,
}

/// How often misses fell on a page, or were made by an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HotSpot {
    /// First address of the page, or address of the instruction.
    pub address: u64,
    /// References.
    pub references: u64,
    /// Those of them with a part that missed the first cache on their way.
    pub misses: u64,
}

/// The busiest places, most misses first, then most references, then lowest address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HotSpots {
    /// Pages of data, and of code.
    pub pages: Vec<HotSpot>,
    /// Instructions, by their loads and stores.
    pub code: Vec<HotSpot>,
}

/// Misses of fully associative LRU caches of all sizes, from one pass (stack distances).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MissCurve {
    /// Bytes of a block.
    pub block: u64,
    /// References to blocks: loads and stores, by parts.
    pub references: u64,
    /// For each power of two of blocks from 1 on: how many of the references miss in so large a cache. The last is the
    /// first size that holds everything; its misses are the compulsory ones.
    pub misses: Vec<u64>,
}

/// What came of a replay.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayCounts {
    /// The machine.
    pub spec: Arc<Spec>,
    /// What was performed.
    pub references: ReferenceCounts,
    /// The TLBs, in the order of the spec; empty where addresses are taken as they are.
    pub tlbs: Vec<LevelCounts>,
    /// The caches, in the order of the spec.
    pub caches: Vec<LevelCounts>,
    /// Main memory.
    pub memory: MemoryTransfers,
    /// The kernel's part, when pages were mapped on demand.
    pub paging: Option<PagingCounts>,
    /// The busiest places, if they were asked for.
    pub top: Option<HotSpots>,
    /// The miss-ratio curve, if it was asked for.
    pub curve: Option<MissCurve>,
}
