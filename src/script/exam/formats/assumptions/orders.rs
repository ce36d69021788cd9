//! The order of the entries in sets. The victim depends on the order, which a table of a set's entries does not
//! show.

use std::collections::BTreeSet;

use crate::exam::paper::{PaperItem, Question};
use crate::run::facts::Component;
use crate::run::record::Did;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::addr::{SetIndex, Tag};
use pagewalk_engine::machine::event::Event;
use pagewalk_engine::machine::policy::Policy;

/// Maximum number of sets whose order is listed.
const LISTED: usize = 8;

/// A set with several valid ways, listed in replacement order.
struct Ordered {
    set: SetIndex,
    ways: Vec<u32>,
    full: bool,
}

/// Describes the order of the entries in the sets of a machine's TLBs and caches. `named` returns the name of a
/// TLB or cache, or `None` for a TLB or cache that the question does not use. `evicts` returns whether the
/// question evicts an entry from a set. The order in a set with invalid ways matters only if the question evicts
/// an entry from such a set. `number` writes the number of a set.
pub(super) fn of_machine(
    machine: &Machine,
    named: impl Fn(&str) -> Option<String>,
    evicts: impl Fn(Component, SetIndex) -> bool,
    number: impl Fn(u64) -> String,
) -> Vec<String> {
    let spec = machine.spec();
    let each = Component::all(spec).filter_map(|part| {
        let (policy, all_sets, total) = part.shape(spec);
        let one_set = all_sets == 1;
        let name = named(part.name(spec)).filter(|_| total > 1)?;
        let sets = match part {
            Component::Tlb(at) => machine.tlb_sets_in_use(at),
            Component::Cache(at) => machine.cache_sets_in_use(at),
        };
        let mut sets: Vec<Ordered> = sets
            .into_iter()
            .filter_map(|set| {
                let ways = match part {
                    Component::Tlb(at) => machine.tlb_order(at, set),
                    Component::Cache(at) => machine.cache_order(at, set),
                }?;
                (ways.len() > 1).then_some(Ordered {
                    set,
                    full: ways.len() == total as usize,
                    ways,
                })
            })
            .collect();
        // List the order of either all sets with invalid ways or none of them, so that the list does not reveal
        // the evictions.
        if !sets.iter().any(|of| !of.full && evicts(part, of.set)) {
            sets.retain(|of| of.full);
        }
        Some(sentences(&name, one_set, policy, &sets, &number))
    });
    each.flatten().collect()
}

fn sentences(
    name: &str,
    one_set: bool,
    policy: Policy,
    sets: &[Ordered],
    number: impl Fn(u64) -> String,
) -> Vec<String> {
    let by_fill = matches!(policy, Policy::Fifo | Policy::Lifo);
    let full = sets.iter().all(|of| of.full);
    if sets.is_empty() {
        return Vec::new();
    }
    if sets.iter().all(|of| of.ways.is_sorted()) {
        let order = match (by_fill, full) {
            (true, true) => "the ways were filled in order, starting with way 0 (the leftmost)",
            (true, false) => "the valid ways were filled in order, starting with the leftmost",
            (false, true) => {
                "way 0 (the leftmost) was used least recently, and the rightmost way was used most recently"
            }
            (false, false) => {
                "the leftmost valid way was used least recently, and the rightmost valid way was used most recently"
            }
        };
        let place = match (one_set, full) {
            (true, _) => name.to_owned(),
            (false, true) => format!("each full set of {name}"),
            (false, false) => format!("each set of {name}"),
        };
        return vec![format!("In {place}, {order}.")];
    }
    let one = |of: &Ordered| {
        let ways: Vec<String> = of.ways.iter().map(ToString::to_string).collect();
        let (set, ways) = (number(of.set.raw()), ways.join(", "));
        match (of.full, by_fill) {
            (true, true) => {
                format!("Set {set} of {name} is full. Its ways were filled in this order: {ways}.")
            }
            (true, false) => format!(
                "Set {set} of {name} is full. From the least to the most recently used, its ways are {ways}."
            ),
            (false, true) => {
                format!("The valid ways of set {set} of {name} were filled in this order: {ways}.")
            }
            (false, false) => format!(
                "From the least to the most recently used, the valid ways of set {set} of {name} are {ways}."
            ),
        }
    };
    sets.iter().take(LISTED).map(one).collect()
}

