//! The record of a `replay`.

use std::sync::Arc;

use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::trace::counts::{LevelCounts, PagingCounts, ReplayCounts};
use pagewalk_engine::trace::record::{Malformed, Record};
use pagewalk_engine::trace::replay::Straddle;

use super::call::Booted;
use super::program::Called;

/// The mapping from a trace's addresses to physical addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AddressMap {
    /// The trace contains physical addresses.
    Identity,
    /// The addresses belong to a process whose pages are allocated on first touch.
    Demand,
    /// The addresses belong to a process whose pages are resident before the first record.
    Resident,
}

impl AddressMap {
    /// Whether a process performs the records.
    pub(crate) fn has_process(self) -> bool {
        self != Self::Identity
    }

    /// Returns the word for the mapping.
    pub(crate) fn word(self) -> &'static str {
        ADDRESS_MAPS
            .iter()
            .find(|(_, map)| *map == self)
            .map_or("", |(word, _)| word)
    }
}

/// The mappings, with their names in a script.
pub(crate) const ADDRESS_MAPS: &[(&str, AddressMap)] = &[
    ("identity", AddressMap::Identity),
    ("demand", AddressMap::Demand),
    ("resident", AddressMap::Resident),
];

/// The ways to handle references that straddle blocks or pages, with their names in a script.
pub(crate) const STRADDLES: &[(&str, Straddle)] =
    &[("split", Straddle::Split), ("first", Straddle::First)];

/// Counts that a replay reports only on request. Computing them always would be nearly free, but would triple
/// the facts of a replay and change existing golden files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestedCount {
    /// Lookups by kind of reference.
    Kinds,
    /// Cache misses by cause.
    Causes,
    /// The latency of the whole trace.
    Cycles,
}

/// The counts that a script can request, with their words.
pub(crate) const REQUESTED_COUNTS: &[(&str, RequestedCount)] = &[
    ("kinds", RequestedCount::Kinds),
    ("causes", RequestedCount::Causes),
    ("cycles", RequestedCount::Cycles),
];

impl RequestedCount {
    /// Returns the word that requests the count.
    pub(crate) fn word(self) -> &'static str {
        REQUESTED_COUNTS
            .iter()
            .find(|(_, count)| *count == self)
            .map_or("", |(word, _)| word)
    }
}

/// Maximum number of records to keep, which is the maximum that a paper prints.
pub(crate) const FIRST_RECORDS: usize = 40;

/// A replayed trace.
#[derive(Debug, Clone)]
pub struct Replayed {
    /// The file's name in the script.
    pub(crate) name: Arc<str>,
    /// Whether the replay is a probe, which changes nothing.
    pub(crate) probe: bool,
    /// The program whose accesses were replayed.
    pub(crate) called: Option<Called>,
    /// How the trace's addresses were mapped to physical addresses.
    pub(crate) map: AddressMap,
    /// How references that straddle blocks or pages were handled.
    pub straddle: Straddle,
    /// The counts that the script requested.
    pub(crate) requested: Vec<RequestedCount>,
    /// The counts for this replay.
    pub counted: ReplayCounts,
    /// The first records, at most [`FIRST_RECORDS`].
    pub(crate) first: Vec<Record>,
    /// Number of skipped malformed lines.
    pub malformed: Malformed,
    /// Whether the kernel's pages were on disk before their first access.
    pub(crate) on_disk: bool,
    /// The kernel that was started for the replay.
    pub(crate) booted: Option<Booted>,
}

impl Replayed {
    /// Whether the script requested these counts.
    pub(crate) fn has(&self, count: RequestedCount) -> bool {
        self.requested.contains(&count)
    }

    /// Returns all records of the trace, or `None` if the trace has more records than are kept.
    pub(crate) fn whole(&self) -> Option<&[Record]> {
        (self.first.len() as u64 == self.counted.references.records).then_some(&self.first)
    }

    pub(crate) fn spec(&self) -> &Arc<Spec> {
        &self.counted.spec
    }

    /// Returns the kernel's counts, which are zero if no process performed the trace.
    pub(crate) fn paging(&self) -> PagingCounts {
        self.counted.paging.unwrap_or_default()
    }

    pub(crate) fn faults(&self) -> u64 {
        let faults = self.paging().faults;
        faults.minor + faults.major
    }

    /// Returns the counts of a TLB, which are zero if the addresses are physical.
    pub(crate) fn tlb(&self, level: usize) -> LevelCounts {
        self.counted.tlbs.get(level).copied().unwrap_or_default()
    }

    /// Returns the counts of a cache.
    pub(crate) fn cache(&self, level: usize) -> LevelCounts {
        self.counted.caches.get(level).copied().unwrap_or_default()
    }
}
