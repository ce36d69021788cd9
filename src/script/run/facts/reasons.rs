//! Why a fact is what it is: the way that hit, the entry that was not present.

use pagewalk_engine::machine::event::{Event, Fault, ProtectionCause, PteKind, Purpose};

use super::component::Component;
use super::handled;
use crate::run::record::{Access, Shown};

/// Why an access came to what it did at a part, in one sentence; none where there is nothing to say.
pub fn reason(access: &Access, fact: &str) -> Option<String> {
    let head = fact.split('.').next().unwrap_or(fact);
    let component = Component::named(&access.spec, head);
    match (head, component) {
        ("evicted" | "swapped-out", None) => handled::eviction(access),
        ("signal" | "code", None) if access.process.is_some() => handled::signal(access),
        ("fault" | "frame" | "copied" | "minor" | "major", None) if access.process.is_some() => {
            handled::reason(access)
        }
        (_, Some(component)) => lookup(access, component),
        ("tlb" | "tlbi" | "tlbt", _) => first(access, |c| matches!(c, Component::Tlb(_))),
        ("cache" | "co" | "ci" | "ct" | "served", _) => {
            first(access, |c| matches!(c, Component::Cache(_))).or_else(|| fault(access))
        }
        ("byte" | "value" | "pa" | "ppn" | "ppo" | "fault", _) => {
            fault(access).or_else(|| translation(access))
        }
        ("walk", _) => walk(access),
        _ => fault(access),
    }
}

fn first(access: &Access, wanted: fn(Component) -> bool) -> Option<String> {
    Component::all(&access.spec).filter(|c| wanted(*c)).find_map(|c| lookup(access, c))
}

/// What a lookup found in its set.
fn lookup(access: &Access, component: Component) -> Option<String> {
    let name = component.name(&access.spec);
    let mut events = access.first_piece().iter();
    let (set, tag, way) = events.find_map(|event| match (event, component) {
        (Event::TlbLookup { tlb, set, tag, way }, Component::Tlb(at)) if *tlb as usize == at => {
            Some((set, tag, way))
        }
        (Event::CacheLookup { cache, set, tag, way, purpose: Purpose::Demand }, Component::Cache(at))
            if *cache as usize == at =>
        {
            Some((set, tag, way))
        }
        _ => None,
    })?;
    let (index_bits, tag_bits) = component.widths(&access.spec);
    let (set, tag) = (Shown::field(set.raw(), index_bits), Shown::field(tag.raw(), tag_bits));
    Some(match way {
        Some(way) => format!("way {way} of set {set} of {name} is valid and holds tag {tag}"),
        None => format!("no valid way of set {set} of {name} holds tag {tag}"),
    })
}

/// Why there is no physical address.
pub(crate) fn fault(access: &Access) -> Option<String> {
    if access.process.as_ref().is_some_and(|process| process.killed.is_some()) {
        return handled::reason(access);
    }
    match access.outcome.fault? {
        Fault::NotPresent { level } => {
            let levels = access.spec.mmu.as_ref().map_or(1, |mmu| mmu.levels.len());
            let place = if levels == 1 {
                "the page-table entry".to_owned()
            } else {
                format!("the entry of level {level}")
            };
            Some(format!("{place} is not present"))
        }
        Fault::Protection { why } => Some(
            match why {
                ProtectionCause::ReadOnly => "R/W is 0 and the access is a store",
                ProtectionCause::Supervisor => "U/S is 0 and the access is the user's",
                ProtectionCause::NoExecute => "XD is 1 and the access is an instruction fetch",
            }
            .to_owned(),
        ),
    }
}

fn translation(access: &Access) -> Option<String> {
    let vpn_ppn = access.first_piece().iter().find_map(|event| match event {
        Event::Translated { vpn, ppn, .. } => Some((vpn.raw(), ppn.raw())),
        _ => None,
    });
    let (vpn, ppn) = vpn_ppn.filter(|_| access.spec.mmu.is_some())?;
    let (vpn, ppn) = (Shown::field(vpn, access.spec.vpn_bits()), Shown::field(ppn, access.spec.ppn_bits()));
    Some(format!("VPN {vpn} is mapped to PPN {ppn}"))
}

fn walk(access: &Access) -> Option<String> {
    let mut fetched = access.first_piece().iter().filter_map(|event| match event {
        Event::Pte { level, found, .. } => Some((*level, *found)),
        _ => None,
    });
    match fetched.next_back() {
        None => Some("a TLB held the translation, so no entry was fetched".to_owned()),
        Some((level, PteKind::Absent)) => {
            Some(format!("the walk ended at level {level}, whose entry is not present"))
        }
        Some((level, _)) => Some(format!("the walk ended at level {level}, whose entry maps the page")),
    }
}
