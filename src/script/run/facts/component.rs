//! The fact values of TLBs, caches, and page-table levels.

use pagewalk_engine::machine::addr::SetIndex;
use pagewalk_engine::machine::event::{Event, Purpose};
use pagewalk_engine::machine::policy::Policy;
use pagewalk_engine::machine::spec::Spec;

use crate::run::record::{Access, Shown};
use crate::run::table::TableId;

/// A TLB or cache, identified by its index in the spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Component {
    /// A TLB level.
    Tlb(usize),
    /// A cache level.
    Cache(usize),
}

impl Component {
    /// Returns the component with this name. The names `tlb` and `cache` refer to the only TLB or cache.
    pub(crate) fn named(spec: &Spec, name: &str) -> Option<Self> {
        let tlb = spec.tlb_named(name).map(Self::Tlb);
        tlb.or_else(|| spec.cache_named(name).map(Self::Cache))
            .or(match name {
                "tlb" if spec.tlbs.len() == 1 => Some(Self::Tlb(0)),
                "cache" if spec.caches.len() == 1 => Some(Self::Cache(0)),
                _ => None,
            })
    }

    pub fn name(self, spec: &Spec) -> &str {
        match self {
            Self::Tlb(at) => &spec.tlbs[at].name,
            Self::Cache(at) => &spec.caches[at].name,
        }
    }

    /// Returns the noun of the component's table, which precedes its name.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Tlb(_) => "tlb",
            Self::Cache(_) => "cache",
        }
    }

    /// Returns the component whose contents a table lists.
    pub(crate) fn of_table(id: TableId) -> Option<Self> {
        match id {
            TableId::Tlb(at) => Some(Self::Tlb(at)),
            TableId::Cache(at) => Some(Self::Cache(at)),
            _ => None,
        }
    }

    /// Returns the replacement policy, and the numbers of sets and ways.
    pub(crate) fn shape(self, spec: &Spec) -> (Policy, u64, u32) {
        match self {
            Self::Tlb(at) => (spec.tlbs[at].policy, spec.tlbs[at].sets, spec.tlbs[at].ways),
            Self::Cache(at) => {
                let cache = &spec.caches[at];
                (cache.policy, cache.sets, cache.ways)
            }
        }
    }

    /// Returns the set of the component that an event fills, and whether the event evicts an entry.
    pub(crate) fn filled_set(self, event: &Event) -> Option<(SetIndex, bool)> {
        match (event, self) {
            (
                Event::TlbFill {
                    tlb, set, victim, ..
                },
                Self::Tlb(at),
            ) => (*tlb as usize == at).then_some((*set, victim.is_some())),
            (
                Event::CacheFill {
                    cache, set, victim, ..
                },
                Self::Cache(at),
            ) => (*cache as usize == at).then_some((*set, victim.is_some())),
            _ => None,
        }
    }

    /// Returns the widths of the component's set index and tags, in bits.
    pub(crate) fn widths(self, spec: &Spec) -> (u32, u32) {
        match self {
            Self::Tlb(at) => (spec.tlbs[at].index_bits(), spec.tlbs[at].tag_bits(spec)),
            Self::Cache(at) => (spec.caches[at].index_bits(), spec.caches[at].tag_bits(spec)),
        }
    }

    /// Returns every TLB, then every cache.
    pub fn all(spec: &Spec) -> impl Iterator<Item = Self> + Clone + use<> {
        (0..spec.tlbs.len())
            .map(Self::Tlb)
            .chain((0..spec.caches.len()).map(Self::Cache))
    }
}

pub(super) fn vpn_part(a: &Access, level: u32) -> Option<Shown> {
    let mmu = a.spec.mmu.as_ref()?;
    let at = level as usize - 1;
    let below: u32 = mmu.levels[at + 1..].iter().sum();
    let part = low(shifted(a.va.raw(), mmu.page_bits + below), mmu.levels[at]);
    Some(Shown::field(part, mmu.levels[at]))
}

pub(super) fn pte_address(a: &Access, wanted: u32) -> Option<Shown> {
    a.first_piece().iter().find_map(|event| match event {
        Event::Pte { level, address, .. } if *level == wanted => {
            Some(Shown::field((*address)?.raw(), a.spec.physical_bits))
        }
        _ => None,
    })
}

pub(super) fn pte_value(a: &Access, wanted: u32) -> Option<Shown> {
    let bytes = a.spec.mmu.as_ref()?.pte.bytes;
    a.first_piece().iter().find_map(|event| match event {
        Event::Pte { level, value, .. } if *level == wanted => {
            Some(value.map_or(Shown::word("unknown"), |value| Shown::hex(value, 2 * bytes)))
        }
        _ => None,
    })
}

/// Returns `hit` or `miss`, or `none` if the access did not look up the component.
pub(crate) fn lookup(a: &Access, component: Component) -> Option<Shown> {
    let mut found = None;
    for event in a.first_piece() {
        let way = match (event, component) {
            (Event::TlbLookup { tlb, way, .. }, Component::Tlb(at)) if *tlb as usize == at => way,
            (
                Event::CacheLookup {
                    cache,
                    way,
                    purpose: Purpose::Demand,
                    ..
                },
                Component::Cache(at),
            ) if *cache as usize == at => way,
            _ => continue,
        };
        found = Some(found == Some(true) || way.is_some());
    }
    Some(Shown::word(match found {
        None => "none",
        Some(true) => "hit",
        Some(false) => "miss",
    }))
}

