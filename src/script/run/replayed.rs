//! What a `replay` came to.

use std::sync::Arc;

use pagewalk_engine::machine::cache::Counts;
use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::trace::counts::{PagingCounts, ReplayCounts};
use pagewalk_engine::trace::malformed::Malformed;
use pagewalk_engine::trace::record::Record;
use pagewalk_engine::trace::replay::Straddle;

use super::call::Booted;

/// How the addresses of a trace come to physical ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Map {
    /// They are taken as physical ones.
    Identity,
    /// By a process, whose pages get a frame when they are first touched.
    Demand,
}

/// The ways to map addresses, and how a script calls them.
pub(crate) const MAPS: &[(&str, Map)] = &[("identity", Map::Identity), ("demand", Map::Demand)];

/// What becomes of references that straddle blocks or pages, and how a script calls it.
pub(crate) const STRADDLES: &[(&str, Straddle)] = &[("split", Straddle::Split), ("first", Straddle::First)];

/// Records of a trace that are kept: those of a trace that can be printed on paper.
pub(crate) const FIRST: usize = 40;

/// A trace that was replayed.
#[derive(Debug, Clone)]
pub struct Replayed {
    /// The file, as the script names it.
    pub(crate) name: Arc<str>,
    /// How its addresses came to physical ones.
    pub(crate) map: Map,
    /// What became of references that straddle.
    pub straddle: Straddle,
    /// What happened in this replay.
    pub counted: ReplayCounts,
    /// The first records, at most [`FIRST`].
    pub(crate) first: Vec<Record>,
    /// Lines that are no records, which were passed over.
    pub malformed: Malformed,
    /// The kernel that was started for it.
    pub(crate) booted: Option<Booted>,
}

impl Replayed {
    /// The whole trace, if it is short.
    pub(crate) fn whole(&self) -> Option<&[Record]> {
        (self.first.len() as u64 == self.counted.references.records).then_some(&self.first)
    }

    pub(crate) fn spec(&self) -> &Arc<Spec> {
        &self.counted.spec
    }

    /// What the kernel did: nothing where no process performed the trace.
    pub(crate) fn paging(&self) -> PagingCounts {
        self.counted.paging.unwrap_or_default()
    }

    pub(crate) fn faults(&self) -> u64 {
        let faults = self.paging().faults;
        faults.minor + faults.major
    }

    /// What a TLB did: nothing where addresses were taken as they are.
    pub(crate) fn tlb(&self, level: usize) -> Counts {
        self.counted.tlbs.get(level).map(|part| part.counts).unwrap_or_default()
    }

    /// What a cache did.
    pub(crate) fn cache(&self, level: usize) -> Counts {
        self.counted.caches.get(level).map(|part| part.counts).unwrap_or_default()
    }
}
