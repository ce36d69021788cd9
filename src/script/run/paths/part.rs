//! The properties of a TLB or cache: one row per property.

use crate::lang::value::{Number, Value};
use crate::run::facts::{COUNT, Component, FRACTION, FactType};
use crate::run::nouns::size;
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
    /// The type of the replay fact, if the property counts events of accesses. A property that counts no
    /// events follows from the declaration.
    pub(crate) fact: Option<FactType>,
    /// Whether only caches count these events.
    pub(crate) of_caches: bool,
    /// Whether reports contain the fact. Golden files are older than some facts.
    pub(crate) is_reported: bool,
    /// Returns the property's value, or `None` if this kind of component lacks the property.
    pub(crate) get: fn(&Part) -> Option<Value>,
    /// Returns the formula for the value with the machine's numbers, if there is one.
    pub(crate) formula: fn(&Part) -> Option<String>,
}

const fn part(
    name: &'static str,
    help: &'static str,
    get: fn(&Part) -> Option<Value>,
) -> PartProperty {
    PartProperty {
        name,
        help,
        fact: None,
        of_caches: false,
        is_reported: true,
        get,
        formula: |_| None,
    }
}

const fn counted(
    name: &'static str,
    help: &'static str,
    get: fn(&Part) -> Option<Value>,
) -> PartProperty {
    PartProperty {
        fact: Some(COUNT),
        ..part(name, help, get)
    }
}

const fn of_caches(
    name: &'static str,
    help: &'static str,
    get: fn(&Part) -> Option<Value>,
) -> PartProperty {
    PartProperty {
        of_caches: true,
        ..counted(name, help, get)
    }
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
    counted("misses", "demand misses", |p| count(p.stats.misses)),
    counted("evictions", "valid entries evicted by fills", |p| {
        count(p.stats.evictions)
    }),
    of_caches(
        "writebacks",
        "dirty blocks written back on eviction or flush",
        |p| count(p.stats.writebacks),
    ),
    of_caches("walk_hits", "page-table entry fetches that hit", |p| {
        count(p.stats.walk_hits)
    }),
    of_caches("walk_misses", "misses of page-table entry fetches", |p| {
        count(p.stats.walk_misses)
    }),
    PartProperty {
        fact: Some(FRACTION),
        formula: |p| p.share(p.stats.misses),
        ..part("miss_rate", "share of the accesses that miss", |p| {
            Some(rate(p.stats.misses, &p.stats))
        })
    },
    PartProperty {
        fact: Some(FRACTION),
        is_reported: false,
        formula: |p| p.share(p.stats.hits),
        ..part("hit_rate", "share of the accesses that hit", |p| {
            Some(rate(p.stats.hits, &p.stats))
        })
    },
    PartProperty {
        formula: |p| p.quotient(),
        ..part("sets", "number of sets", |p| p.set_count().map(Value::from))
    },
    part("ways", "associativity", |p| {
        p.tlb
            .map(|t| t.ways)
            .or(p.cache.map(|c| c.ways))
            .map(|w| Value::from(u64::from(w)))
    }),
    PartProperty {
        formula: |p| Some(format!("{}; log₂({})", p.sets()?, p.set_count()?)),
        ..part("index_bits", "width of the set index", |p| {
            count(p.index_bits()?.into())
        })
    },
    PartProperty {
        formula: |p| Some(format!("log₂({})", size(1 << p.offset_bits()))),
        ..part(
            "offset_bits",
            "width of the block offset (caches) or page offset (TLBs)",
            |p| count(p.offset_bits().into()),
        )
    },
    PartProperty {
        formula: |p| p.tag(),
        ..part("tag_bits", "width of the tag", |p| {
            let tlb = p.tlb.map(|t| t.tag_bits(p.spec));
            tlb.or(p.cache.map(|c| c.tag_bits(p.spec)))
                .map(|b| Value::from(u64::from(b)))
        })
    },
    PartProperty {
        formula: |p| match (p.tlb, p.cache) {
            (Some(tlb), _) => {
                let page = tlb.page_bits.last().copied().unwrap_or(p.spec.page_bits());
                Some(format!(
                    "{} × {} = {}",
                    count_of(tlb.entries(), "entry", "entries"),
                    size(1 << page),
                    size(tlb.reach(p.spec))
                ))
            }
            (_, Some(cache)) => Some(format!(
                "{} × {} = {}",
                count_of(cache.lines(), "line", "lines"),
                size(1 << cache.block_bits),
                size(cache.size())
            )),
            _ => None,
        },
        ..part(
            "reach",
            "total number of bytes that the entries cover",
            |p| {
                p.tlb
                    .map(|t| t.reach(p.spec))
                    // A cache has no pages, so it covers the bytes that it holds.
                    .or(p.cache.map(CacheSpec::size))
                    .and_then(|n| u64::try_from(n).ok())
                    .map(Value::from)
            },
        )
    },
    PartProperty {
        formula: |p| {
            let (index, offset) = (p.index_bits()?, p.cache?.block_bits);
            let sign = if index + offset <= p.spec.page_bits() {
                "≤"
            } else {
                ">"
            };
            let page = p.spec.page_bits();
            Some(format!(
                "{index} index bits + {offset} offset bits {sign} {page} bits of the page offset"
            ))
        },
        ..part(
            "vipt",
            "true if the index and offset bits are within the page offset",
            |p| p.cache.map(|c| Value::Bool(c.vipt(p.spec))),
        )
    },
    PartProperty {
        formula: |p| {
            let (cache, page) = (p.cache?, size(1 << p.spec.page_bits()));
            let way = size(cache.size() / u128::from(cache.ways));
            Some(match cache.ways {
                1 => format!("{way} / {page}"),
                ways => format!(
                    "{} / {ways} ways = {way} in each way; {way} / {page}",
                    size(cache.size())
                ),
            })
        },
        ..part(
            "colors",
            "number of page colors (groups of sets to which a page can map)",
            |p| p.cache.map(|c| Value::from(c.colors(p.spec))),
        )
    },
];

