//! The part of a machine that determines the counts of its swept TLBs and caches.

use super::grid::SweptUnit;
use crate::machine::Machine;
use crate::machine::policy::Policy;
use crate::machine::spec::{Inclusion, Spec};
use crate::trace::replay::KINDS;

/// Removes the caches below all swept caches, if they do not affect the caches above them.
///
/// A first-level cache remains, because it determines which references the replay performs and which blocks it snoops.
pub(super) fn reduced(spec: &Spec, units: &[SweptUnit]) -> Spec {
    let deepest = units.iter().filter_map(|unit| match unit {
        SweptUnit::Cache(level) => Some(*level),
        SweptUnit::Tlb(_) => None,
    });
    let deepest = deepest.max();
    let first = KINDS.map(|kind| spec.first_cache(kind));
    let is_needed = |level: usize| Some(level) <= deepest || first.contains(&Some(level));
    let blocks = spec.caches.first().map_or(0, |cache| cache.block_bits);
    let is_independent = spec.caches.iter().enumerate().all(|(level, cache)| {
        cache.inclusion == Inclusion::None
            && cache.block_bits == blocks
            // All random choices of a machine share one sequence.
            && (Some(level) <= deepest || cache.policy != Policy::Random)
    });
    let mut spec = spec.clone();
    if is_independent && Machine::new(spec.clone()).has_plain_caches() {
        let mut level = 0..;
        spec.caches.retain(|_| level.next().is_some_and(is_needed));
    }
    spec
}
