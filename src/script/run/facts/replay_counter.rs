//! The counters of a TLB or cache that a replay reports only on request.

use super::component::Component;
use crate::run::record::{Replayed, RequestedCount};
use crate::run::steps::ReplayReason;
use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::trace::counts::{LevelCounts, MissCauses};

/// A counter of a TLB or cache, such as `L1d.reads.misses`.
pub struct ReplayCounter {
    /// The counter's name after the name of the TLB or cache and a dot.
    pub name: &'static str,
    pub(crate) help: &'static str,
    /// Whether only caches have the counter.
    pub(crate) of_caches: bool,
    /// The word that requests the counter.
    pub(crate) request: RequestedCount,
    pub(crate) get: fn(&LevelCounts) -> u64,
}

const fn of_kind(
    name: &'static str,
    help: &'static str,
    get: fn(&LevelCounts) -> u64,
) -> ReplayCounter {
    ReplayCounter {
        name,
        help,
        of_caches: false,
        request: RequestedCount::Kinds,
        get,
    }
}

const fn of_cause(
    name: &'static str,
    help: &'static str,
    get: fn(&LevelCounts) -> u64,
) -> ReplayCounter {
    ReplayCounter {
        of_caches: true,
        request: RequestedCount::Causes,
        ..of_kind(name, help, get)
    }
}

/// The counters that a replay reports only on request.
pub const REPLAY_COUNTERS: &[ReplayCounter] = &[
    of_kind("reads.hits", "loads that hit", |level| {
        level.kinds.reads.hits
    }),
    of_kind("reads.misses", "loads that missed", |level| {
        level.kinds.reads.misses
    }),
    of_kind("writes.hits", "stores that hit", |level| {
        level.kinds.writes.hits
    }),
    of_kind("writes.misses", "stores that missed", |level| {
        level.kinds.writes.misses
    }),
    of_kind("fetches.hits", "instruction fetches that hit", |level| {
        level.kinds.fetches.hits
    }),
    of_kind(
        "fetches.misses",
        "instruction fetches that missed",
        |level| level.kinds.fetches.misses,
    ),
    of_cause(
        "compulsory",
        "misses on the first reference to a block",
        |level| causes(level).compulsory,
    ),
    of_cause(
        "capacity",
        "misses that a fully associative LRU cache of the same size would also have",
        |level| causes(level).capacity,
    ),
    of_cause(
        "conflict",
        "misses that would be hits in a fully associative LRU cache of the same size",
        |level| causes(level).conflict,
    ),
];

fn causes(level: &LevelCounts) -> MissCauses {
    level.causes.unwrap_or_default()
}

impl ReplayCounter {
    /// Whether this kind of component has the counter.
    pub(crate) fn counted_by(&self, component: Component) -> bool {
        !self.of_caches || matches!(component, Component::Cache(_))
    }

    /// Returns the counter's value, or `None` if the script did not request it.
    pub(crate) fn value_in(&self, run: &Replayed, component: Component) -> Option<u64> {
        run.has(self.request)
            .then(|| (self.get)(&level_of(run, component)))
    }

    /// Returns the reason for the counter's value, or for its absence.
    pub(crate) fn reason(&self, run: &Replayed, part: Component) -> ReplayReason {
        if !run.has(self.request) {
            return ReplayReason::NotRequested(self.request);
        }
        ReplayReason::Counter {
            help: self.help,
            part,
            misses: Some(level_of(run, part).counts.misses),
        }
    }
}

/// Returns the counts of a TLB or cache.
pub(crate) fn level_of(run: &Replayed, component: Component) -> LevelCounts {
    match component {
        Component::Tlb(at) => run.tlb(at),
        Component::Cache(at) => run.cache(at),
    }
}

/// Resolves a counter such as `L1d.reads.misses`.
pub(super) fn counter_of(name: &str, spec: &Spec) -> Option<(&'static ReplayCounter, Component)> {
    let (part, counter) = name.split_once('.')?;
    let component = Component::named(spec, part)?;
    let row = REPLAY_COUNTERS
        .iter()
        .find(|row| row.name == counter && row.counted_by(component))?;
    Some((row, component))
}