/// Formats a number of things.
fn count_of(n: u64, one: &str, several: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { several })
}

/// The numbers that formulas contain.
impl Part<'_> {
    /// Returns the formula for the share of the accesses that a counter counts.
    fn share(&self, counted: u64) -> Option<String> {
        Some(format!(
            "{counted} / {}",
            self.stats.hits + self.stats.misses
        ))
    }

    fn set_count(&self) -> Option<u64> {
        self.tlb
            .map(|tlb| tlb.sets)
            .or(self.cache.map(|cache| cache.sets))
    }

    fn index_bits(&self) -> Option<u32> {
        self.tlb
            .map(TlbSpec::index_bits)
            .or(self.cache.map(CacheSpec::index_bits))
    }

    /// Returns the number of offset bits below the index of a cache or the VPN of a TLB.
    fn offset_bits(&self) -> u32 {
        self.cache
            .map_or(self.spec.page_bits(), CacheSpec::offset_bits)
    }

    /// Returns `128 entries / 4 ways`, or `4 KB / (16 B × 4 ways)`.
    fn quotient(&self) -> Option<String> {
        match (self.tlb, self.cache) {
            (Some(tlb), _) => {
                let ways = count_of(tlb.ways.into(), "way", "ways");
                Some(format!(
                    "{} / {ways}",
                    count_of(tlb.entries(), "entry", "entries")
                ))
            }
            (_, Some(cache)) => {
                let (all, block) = (size(cache.size()), size(1 << cache.block_bits));
                Some(match cache.ways {
                    1 => format!("{all} / {block}"),
                    ways => format!("{all} / ({block} × {ways} ways)"),
                })
            }
            _ => None,
        }
    }

    /// Returns `128 entries / 4 ways = 32 sets`.
    fn sets(&self) -> Option<String> {
        Some(format!(
            "{} = {}",
            self.quotient()?,
            count_of(self.set_count()?, "set", "sets")
        ))
    }

    /// Returns `128 entries / 4 ways = 32 sets: 5 index bits; 32 − 12 − 5`.
    fn tag(&self) -> Option<String> {
        let (all, offset, tag) = match (self.tlb, self.cache) {
            (Some(tlb), _) => (
                self.spec.virtual_bits(),
                tlb.smallest_page_bits(self.spec),
                tlb.tag_bits(self.spec),
            ),
            (_, Some(cache)) => (
                self.spec.physical_bits,
                cache.block_bits,
                cache.tag_bits(self.spec),
            ),
            _ => return None,
        };
        let index = self.index_bits()?;
        if all.saturating_sub(offset + index) != tag {
            // The tag of a virtually indexed cache is the PPN.
            return Some(format!("{all} − {}", all - tag));
        }
        if index == 0 {
            return Some(format!(
                "1 set, so there are no index bits; {all} − {offset}"
            ));
        }
        let bits = count_of(index.into(), "index bit", "index bits");
        Some(format!(
            "{}: {bits}; {all} − {offset} − {index}",
            self.sets()?
        ))
    }
}

fn rate(of: u64, stats: &Counts) -> Value {
    let all = i128::from(stats.hits) + i128::from(stats.misses);
    Number::fraction(i128::from(of), all.max(1)).map_or(Value::from(0u64), Value::Number)
}

impl<'a> Part<'a> {
    /// Combines a TLB or cache with its counters.
    pub(crate) fn new(spec: &'a Spec, component: Component, stats: Counts) -> Self {
        match component {
            Component::Tlb(at) => Self {
                spec,
                tlb: Some(&spec.tlbs[at]),
                cache: None,
                stats,
            },
            Component::Cache(at) => Self {
                spec,
                tlb: None,
                cache: Some(&spec.caches[at]),
                stats,
            },
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
