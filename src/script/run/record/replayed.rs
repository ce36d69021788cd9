//! The record of a `replay`.

use std::sync::Arc;

use pagewalk_engine::machine::cache::Counts;
use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::trace::counts::{PagingCounts, ReplayCounts};
use pagewalk_engine::trace::malformed::Malformed;
use pagewalk_engine::trace::record::Record;
use pagewalk_engine::trace::replay::Straddle;

use super::call::Booted;

/// How the addresses of a trace are mapped to physical ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AddressMap {
    /// They are physical addresses.
    Identity,
    /// They belong to a process whose pages are allocated on first touch.
    Demand,
}

/// The mappings by their names in a script.
pub(crate) const ADDRESS_MAPS: &[(&str, AddressMap)] =
    &[("identity", AddressMap::Identity), ("demand", AddressMap::Demand)];

/// The ways to handle references that straddle blocks or pages, by their names in a script.
pub(crate) const STRADDLES: &[(&str, Straddle)] = &[("split", Straddle::Split), ("first", Straddle::First)];

/// The most records to keep: as many as a paper can print.
pub(crate) const FIRST_RECORDS: usize = 40;

/// A trace that was replayed.
#[derive(Debug, Clone)]
pub struct Replayed {
    /// The file's name in the script.
    pub(crate) name: Arc<str>,
    /// How its addresses were mapped to physical ones.
    pub(crate) map: AddressMap,
    /// How references that straddle were handled.
    pub straddle: Straddle,
    /// Counts of this replay.
    pub counted: ReplayCounts,
    /// The first records, at most [`FIRST_RECORDS`].
    pub(crate) first: Vec<Record>,
    /// Malformed lines, which were skipped.
    pub malformed: Malformed,
    /// The kernel that was started for it.
    pub(crate) booted: Option<Booted>,
}

impl Replayed {
    /// Returns the whole trace, if it is short.
    pub(crate) fn whole(&self) -> Option<&[Record]> {
        (self.first.len() as u64 == self.counted.references.records).then_some(&self.first)
    }

    pub(crate) fn spec(&self) -> &Arc<Spec> {
        &self.counted.spec
    }

    /// Returns the kernel's counts; zeros if no process performed the trace.
    pub(crate) fn paging(&self) -> PagingCounts {
        self.counted.paging.unwrap_or_default()
    }

    pub(crate) fn faults(&self) -> u64 {
        let faults = self.paging().faults;
        faults.minor + faults.major
    }

    /// Returns the counts of a TLB; zeros if the addresses are physical.
    pub(crate) fn tlb(&self, level: usize) -> Counts {
        self.counted.tlbs.get(level).map(|part| part.counts).unwrap_or_default()
    }

    /// Returns the counts of a cache.
    pub(crate) fn cache(&self, level: usize) -> Counts {
        self.counted.caches.get(level).map(|part| part.counts).unwrap_or_default()
    }
}
