//! What a `replay` came to.

use std::rc::Rc;

use crate::machine::Machine;
use crate::machine::cache::Counts;
use crate::machine::spec::Spec;
use crate::trace::counted::{Paging, References};
use crate::trace::malformed::Malformed;
use crate::trace::replay::Straddle;

use super::call::Booted;

/// How the addresses of a trace come to physical ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Map {
    /// They are taken as physical ones.
    Identity,
    /// By a process, whose pages get a frame when they are first touched.
    Demand,
}

/// The ways to map addresses, and how a script calls them.
pub const MAPS: &[(&str, Map)] = &[("identity", Map::Identity), ("demand", Map::Demand)];

/// What becomes of references that straddle blocks or pages, and how a script calls it.
pub const STRADDLES: &[(&str, Straddle)] = &[("split", Straddle::Split), ("first", Straddle::First)];

/// A trace that was replayed. What is counted is what happened in this replay.
#[derive(Debug, Clone)]
pub struct Replayed {
    /// The machine.
    pub spec: Rc<Spec>,
    /// The file, as the script names it.
    pub name: Rc<str>,
    /// How its addresses came to physical ones.
    pub map: Map,
    /// What became of references that straddle.
    pub straddle: Straddle,
    /// What was performed.
    pub references: References,
    /// Of each TLB, as the machine counts.
    pub tlbs: Vec<Counts>,
    /// Of each cache.
    pub caches: Vec<Counts>,
    /// What the kernel did; all zero where no process performed the trace.
    pub paging: Paging,
    /// Lines that are no records, which were passed over.
    pub malformed: Malformed,
    /// The kernel that was started for it.
    pub booted: Option<Booted>,
}

impl Replayed {
    /// Page faults.
    pub fn faults(&self) -> u64 {
        self.paging.faults.minor + self.paging.faults.major
    }
}

/// The counters of a machine's TLBs and caches.
#[derive(Debug, Clone)]
pub struct Counters {
    /// Of each TLB.
    pub tlbs: Vec<Counts>,
    /// Of each cache.
    pub caches: Vec<Counts>,
}

impl Counters {
    /// As they stand.
    pub fn of(machine: &Machine) -> Self {
        let spec = machine.spec();
        Self {
            tlbs: (0..spec.tlbs.len()).map(|at| machine.tlb_counts(at)).collect(),
            caches: (0..spec.caches.len()).map(|at| machine.cache_counts(at)).collect(),
        }
    }

    /// What was counted since they stood as in `before`.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let each = |now: &[Counts], before: &[Counts]| {
            now.iter().zip(before).map(|(now, before)| difference(*now, *before)).collect()
        };
        Self { tlbs: each(&self.tlbs, &before.tlbs), caches: each(&self.caches, &before.caches) }
    }
}

fn difference(now: Counts, before: Counts) -> Counts {
    Counts {
        hits: now.hits - before.hits,
        misses: now.misses - before.misses,
        evictions: now.evictions - before.evictions,
        writebacks: now.writebacks - before.writebacks,
        walk_hits: now.walk_hits - before.walk_hits,
        walk_misses: now.walk_misses - before.walk_misses,
    }
}
