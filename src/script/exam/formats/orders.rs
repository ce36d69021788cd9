//! The order of the entries in full sets. The victim depends on this order, but a table of a set's entries
//! does not show it.

use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::addr::SetIndex;
use pagewalk_engine::machine::policy::Policy;

/// Maximum number of sets whose order is listed.
const LISTED: usize = 8;

/// Describes the order of the entries in full sets of TLBs or caches. `named` returns the name of a level, or `None`
/// for one that the question does not use.
pub(super) fn orders(
    levels: impl Iterator<Item = (Option<String>, Policy, u32)>,
    sets: impl Fn(usize) -> Vec<SetIndex>,
    order: impl Fn(usize, SetIndex) -> Option<Vec<u32>>,
) -> Vec<String> {
    let mut all = Vec::new();
    for (at, (name, policy, ways)) in levels.enumerate() {
        let Some(name) = name.filter(|_| ways > 1) else { continue };
        let by_fill = matches!(policy, Policy::Fifo | Policy::Lifo);
        let full: Vec<(SetIndex, Vec<u32>)> =
            sets(at).into_iter().filter_map(|set| Some((set, order(at, set)?))).collect();
        if full.is_empty() {
            continue;
        }
        if full.iter().all(|(_, ways)| ways.is_sorted()) {
            let order = if by_fill {
                "the ways were filled in order, starting with way 0 (the leftmost)"
            } else {
                "way 0 (the leftmost) was used least recently, and the rightmost way was used most recently"
            };
            all.push(format!("In each full set of {name}, {order}."));
            continue;
        }
        let each = full.iter().take(LISTED).map(|(set, ways)| {
            let ways: Vec<String> = ways.iter().map(ToString::to_string).collect();
            let order = if by_fill {
                "Its ways were filled in this order:"
            } else {
                "From the least to the most recently used, its ways are"
            };
            format!("Set 0x{:X} of {name} is full. {order} {}.", set.raw(), ways.join(", "))
        });
        all.extend(each);
    }
    all
}

/// Describes the order of the entries in the full sets of a machine's TLBs and caches.
pub(super) fn of_machine(machine: &Machine, named: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let spec = machine.spec();
    let tlbs = spec.tlbs.iter().map(|tlb| (named(&tlb.name), tlb.policy, tlb.ways));
    let caches = spec.caches.iter().map(|cache| (named(&cache.name), cache.policy, cache.ways));
    let mut all = orders(tlbs, |at| machine.tlb_sets_in_use(at), |at, set| machine.tlb_order(at, set));
    all.extend(orders(caches, |at| machine.cache_sets_in_use(at), |at, set| machine.cache_order(at, set)));
    all
}
