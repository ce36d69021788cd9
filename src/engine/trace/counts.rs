//! The results of a replay.

use std::sync::Arc;

use super::record::{Op, Record};
use crate::kernel::process::FaultCounts;
use crate::machine::cache::Counts;
use crate::machine::event::AccessKind;
use crate::machine::spec::{Latency, Spec};

/// The references performed. A modifying record is counted as a load and a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReferenceCounts {
    pub records: u64,
    /// Loads.
    pub reads: u64,
    /// Stores.
    pub writes: u64,
    /// Instruction fetches.
    pub fetches: u64,
    /// Number of references that cross a block or page boundary.
    pub straddling: u64,
    /// Number of records outside the machine's address space, which were skipped.
    pub outside: u64,
    /// The first skipped record.
    pub first_outside: Option<Record>,
}

impl ReferenceCounts {
    /// Counts a reference of this kind. The kinds of consecutive references are hard to predict, so there is no branch.
    #[inline(always)]
    pub(super) fn count(&mut self, kind: AccessKind) {
        self.reads += u64::from(kind == AccessKind::Read);
        self.writes += u64::from(kind == AccessKind::Write);
        self.fetches += u64::from(kind == AccessKind::Execute);
    }

    /// Adds the counts of more references inside the address space.
    pub(super) fn add(&mut self, more: Self) {
        self.records += more.records;
        self.reads += more.reads;
        self.writes += more.writes;
        self.fetches += more.fetches;
        self.straddling += more.straddling;
    }

    /// Counts fetches that are not in the records.
    #[inline]
    pub(super) fn count_fetches(&mut self, fetches: u64) {
        self.records += fetches;
        self.fetches += fetches;
    }

    /// Counts a record outside the address space.
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lookups {
    pub hits: u64,
    pub misses: u64,
}

/// Misses of loads, stores, and fetches, classified by cause according to Hill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MissCauses {
    /// Number of first references to a block (cold misses).
    pub compulsory: u64,
    /// Number of misses that a fully associative LRU cache of the same size would also have.
    pub capacity: u64,
    /// Number of misses that would be hits in a fully associative LRU cache of the same size.
    pub conflict: u64,
}

/// The counts of a TLB or cache of the core that performed the replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LevelCounts {
    /// The counts of the machine during the replay.
    pub counts: Counts,
    pub kinds: ByKind<Lookups>,
    /// The causes of misses, if requested. TLB misses are not classified.
    pub causes: Option<MissCauses>,
}

/// Transfers between caches and main memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MemoryTransfers {
    /// Number of block reads for loads, stores, and fetches. Without caches, the number of fragment reads.
    pub reads: u64,
    /// Number of block writes, plus the number of stores to blocks that are not in any cache.
    pub writes: u64,
    /// Number of page-table entry reads.
    pub walks: u64,
}

/// The counts of demand paging.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PagingCounts {
    /// Number of page walks, one for each miss in the last TLB level.
    pub walks: u64,
    /// Resolved page faults.
    pub faults: FaultCounts,
    pub evicted: u64,
    /// Number of evicted pages written to swap.
    pub written: u64,
}

/// A page or an instruction, with its misses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HotSpot {
    /// The address of the page or instruction.
    pub address: u64,
    pub references: u64,
    /// Number of references with a fragment that missed in the first cache.
    pub misses: u64,
}

/// The pages and instructions with the most misses. Ties are broken by the number of references (most first),
/// then by address (lowest first).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HotSpots {
    /// Pages of data and code.
    pub pages: Vec<HotSpot>,
    /// Instructions, with the misses of their loads and stores.
    pub code: Vec<HotSpot>,
}

/// The misses of fully associative LRU caches of all sizes, computed in one pass from stack distances.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MissCurve {
    /// Block size in bytes.
    pub block: u64,
    /// Number of fragments of loads and stores.
    pub references: u64,
    /// The misses in caches of 1, 2, 4, … blocks. The last cache is the smallest one that holds all blocks,
    /// so it has only compulsory misses.
    pub misses: Vec<u64>,
    /// The sample, if the misses are estimates.
    pub sample: Option<CurveSample>,
}

/// The sample for an estimated curve.
#[derive(Debug, Clone, PartialEq)]
pub struct CurveSample {
    /// The probability that a block is in the sample.
    pub rate: f64,
    /// Number of blocks in the sample.
    pub blocks: u32,
    /// Number of references to the sample.
    pub references: u64,
    /// log2 of the smallest number of blocks for which the curve is meaningful.
    pub smallest: usize,
    /// For each number of misses, twice its standard error.
    pub errors: Vec<u64>,
}

/// A point of a miss-ratio curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurvePoint {
    /// log2 of the number of blocks.
    pub power: usize,
    pub misses: u64,
    /// Twice the standard error of the misses, if they are estimates.
    pub error: Option<u64>,
}

impl MissCurve {
    /// The points of the curve, smallest cache first.
    pub fn points(&self) -> impl Iterator<Item = CurvePoint> + '_ {
        let sample = self.sample.as_ref();
        let point = move |(power, misses): (usize, &u64)| {
            let error = sample.and_then(|sample| sample.errors.get(power).copied());
            CurvePoint {
                power,
                misses: *misses,
                error,
            }
        };
        self.misses
            .iter()
            .enumerate()
            .skip(sample.map_or(0, |sample| sample.smallest))
            .map(point)
    }
}

/// The results of a replay.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayCounts {
    pub spec: Arc<Spec>,
    /// The references performed.
    pub references: ReferenceCounts,
    /// The TLBs, in spec order. The list is empty for physical addresses.
    pub tlbs: Vec<LevelCounts>,
    /// The caches, in spec order.
    pub caches: Vec<LevelCounts>,
    /// Main memory.
    pub memory: MemoryTransfers,
    /// The counts of demand paging, if used.
    pub paging: Option<PagingCounts>,
    /// The pages and instructions with the most misses, if requested.
    pub top: Option<HotSpots>,
    /// The miss-ratio curve, if requested.
    pub curve: Option<MissCurve>,
    /// The total latency of the references, if requested.
    pub cycles: Option<Latency>,
}

// Records that change nothing but the counts.
//
// Most references are to the block that the policy evicts last from its set of the first cache. If the block is dirty or the
// reference is no store, then neither the order nor the contents of any cache change. A variant that also moved other blocks to
// the front in this way was slower.

/// Number of records that change nothing, by [`Op`].
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Unchanging([u64; 4]);

impl Unchanging {
    /// Counts a record. The operations of consecutive records are hard to predict, so there is no branch.
    #[inline(always)]
    pub(super) fn count(&mut self, op: Op) {
        self.0[op as usize] += 1;
    }

    /// Number of accesses of a kind.
    pub(super) const fn accesses(self, kind: AccessKind) -> u64 {
        let [fetches, loads, stores, modifies] = self.0;
        match kind {
            AccessKind::Read => loads + modifies,
            AccessKind::Write => stores + modifies,
            AccessKind::Execute => fetches,
        }
    }

    /// The counts of the references.
    pub(super) fn references(self) -> ReferenceCounts {
        ReferenceCounts {
            records: self.0.iter().sum(),
            reads: self.accesses(AccessKind::Read),
            writes: self.accesses(AccessKind::Write),
            fetches: self.accesses(AccessKind::Execute),
            ..ReferenceCounts::default()
        }
    }
}