/// Returns the set index, even without a lookup. A cache's set index exists only if the access has a physical
/// address.
pub(crate) fn index(a: &Access, component: Component) -> Option<Shown> {
    match component {
        Component::Tlb(at) => {
            let tlb = &a.spec.tlbs[at];
            Some(Shown::field(
                low(tlb_page(a, at)?, tlb.index_bits()),
                tlb.index_bits(),
            ))
        }
        Component::Cache(at) => {
            let cache = &a.spec.caches[at];
            let pa = a.outcome.pa?.raw();
            let indexed = if cache.virtual_index { a.va.raw() } else { pa };
            Some(Shown::field(
                low(shifted(indexed, cache.block_bits), cache.index_bits()),
                cache.index_bits(),
            ))
        }
    }
}

/// Returns the tag, even without a lookup. A cache's tag exists only if the access has a physical address.
pub(crate) fn tag(a: &Access, component: Component) -> Option<Shown> {
    match component {
        Component::Tlb(at) => {
            let tlb = &a.spec.tlbs[at];
            let page = tlb_page(a, at)?;
            Some(Shown::field(
                shifted(page, tlb.index_bits()),
                tlb.tag_bits(&a.spec),
            ))
        }
        Component::Cache(at) => {
            let bits = a.spec.caches[at].tag_bits(&a.spec);
            Some(Shown::field(
                shifted(a.outcome.pa?.raw(), a.spec.physical_bits - bits),
                bits,
            ))
        }
    }
}

/// Returns the page number for a TLB lookup. The page size is that of the entry that hit or was filled, or else
/// the TLB's smallest page size.
pub(super) fn tlb_page(a: &Access, at: usize) -> Option<u64> {
    a.spec.mmu.as_ref()?;
    let tlb = &a.spec.tlbs[at];
    let looked_up = a.first_piece().iter().filter_map(|event| match event {
        Event::TlbLookup { tlb, set, tag, way } if *tlb as usize == at => {
            Some((way.is_some(), tag.raw() << tlb_bits(a, at) | set.raw()))
        }
        Event::TlbFill { tlb, set, tag, .. } if *tlb as usize == at => {
            Some((true, tag.raw() << tlb_bits(a, at) | set.raw()))
        }
        _ => None,
    });
    let certain = looked_up
        .filter(|(certain, _)| *certain)
        .map(|(_, page)| page)
        .next();
    Some(certain.unwrap_or_else(|| shifted(a.va.raw(), tlb.smallest_page_bits(&a.spec))))
}

fn tlb_bits(a: &Access, at: usize) -> u32 {
    a.spec.tlbs[at].index_bits()
}

/// Returns the block offset, if the access has a physical address.
pub(crate) fn offset(a: &Access, component: Component) -> Option<Shown> {
    let Component::Cache(at) = component else {
        return None;
    };
    let bits = a.spec.caches[at].block_bits;
    Some(Shown::field(low(a.outcome.pa?.raw(), bits), bits))
}

/// Returns the fill of a component: the evicted tag, and whether the component wrote the entry back.
/// Evictions that a written-back block causes closer to memory are not part of the fill.
pub(super) fn fill(a: &Access, component: Component) -> Option<(Option<u64>, bool)> {
    a.first_piece()
        .iter()
        .find_map(|event| match (event, component) {
            (Event::TlbFill { tlb, victim, .. }, Component::Tlb(at)) if *tlb as usize == at => {
                Some((victim.map(pagewalk_engine::machine::addr::Tag::raw), false))
            }
            (
                Event::CacheFill {
                    cache,
                    victim,
                    writeback,
                    purpose: Purpose::Demand,
                    ..
                },
                Component::Cache(at),
            ) if *cache as usize == at => Some((
                victim.map(pagewalk_engine::machine::addr::Tag::raw),
                *writeback,
            )),
            _ => None,
        })
}

pub(super) fn victim(a: &Access, component: Component) -> Option<Shown> {
    let bits = match component {
        Component::Tlb(at) => a.spec.tlbs[at].tag_bits(&a.spec),
        Component::Cache(at) => a.spec.caches[at].tag_bits(&a.spec),
    };
    let tag = fill(a, component).and_then(|(tag, _)| tag);
    Some(tag.map_or(Shown::word("none"), |tag| Shown::field(tag, bits)))
}

pub(super) fn writeback(a: &Access, component: Component) -> Option<Shown> {
    let dirty = fill(a, component).is_some_and(|(_, dirty)| dirty);
    Some(Shown::word(if dirty { "yes" } else { "no" }))
}

/// Returns `x` without its lowest `bits` bits, or 0 if `bits` is 64.
pub(crate) fn shifted(x: u64, bits: u32) -> u64 {
    x.checked_shr(bits).unwrap_or(0)
}

/// Returns the lowest `bits` bits.
pub(crate) fn low(x: u64, bits: u32) -> u64 {
    if bits >= 64 { x } else { x & ((1 << bits) - 1) }
}
