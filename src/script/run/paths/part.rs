//! The properties of a TLB or cache: one row per property.

use crate::lang::value::{Number, Value};
use crate::run::facts::{COUNT, Component, FRACTION, FactType};
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::cache::Counts;
use pagewalk_engine::machine::spec::{CacheSpec, Spec, TlbSpec};

/// A TLB or cache, with the spec and counters that the rows of [`PART_PROPERTIES`] use.
pub struct Part<'a> {
    spec: &'a Spec,
    tlb: Option<&'a TlbSpec>,
    cache: Option<&'a CacheSpec>,
    stats: Counts,
}

/// A property of a TLB or cache.
pub struct PartProperty {
    /// The property's name after the dot.
    pub name: &'static str,
    pub(crate) help: &'static str,
    /// The type of the replay fact, if the property counts events of accesses. The other properties follow
    /// from the declaration.
    pub(crate) fact: Option<FactType>,
    /// Whether only caches count these events.
    pub(crate) of_caches: bool,
    /// Returns the property's value, or `None` if this kind of component lacks the property.
    pub(crate) get: fn(&Part) -> Option<Value>,
}

const fn part(name: &'static str, help: &'static str, get: fn(&Part) -> Option<Value>) -> PartProperty {
    PartProperty { name, help, fact: None, of_caches: false, get }
}

const fn counted(name: &'static str, help: &'static str, get: fn(&Part) -> Option<Value>) -> PartProperty {
    PartProperty { fact: Some(COUNT), ..part(name, help, get) }
}

const fn of_caches(name: &'static str, help: &'static str, get: fn(&Part) -> Option<Value>) -> PartProperty {
    PartProperty { of_caches: true, ..counted(name, help, get) }
}

impl PartProperty {
    /// Whether this kind of component counts these events.
    pub(crate) fn counted_by(&self, component: Component) -> bool {
        !self.of_caches || matches!(component, Component::Cache(_))
    }
}

fn count(n: u64) -> Option<Value> {
    Some(Value::from(n))
}

/// Properties of every TLB and cache.
pub const PART_PROPERTIES: &[PartProperty] = &[
    counted("hits", "demand accesses that hit", |p| count(p.stats.hits)),
    counted("misses", "demand accesses that missed", |p| count(p.stats.misses)),
    counted("evictions", "valid entries evicted by fills", |p| count(p.stats.evictions)),
    of_caches("writebacks", "dirty blocks written back on eviction or flush", |p| count(p.stats.writebacks)),
    of_caches("walk_hits", "page-table entry fetches that hit", |p| count(p.stats.walk_hits)),
    of_caches("walk_misses", "page-table entry fetches that missed", |p| count(p.stats.walk_misses)),
    PartProperty {
        fact: Some(FRACTION),
        ..part("miss_rate", "misses / accesses, or 0 if there are no accesses", |p| Some(miss_rate(&p.stats)))
    },
    part("sets", "number of sets", |p| p.tlb.map(|t| t.sets).or(p.cache.map(|c| c.sets)).map(Value::from)),
    part("ways", "associativity", |p| {
        p.tlb.map(|t| t.ways).or(p.cache.map(|c| c.ways)).map(|w| Value::from(u64::from(w)))
    }),
    part("index_bits", "width of the set index", |p| {
        p.tlb
            .map(TlbSpec::index_bits)
            .or(p.cache.map(CacheSpec::index_bits))
            .map(|b| Value::from(u64::from(b)))
    }),
    part("offset_bits", "width of the block offset (caches) or page offset (TLBs)", |p| {
        Some(Value::from(u64::from(p.cache.map_or(p.spec.page_bits(), CacheSpec::offset_bits))))
    }),
    part("tag_bits", "width of the tag", |p| {
        let tlb = p.tlb.map(|t| t.tag_bits(p.spec));
        tlb.or(p.cache.map(|c| c.tag_bits(p.spec))).map(|b| Value::from(u64::from(b)))
    }),
    part("reach", "total number of bytes that the entries cover", |p| {
        p.tlb
            .map(|t| t.reach(p.spec))
            .or(p.cache.map(CacheSpec::size))
            .and_then(|n| u64::try_from(n).ok())
            .map(Value::from)
    }),
    part("vipt", "true if the index and offset bits are within the page offset", |p| {
        p.cache.map(|c| Value::Bool(c.vipt(p.spec)))
    }),
    part("colors", "number of page colors (groups of sets to which a page can map)", |p| {
        p.cache.map(|c| Value::from(c.colors(p.spec)))
    }),
];

fn miss_rate(stats: &Counts) -> Value {
    let all = i128::from(stats.hits) + i128::from(stats.misses);
    Number::fraction(i128::from(stats.misses), all.max(1)).map_or(Value::from(0u64), Value::Number)
}

impl<'a> Part<'a> {
    /// Combines a TLB or cache with its counters.
    pub(crate) fn new(spec: &'a Spec, component: Component, stats: Counts) -> Self {
        match component {
            Component::Tlb(at) => Self { spec, tlb: Some(&spec.tlbs[at]), cache: None, stats },
            Component::Cache(at) => Self { spec, tlb: None, cache: Some(&spec.caches[at]), stats },
        }
    }
}

/// Returns a component of a machine with its counters.
pub fn part_of(machine: &Machine, component: Component) -> Part<'_> {
    let stats = match component {
        Component::Tlb(at) => machine.tlb_counts(at),
        Component::Cache(at) => machine.cache_counts(at),
    };
    Part::new(machine.spec(), component, stats)
}
