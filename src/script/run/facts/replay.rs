//! The facts of a `replay`.

use Presence::{Always, OfProcess, OnDisk, Requested};

use super::component::Component;
use super::replay_counter::{REPLAY_COUNTERS, level_of};
use super::row::thousandths;
use super::types::{COUNT, FRACTION, FactType};
use crate::lang::value::Value;
use crate::run::paths::{PART_PROPERTIES, Part, PartProperty};
use crate::run::record::{AddressMap, Replayed, RequestedCount, Shown};
use crate::run::steps::ReplayReason;
use pagewalk_engine::machine::spec::Spec;

/// A fact of a `replay`.
pub struct ReplayFact {
    pub name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) kind: FactType,
    presence: Presence,
    get: fn(&Replayed) -> Value,
}

/// The replays that report a fact.
#[derive(Clone, Copy)]
enum Presence {
    Always,
    /// A replay by a process, because the fact belongs to the kernel.
    OfProcess,
    /// A replay by a process whose pages are on disk at the start.
    OnDisk,
    /// A replay for which the script requests the fact. Other replays do not have the fact.
    Requested(RequestedCount),
}

const fn fact(
    name: &'static str,
    help: &'static str,
    presence: Presence,
    get: fn(&Replayed) -> Value,
) -> ReplayFact {
    ReplayFact {
        name,
        help,
        kind: COUNT,
        presence,
        get,
    }
}

/// The facts of a `replay`, other than the counters of TLBs and caches.
pub const REPLAY_FACTS: &[ReplayFact] = &[
    fact(
        "accesses",
        "data loads and stores; a modify record counts as one of each",
        Always,
        |r| r.counted.references.accesses().into(),
    ),
    fact("reads", "data loads", Always, |r| {
        r.counted.references.reads.into()
    }),
    fact("writes", "data stores", Always, |r| {
        r.counted.references.writes.into()
    }),
    fact("fetches", "instruction fetches", Always, |r| {
        r.counted.references.fetches.into()
    }),
    fact(
        "straddling",
        "references that were split at block or page boundaries",
        Always,
        |r| r.counted.references.straddling.into(),
    ),
    fact(
        "outside",
        "skipped records with addresses outside the machine's address space",
        Always,
        |r| r.counted.references.outside.into(),
    ),
    fact("malformed", "skipped malformed lines", Always, |r| {
        r.malformed.count.into()
    }),
    ReplayFact {
        kind: FRACTION,
        ..fact(
            "cycles",
            "latency of all references",
            Requested(RequestedCount::Cycles),
            |r| thousandths(r.counted.cycles.unwrap_or(0)),
        )
    },
    fact("walks", "page walks after TLB misses", OfProcess, |r| {
        r.paging().walks.into()
    }),
    fact("faults", "page faults", OfProcess, |r| r.faults().into()),
    fact(
        "minor",
        "page faults resolved without disk I/O",
        OfProcess,
        |r| r.paging().faults.minor.into(),
    ),
    fact(
        "major",
        "page faults resolved with disk I/O",
        OfProcess,
        |r| r.paging().faults.major.into(),
    ),
    fact("evicted", "evicted pages", OfProcess, |r| {
        r.paging().evicted.into()
    }),
    fact("disk_reads", "pages read from disk", OnDisk, |r| {
        r.paging().faults.major.into()
    }),
    fact(
        "disk_writes",
        "evicted pages written to disk",
        OnDisk,
        |r| r.paging().written.into(),
    ),
    fact(
        "swapped-out",
        "evicted pages that were written to swap",
        OfProcess,
        |r| r.paging().written.into(),
    ),
];

impl ReplayFact {
    /// Returns the reason for the fact's value.
    pub(crate) fn reason(&self, run: &Replayed) -> ReplayReason {
        let help = self.help;
        match (self.presence, run.map) {
            (Requested(count), _) if !run.has(count) => ReplayReason::NotRequested(count),
            (Requested(_), _) => ReplayReason::Requested { help },
            (OfProcess | OnDisk, AddressMap::Identity) => ReplayReason::NoProcess,
            (OfProcess | OnDisk, _) => ReplayReason::Counts {
                help,
                process: true,
            },
            (Always, _) => ReplayReason::Counts {
                help,
                process: false,
            },
        }
    }

    /// Returns the fact's value for a replay, or `None` if the script did not request the fact.
    pub(crate) fn value_in(&self, run: &Replayed) -> Option<Shown> {
        let has = self.request().is_none_or(|count| run.has(count));
        has.then(|| Shown::plain((self.get)(run)))
    }

    /// Returns the count that a script requests to have the fact.
    pub(crate) fn request(&self) -> Option<RequestedCount> {
        if let Requested(count) = self.presence {
            Some(count)
        } else {
            None
        }
    }

    /// Whether the fact is reported for a replay that has it.
    pub fn is_reported(&self, run: &Replayed) -> bool {
        match self.presence {
            Always | Requested(_) => true,
            OfProcess => run.map.has_process(),
            OnDisk => run.map.has_process() && run.on_disk,
        }
    }
}

/// Resolves a TLB or cache counter such as `L1d.misses`, which has the same name as a path.
pub(crate) fn part_fact(name: &str, spec: &Spec) -> Option<(&'static PartProperty, Component)> {
    let (part, property) = name.split_once('.')?;
    let component = Component::named(spec, part)?;
    let row = PART_PROPERTIES
        .iter()
        .find(|row| row.fact.is_some() && row.name == property)?;
    Some((row, component))
}

/// Returns a TLB or cache counter of a replay.
pub(crate) fn part_of_replay(
    run: &Replayed,
    row: &PartProperty,
    component: Component,
) -> Option<Shown> {
    let counts = level_of(run, component).counts;
    (row.get)(&Part::new(run.spec(), component, counts)).map(Shown::plain)
}

/// Returns the reason for the value of a TLB or cache counter.
pub(crate) fn counter_reason(row: &PartProperty, part: Component) -> ReplayReason {
    match row.name {
        "hits" | "misses" | "miss_rate" | "hit_rate" => ReplayReason::Lookups(part),
        "evictions" => ReplayReason::Evictions(part),
        "writebacks" => ReplayReason::Writebacks(part),
        _ => ReplayReason::Counter {
            help: row.help,
            part,
            misses: None,
        },
    }
}

/// Returns the counter that a counter's name alone refers to, such as `L1d.misses` for `misses`. The counter
/// belongs to the first cache that has it, or else to the first TLB.
pub(crate) fn counter_named(name: &str, spec: &Spec) -> Option<String> {
    let property = PART_PROPERTIES
        .iter()
        .find(|row| row.fact.is_some() && row.name == name);
    let counter = REPLAY_COUNTERS.iter().find(|row| row.name == name);
    let counts = |part: &Component| {
        property.is_some_and(|row| row.counted_by(*part))
            || counter.is_some_and(|row| row.counted_by(*part))
    };
    let mut parts = Component::all(spec).filter(counts);
    let first = parts
        .clone()
        .find(|part| matches!(part, Component::Cache(_)))
        .or_else(|| parts.next())?;
    Some(format!("{}.{name}", first.name(spec)))
}

/// Returns the counters that a replay has for a TLB or cache.
pub(crate) fn counters(component: Component) -> impl Iterator<Item = &'static PartProperty> {
    PART_PROPERTIES
        .iter()
        .filter(move |row| row.fact.is_some() && row.counted_by(component))
}
