//! Explains the contents of TLBs and caches.

use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::event::{Event, Purpose};

use super::super::component::{self, Component};
use super::faults::no_address;
use super::words::{NO_MMU, place};
use crate::run::record::{Access, Shown};

/// Returns a lookup: the set, the tag, and the way that hit.
fn found(a: &Access, component: Component) -> Option<(u64, u64, Option<u32>)> {
    a.first_piece()
        .iter()
        .find_map(|event| match (event, component) {
            (Event::TlbLookup { tlb, set, tag, way }, Component::Tlb(at))
                if *tlb as usize == at =>
            {
                Some((set.raw(), tag.raw(), *way))
            }
            (
                Event::CacheLookup {
                    cache,
                    set,
                    tag,
                    way,
                    purpose: Purpose::Demand,
                },
                Component::Cache(at),
            ) if *cache as usize == at => Some((set.raw(), tag.raw(), *way)),
            _ => None,
        })
}

/// Returns every component that the access looked up, and whether the component hit.
fn looked_up(a: &Access) -> impl Iterator<Item = (Component, bool)> {
    Component::all(&a.spec).filter_map(|part| Some((part, found(a, part)?.2.is_some())))
}

/// Returns the TLB that held the translation.
pub(super) fn hit_tlb(a: &Access) -> Option<Component> {
    looked_up(a)
        .find(|(part, hit)| *hit && matches!(part, Component::Tlb(_)))
        .map(|(part, _)| part)
}

/// Explains the result of a component's lookup in its set, or why no lookup happened.
pub(crate) fn lookup(a: &Access, component: Component) -> String {
    let Some((set, tag, way)) = found(a, component) else {
        return not_looked_up(a, component);
    };
    let (entry, ways) = match component {
        Component::Tlb(at) => ("entry", a.spec.tlbs[at].ways),
        Component::Cache(at) => ("line", a.spec.caches[at].ways),
    };
    let tag = Shown::field(tag, component.widths(&a.spec).1);
    let (place, whose) = (place(a, component, set), owner(a, component));
    match way {
        Some(_) if ways == 1 => format!("the {entry}{place} is valid and has tag {tag}{whose}"),
        Some(way) => format!("way {way}{place} is valid and has tag {tag}{whose}"),
        None => format!("no valid {entry}{place} has tag {tag}{whose}"),
    }
}

/// Returns the name of a TLB or cache in a sentence.
pub(super) fn named(a: &Access, component: Component) -> String {
    match component.name(&a.spec) {
        "tlb" => "the TLB".to_owned(),
        "cache" => "the cache".to_owned(),
        name => name.to_owned(),
    }
}

/// Returns ` for process P1` if the entries of a TLB belong to processes.
fn owner(a: &Access, component: Component) -> String {
    match (component, &a.process) {
        (Component::Tlb(at), Some(own)) if a.spec.tlbs[at].asid => {
            format!(" for process {}", own.process.name)
        }
        _ => String::new(),
    }
}

/// Explains that a TLB missed because a context switch flushed the entry. Returns `None` if the TLB missed
/// for another reason.
pub(crate) fn switched(a: &Access, component: Component, before: &Machine) -> Option<String> {
    let (Component::Tlb(at), Some(own)) = (component, &a.process) else {
        return None;
    };
    // The handler of a fault also invalidates entries.
    if a.spec.tlbs[at].asid || !own.faults.is_empty() || before.core() != a.core {
        return None;
    }
    let is_flushed = |event: &Event| match event {
        Event::TlbLookup {
            tlb,
            set,
            tag,
            way: None,
        } if *tlb as usize == at => {
            let mut lines =
                (0..a.spec.tlbs[at].ways).filter_map(|way| before.tlb_line(at, *set, way));
            lines.any(|line| line.valid && line.tag == Some(*tag))
        }
        Event::TlbFill {
            tlb,
            set,
            way,
            victim: None,
            ..
        } if *tlb as usize == at => before
            .tlb_line(at, *set, *way)
            .is_some_and(|line| line.valid),
        _ => false,
    };
    let name = named(a, component);
    let flushed = a.first_piece().iter().any(is_flushed);
    flushed.then(|| {
        format!(
            "the context switch to process {} flushed {name}",
            own.process.name
        )
    })
}