/// Describes how the policies without an order of entries select the victims of a question, and their state at first.
/// `named` is as for [`of_machine`].
pub(super) fn of_policies(
    question: &Question,
    machine: &Machine,
    named: impl Fn(&str) -> Option<String>,
) -> Vec<String> {
    let spec = machine.spec();
    let each = Component::all(spec).filter_map(|part| {
        let (rule, at_first) = details(part.shape(spec).0)?;
        let name = named(part.name(spec))?;
        let evicting = evicting_sets(question, part);
        if evicting.is_empty() {
            return None;
        }
        let is_as_listed = |set: &SetIndex| match part {
            Component::Tlb(at) => machine.is_tlb_set_as_listed(at, *set),
            Component::Cache(at) => machine.is_cache_set_as_listed(at, *set),
        };
        let rule = rule.replace("{name}", &name);
        Some(if evicting.iter().all(is_as_listed) {
            format!("{rule} {at_first}")
        } else {
            rule
        })
    });
    each.collect()
}

/// Returns how a policy selects the victim in a set of the part `{name}`, and its state at first.
fn details(policy: Policy) -> Option<(&'static str, &'static str)> {
    Some(match policy {
        Policy::Clock => (
            "A hit or a fill in {name} sets the use bit of the entry. To select a victim, the clock hand of the set clears set use \
             bits until it reaches an entry whose use bit is clear. This entry is the victim, and the hand moves to the next way.",
            "At first, the hand is at way 0 (the leftmost), and all use bits are clear.",
        ),
        Policy::SecondChance => (
            "A fill in {name} clears the use bit of the entry, and a hit sets it. To select a victim, the clock hand of the set \
             clears set use bits until it reaches an entry whose use bit is clear. This entry is the victim, and the hand moves \
             to the next way.",
            "At first, the hand is at way 0 (the leftmost), and all use bits are clear.",
        ),
        Policy::Lfu => (
            "The victim in {name} is the entry with the fewest hits since its fill, and in a tie the one that was filled first.",
            "At first, no entry has had a hit, and the ways were filled from left to right.",
        ),
        Policy::Plru => (
            "PLRU in {name} keeps a binary tree of bits above the ways of a set. A hit or a fill points the bits above its way to \
             the other half. The bits lead from the root to the victim.",
            "At first, all bits point to the left.",
        ),
        _ => return None,
    })
}

/// Returns the sets of a part from which the accesses of a question evict entries.
fn evicting_sets(question: &Question, part: Component) -> BTreeSet<SetIndex> {
    let dids = question
        .items()
        .flat_map(|item| item.since.iter().chain([&item.did]));
    let events = dids.flat_map(|did| match &**did {
        Did::Access(access) => access.events.as_slice(),
        _ => &[],
    });
    let filled = events.filter_map(|event| part.filled_set(event));
    filled
        .filter(|(_, evicts)| *evicts)
        .map(|(set, _)| set)
        .collect()
}

/// Whether an item's access, or an earlier access since the start, evicts an entry from a set.
pub(super) fn evicts(item: &PaperItem, start: &Machine, part: Component, set: SetIndex) -> bool {
    let by_access = |event: &Event| part.filled_set(event) == Some((set, true));
    if let Did::Access(access) = &*item.did
        && access.events.iter().any(by_access)
    {
        return true;
    }
    let tags = |machine: &Machine| -> BTreeSet<Tag> {
        let line = |way| match part {
            Component::Tlb(at) => {
                machine
                    .tlb_line(at, set, way)
                    .filter(|line| line.valid)?
                    .tag
            }
            Component::Cache(at) => {
                machine
                    .cache_line(at, set, way)
                    .filter(|line| line.valid)?
                    .tag
            }
        };
        let (.., ways) = part.shape(start.spec());
        (0..ways).filter_map(line).collect()
    };
    let before = item
        .hardware
        .as_ref()
        .and_then(|hardware| hardware.before.as_deref());
    before.is_some_and(|machine| !tags(start).is_subset(&tags(machine)))
}
