//! The results of a replay.

use std::sync::Arc;

use crate::kernel::process::FaultCounts;
use crate::machine::cache::Counts;
use crate::machine::event::AccessKind;
use crate::machine::spec::Spec;

use super::record::Record;

/// The references performed. A modifying record counts as a load and a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReferenceCounts {
    /// Records of the trace.
    pub records: u64,
    /// Loads.
    pub reads: u64,
    /// Stores.
    pub writes: u64,
    /// Instruction fetches.
    pub fetches: u64,
    /// References that cross a block or page boundary.
    pub straddling: u64,
    /// Records beyond the address space of the machine, which were skipped.
    pub outside: u64,
    /// The first record that was skipped.
    pub first_outside: Option<Record>,
}

impl ReferenceCounts {
    /// Counts a reference of this kind.
    #[inline]
    pub(super) fn count(&mut self, kind: AccessKind) {
        *match kind {
            AccessKind::Read => &mut self.reads,
            AccessKind::Write => &mut self.writes,
            AccessKind::Execute => &mut self.fetches,
        } += 1;
    }

    /// Counts a record beyond the address space.
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

/// Counts by kind of access. Each fragment of a reference is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ByKind<T> {
    /// Loads.
    pub reads: T,
    /// Stores.
    pub writes: T,
    /// Instruction fetches.
    pub fetches: T,
    /// Page walks.
    pub walks: T,
}

/// Lookups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lookups {
    /// Hits.
    pub hits: u64,
    /// Misses.
    pub misses: u64,
}

/// Misses of loads, stores, and fetches by their cause, after Hill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MissCauses {
    /// The first reference to the block (a cold miss).
    pub compulsory: u64,
    /// A fully associative LRU cache of the same size would also have missed.
    pub capacity: u64,
    /// A fully associative LRU cache of the same size would have hit.
    pub conflict: u64,
}

/// The counts of a TLB or cache of the core that replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LevelCounts {
    /// The counts of the machine during the replay.
    pub counts: Counts,
    /// Lookups by kind.
    pub kinds: ByKind<Lookups>,
    /// Causes of misses, if requested. Only caches have them.
    pub causes: Option<MissCauses>,
}

/// Transfers between caches and main memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MemoryTransfers {
    /// Reads of blocks for loads, stores, and fetches. Without caches, reads of fragments.
    pub reads: u64,
    /// Writes of blocks, and stores that no cache holds.
    pub writes: u64,
    /// Reads of page-table entries.
    pub walks: u64,
}

/// The counts of demand paging.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PagingCounts {
    /// Page walks: misses of the last TLB level.
    pub walks: u64,
    /// Resolved page faults.
    pub faults: FaultCounts,
    /// Evicted pages.
    pub evicted: u64,
    /// Evicted pages that were written to swap.
    pub written: u64,
}

/// A page or an instruction, and its misses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HotSpot {
    /// First address of the page, or address of the instruction.
    pub address: u64,
    /// References.
    pub references: u64,
    /// References with a fragment that missed the first cache.
    pub misses: u64,
}

/// The pages and instructions with the most misses, then the most references, then the lowest address.
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
    /// Block size in bytes.
    pub block: u64,
    /// Fragments of loads and stores.
    pub references: u64,
    /// The misses in caches of 1, 2, 4, … blocks. The last cache is the smallest that holds all blocks, and it has only
    /// compulsory misses.
    pub misses: Vec<u64>,
}

/// The results of a replay.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayCounts {
    /// The machine.
    pub spec: Arc<Spec>,
    /// The references performed.
    pub references: ReferenceCounts,
    /// The TLBs, in the order of the spec. Empty for physical addresses.
    pub tlbs: Vec<LevelCounts>,
    /// The caches, in the order of the spec.
    pub caches: Vec<LevelCounts>,
    /// Main memory.
    pub memory: MemoryTransfers,
    /// The counts of demand paging, if it was used.
    pub paging: Option<PagingCounts>,
    /// The pages and instructions with the most misses, if requested.
    pub top: Option<HotSpots>,
    /// The miss-ratio curve, if requested.
    pub curve: Option<MissCurve>,
}