fn not_looked_up(a: &Access, component: Component) -> String {
    let name = named(a, component);
    let before = |other: Component| match (component, other) {
        (Component::Tlb(at), Component::Tlb(first))
        | (Component::Cache(at), Component::Cache(first)) => first < at,
        _ => false,
    };
    let hit = looked_up(a).find(|(part, hit)| *hit && before(*part));
    let serves = match component {
        Component::Tlb(at) => a.spec.tlbs[at].side.serves(a.kind),
        Component::Cache(at) => a.spec.caches[at].side.serves(a.kind),
    };
    match (hit, component) {
        (Some((part, _)), _) => {
            format!("{} hit, so the access did not reach {name}", named(a, part))
        }
        _ if !serves => format!("{name} does not serve this kind of access"),
        (None, Component::Tlb(_)) if a.spec.mmu.is_none() => NO_MMU.to_owned(),
        (None, Component::Cache(_)) if !a.uses_caches() => {
            "`translate` does not use caches".to_owned()
        }
        (None, Component::Cache(_)) if a.outcome.pa.is_none() => no_address(a),
        (None, Component::Cache(_)) if bypassed(a) => "the page is not cached (CD = 1)".to_owned(),
        _ => format!("the access did not reach {name}"),
    }
}

fn bypassed(a: &Access) -> bool {
    a.first_piece().iter().any(|event| {
        matches!(
            event,
            Event::Bypassed {
                purpose: Purpose::Demand
            }
        )
    })
}

/// Explains whether a TLB held the translation. The reason names the TLB that hit, or else the first TLB.
pub(crate) fn tlb(a: &Access) -> String {
    let first = a.spec.first_tlb(a.kind).map(Component::Tlb);
    match hit_tlb(a).or(first) {
        Some(tlb) => lookup(a, tlb),
        None if a.spec.mmu.is_none() => NO_MMU.to_owned(),
        None => "the machine has no TLB for this kind of access".to_owned(),
    }
}

/// Explains whether the first cache held the block.
pub(crate) fn cache(a: &Access) -> String {
    match a.spec.first_cache(a.kind) {
        Some(at) => lookup(a, Component::Cache(at)),
        None => "the machine has no cache for this kind of access".to_owned(),
    }
}

/// Explains which cache hit first, or that no cache hit.
pub(crate) fn served(a: &Access) -> String {
    let caches = || looked_up(a).filter(|(part, _)| matches!(part, Component::Cache(_)));
    match caches().find(|(_, hit)| *hit) {
        Some((part, _)) => lookup(a, part),
        None if a.outcome.pa.is_some() && caches().next().is_some() => {
            "no cache holds the block".to_owned()
        }
        None => cache(a),
    }
}

/// Explains which entry a fill of a component evicted.
pub(crate) fn victim(a: &Access, component: Component) -> String {
    let Some((victim, _)) = component::fill(a, component) else {
        return format!("the access did not fill {}", named(a, component));
    };
    let set = found(a, component).map_or(0, |(set, ..)| set);
    let place = place(a, component, set);
    let (entry, entries, ways, policy) = match component {
        Component::Tlb(at) => (
            "entry",
            "entries",
            a.spec.tlbs[at].ways,
            a.spec.tlbs[at].policy,
        ),
        Component::Cache(at) => (
            "line",
            "lines",
            a.spec.caches[at].ways,
            a.spec.caches[at].policy,
        ),
    };
    match victim.map(|tag| Shown::field(tag, component.widths(&a.spec).1)) {
        None => format!("an {entry}{place} was invalid, so nothing was evicted")
            .replace("an line", "a line"),
        Some(tag) if ways == 1 => format!("the only {entry}{place} had tag {tag}"),
        Some(tag) => format!(
            "all {entries}{place} were valid, and {} evicts tag {tag}",
            policy.row().title
        ),
    }
}

/// Explains whether the evicted entry was dirty.
pub(crate) fn writeback(a: &Access, component: Component) -> String {
    match component::fill(a, component) {
        Some((Some(_), true)) => "the evicted block was dirty".to_owned(),
        Some((Some(_), false)) => format!(
            "the evicted {} was clean",
            match component {
                Component::Tlb(_) => "entry",
                Component::Cache(_) => "block",
            }
        ),
        _ => victim(a, component),
    }
}
