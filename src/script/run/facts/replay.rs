//! The facts of a `replay`.

use super::component::Component;
use crate::run::paths::{PART_PROPERTIES, Part, PartProperty};
use crate::run::record::{AddressMap, Replayed, Shown};
use pagewalk_engine::machine::spec::Spec;

/// A fact of a `replay`.
pub struct ReplayFact {
    /// Name of the fact.
    pub name: &'static str,
    pub(crate) help: &'static str,
    /// Whether the fact belongs to the kernel, and is reported only if a process performed the trace.
    pub(crate) paging: bool,
    /// Whether the fact is reported only if the pages are on disk at the start.
    on_disk: bool,
    pub(crate) get: fn(&Replayed) -> u64,
}

const fn fact(name: &'static str, help: &'static str, get: fn(&Replayed) -> u64) -> ReplayFact {
    ReplayFact { name, help, paging: false, on_disk: false, get }
}

const fn paging(name: &'static str, help: &'static str, get: fn(&Replayed) -> u64) -> ReplayFact {
    ReplayFact { name, help, paging: true, on_disk: false, get }
}

const fn disk(name: &'static str, help: &'static str, get: fn(&Replayed) -> u64) -> ReplayFact {
    ReplayFact { name, help, paging: true, on_disk: true, get }
}

/// The facts of a `replay`, other than the counters of TLBs and caches.
pub const REPLAY_FACTS: &[ReplayFact] = &[
    fact("accesses", "data loads and stores; a modify record counts as one of each", |r| {
        r.counted.references.accesses()
    }),
    fact("reads", "data loads", |r| r.counted.references.reads),
    fact("writes", "data stores", |r| r.counted.references.writes),
    fact("fetches", "instruction fetches", |r| r.counted.references.fetches),
    fact("straddling", "references that were split at block or page boundaries", |r| {
        r.counted.references.straddling
    }),
    fact("outside", "skipped records with addresses outside the machine's address space", |r| {
        r.counted.references.outside
    }),
    fact("malformed", "skipped malformed lines", |r| r.malformed.count),
    paging("walks", "page walks after TLB misses", |r| r.paging().walks),
    paging("faults", "page faults", Replayed::faults),
    paging("minor", "page faults resolved without disk I/O", |r| r.paging().faults.minor),
    paging("major", "page faults resolved with disk I/O", |r| r.paging().faults.major),
    paging("evicted", "evicted pages", |r| r.paging().evicted),
    disk("disk_reads", "pages read from disk", |r| r.paging().faults.major),
    disk("disk_writes", "evicted pages written to disk", |r| r.paging().written),
    paging("swapped-out", "evicted pages that were written to swap", |r| r.paging().written),
];

impl ReplayFact {
    /// Explains the fact's value by stating which events it counts and how many records the replay had.
    pub(crate) fn reason(&self, run: &Replayed) -> String {
        let records = run.counted.references.records;
        match (self.paging, run.map) {
            (true, AddressMap::Identity) => "the replay used physical addresses and no process".to_owned(),
            (true, AddressMap::Demand) => {
                format!("a process replayed {records} records; this fact counts {}", self.help)
            }
            (false, _) => format!("the trace has {records} records; this fact counts {}", self.help),
        }
    }

    /// Returns the fact's value for a replay.
    pub(crate) fn value_in(&self, run: &Replayed) -> Shown {
        Shown::plain((self.get)(run))
    }

    /// Whether the fact is reported for a replay.
    pub fn is_reported(&self, run: &Replayed) -> bool {
        (!self.paging || run.map == AddressMap::Demand) && (!self.on_disk || run.on_disk)
    }
}

/// Resolves a TLB or cache counter such as `L1d.misses`, which has the same name as a path.
pub(crate) fn part_fact(name: &str, spec: &Spec) -> Option<(&'static PartProperty, Component)> {
    let (part, property) = name.split_once('.')?;
    let component = Component::named(spec, part)?;
    let row = PART_PROPERTIES.iter().find(|row| row.fact.is_some() && row.name == property)?;
    Some((row, component))
}

/// Returns a TLB or cache counter of a replay.
pub(crate) fn part_of_replay(run: &Replayed, row: &PartProperty, component: Component) -> Option<Shown> {
    let counts = match component {
        Component::Tlb(at) => run.tlb(at),
        Component::Cache(at) => run.cache(at),
    };
    (row.get)(&Part::new(run.spec(), component, counts)).map(Shown::plain)
}

/// Explains the value of a TLB or cache counter.
pub(crate) fn counter_reason(run: &Replayed, row: &PartProperty, component: Component) -> String {
    let counts = match component {
        Component::Tlb(at) => run.tlb(at),
        Component::Cache(at) => run.cache(at),
    };
    let (name, hits, misses) = (component.name(run.spec()), counts.hits, counts.misses);
    match row.name {
        "hits" | "misses" | "miss_rate" => {
            format!("{hits} of {} lookups in {name} hit, and {misses} missed", hits + misses)
        }
        "evictions" => format!("fills of {name} evicted {} valid entries", counts.evictions),
        "writebacks" => format!("{name} wrote {} dirty blocks back", counts.writebacks),
        _ => format!("this fact counts {} in {name}", row.help),
    }
}

/// Returns the counter that a property's name alone refers to, such as `L1d.misses` for `misses`. The counter
/// belongs to the first cache that has the property, or else to the first TLB.
pub(crate) fn counter_named(name: &str, spec: &Spec) -> Option<String> {
    let row = PART_PROPERTIES.iter().find(|row| row.fact.is_some() && row.name == name)?;
    let mut parts = Component::all(spec).filter(|part| row.counted_by(*part));
    let first = parts.clone().find(|part| matches!(part, Component::Cache(_))).or_else(|| parts.next())?;
    Some(format!("{}.{name}", first.name(spec)))
}

/// Returns the counters that a replay has for a TLB or cache.
pub(crate) fn counters(component: Component) -> impl Iterator<Item = &'static PartProperty> {
    PART_PROPERTIES.iter().filter(move |row| row.fact.is_some() && row.counted_by(component))
}
