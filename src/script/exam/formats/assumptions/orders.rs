//! The order of the entries in sets. The victim depends on the order, which a table of a set's entries does not
//! show.

use std::collections::BTreeSet;

use crate::exam::paper::{PaperItem, Question};
use crate::questions::wording::series;
use crate::run::facts::Component;
use crate::run::record::Did;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::addr::{SetIndex, Tag};
use pagewalk_engine::machine::event::Event;
use pagewalk_engine::machine::policy::{Policy, ReplacementState};

/// Number of sets from which only the sets that the question evicts from are listed.
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
        let keeps_order = !matches!(policy, Policy::Random) && details(policy).is_none();
        let mut sets: Vec<Ordered> = sets_in_use(machine, part)
            .into_iter()
            .filter(|_| keeps_order)
            .filter_map(|set| {
                let ways = replacement(machine, part, set)?.filled;
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
        if sets.len() > LISTED && !sets.iter().all(|of| of.ways.is_sorted()) {
            sets.retain(|of| evicts(part, of.set));
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
    sets.iter().map(one).collect()
}

pub(super) fn sets_in_use(machine: &Machine, part: Component) -> Vec<SetIndex> {
    match part {
        Component::Tlb(at) => machine.tlb_sets_in_use(at),
        Component::Cache(at) => machine.cache_sets_in_use(at),
    }
}

fn replacement(machine: &Machine, part: Component, set: SetIndex) -> Option<ReplacementState> {
    match part {
        Component::Tlb(at) => machine.tlb_replacement(at, set),
        Component::Cache(at) => machine.cache_replacement(at, set),
    }
}

/// Describes how the policies without an order of entries select the victims of a question, and their state at first.
/// `named` and `number` are as for [`of_machine`].
pub(super) fn of_policies(
    question: &Question,
    machine: &Machine,
    named: impl Fn(&str) -> Option<String>,
    number: impl Fn(u64) -> String,
) -> Vec<String> {
    let spec = machine.spec();
    let each = Component::all(spec).filter_map(|part| {
        let (policy, all_sets, _) = part.shape(spec);
        let (rule, at_first) = details(policy)?;
        let name = named(part.name(spec))?;
        let evicting = evicting_sets(question, part);
        if evicting.is_empty() {
            return None;
        }
        // All sets are listed, so that the list does not reveal the evictions.
        let in_use = sets_in_use(machine, part);
        let listed = in_use.into_iter().filter(|_| all_sets <= LISTED as u64);
        let sets: BTreeSet<SetIndex> = evicting.into_iter().chain(listed).collect();
        let mut sentences = vec![rule.replace("{name}", &name)];
        let state = |set, whole| {
            let state = replacement(machine, part, set);
            state.map_or_else(Vec::new, |state| clauses(&state, policy, "way", whole))
        };
        if sets.iter().all(|set| state(*set, false).is_empty()) {
            sentences.push(format!("At first, {at_first}."));
            return Some(sentences.join(" "));
        }
        sentences.extend(sets.into_iter().map(|set| {
            let place = match all_sets {
                1 => name.clone(),
                _ => format!("set {} of {name}", number(set.raw())),
            };
            match &*state(set, true) {
                [] => format!("At first, in {place}, {at_first}."),
                clauses => format!("At first, in {place}, {}.", clauses.join("; ")),
            }
        }));
        Some(sentences.join(" "))
    });
    each.collect()
}

/// Describes the page frames before the question, as far as the replacement policy uses their state. [`Rule::printed`]
/// describes the clock hand.
///
/// [`Rule::printed`]: super::policy_rules::Rule::printed
pub(super) fn of_frames(mut frames: ReplacementState, policy: Policy) -> Option<String> {
    frames.state.hand = None;
    let clauses = clauses(&frames, policy, "frame", true);
    (!frames.filled.is_empty() && !clauses.is_empty())
        .then(|| format!("At first, {}.", clauses.join("; ")))
}

/// Describes the state of a policy in the ways of a set, or in the page frames. Unless the description is `whole`, it covers only
/// the differences from a set that a script listed.
fn clauses(of: &ReplacementState, policy: Policy, noun: &str, whole: bool) -> Vec<String> {
    let ReplacementState { filled, state } = of;
    let listed = |each: &[u32]| {
        let each: Vec<String> = each.iter().map(ToString::to_string).collect();
        series(&each)
    };
    let mut clauses = Vec::new();
    if filled.len() > 1 && (whole || !filled.is_sorted()) {
        let ways = listed(filled);
        clauses.extend(match policy {
            Policy::Lru | Policy::Mru => Some(format!(
                "from the least to the most recently used, the {noun}s are {ways}"
            )),
            Policy::Fifo | Policy::Lifo | Policy::Lfu => {
                Some(format!("the {noun}s were filled in the order {ways}"))
            }
            _ => None,
        });
    }
    let hand = state.hand.filter(|hand| whole || *hand > 0);
    clauses.extend(hand.map(|hand| format!("the clock hand is at {noun} {hand}")));
    let used = match policy {
        Policy::Nru | Policy::Aging => "reference",
        _ => "use",
    };
    for (what, bits) in [(used, &state.use_bits), ("modified", &state.dirty)] {
        let Some(bits) = bits else { continue };
        let set = filled.iter().copied().filter(|way| bits[*way as usize]);
        let set: Vec<u32> = set.collect();
        if !set.is_empty() {
            let set = listed(&set);
            clauses.push(format!("only these {noun}s have a set {what} bit: {set}"));
        } else if whole {
            clauses.push(format!("all {what} bits are clear"));
        }
    }
    let counts = state.counts.iter().flat_map(|counts| {
        let of_way = |way: &u32| (*way, counts[*way as usize]);
        filled.iter().map(of_way)
    });
    clauses.extend(
        counts
            .filter(|(_, count)| whole || *count > 0)
            .map(|(way, count)| {
                if policy == Policy::Aging {
                    format!("the counter of {noun} {way} is {count:08b}")
                } else {
                    format!("the number of uses of {noun} {way} since its fill is {count}")
                }
            }),
    );
    let tree = state
        .tree
        .as_ref()
        .filter(|bits| whole || bits.contains(&true));
    clauses.extend(tree.map(|bits| {
        let side = |right: &bool| if *right { "right" } else { "left" };
        let sides: Vec<&str> = bits.iter().map(side).collect();
        format!(
            "the bits of the tree, level by level from the root, point {}",
            sides.join(", ")
        )
    }));
    clauses
}

/// Returns how a policy selects the victim in a set of the part `{name}`, and its state at first.
fn details(policy: Policy) -> Option<(&'static str, &'static str)> {
    Some(match policy {
        Policy::Clock => (
            "A hit or a fill in {name} sets the use bit of the entry. To select a victim, the clock hand of the set clears set use \
             bits until it reaches an entry whose use bit is clear. This entry is the victim, and the hand moves to the next way.",
            "the hand is at way 0 (the leftmost), and all use bits are clear",
        ),
        Policy::SecondChance => (
            "A fill in {name} clears the use bit of the entry, and a hit sets it. To select a victim, the clock hand of the set \
             clears set use bits until it reaches an entry whose use bit is clear. This entry is the victim, and the hand moves \
             to the next way.",
            "the hand is at way 0 (the leftmost), and all use bits are clear",
        ),
        Policy::Lfu => (
            "The victim in {name} is the entry with the fewest hits since its fill, and in a tie the one that was filled first.",
            "no entry has had a hit, and the ways were filled from left to right",
        ),
        Policy::Plru => (
            "PLRU in {name} keeps a binary tree of bits above the ways of a set. A hit or a fill points the bits above its way to \
             the other half. The bits lead from the root to the victim.",
            "all bits point to the left",
        ),
        _ => return None,
    })
}

/// Returns the sets of a part from which the accesses of a question evict entries.
fn evicting_sets(question: &Question, part: Component) -> BTreeSet<SetIndex> {
    let events = question.operations().flat_map(|did| match did {
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
        .and_then(|hardware| hardware.machine_before());
    before.is_some_and(|machine| !tags(start).is_subset(&tags(machine)))
}
