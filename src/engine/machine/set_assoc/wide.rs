//! An index of a wide set: the ways of each tag, the invalid ways, and the order of eviction. The index only saves time.
//! No result depends on it.

use crate::machine::addr::Tag;
use crate::machine::bits::{bit, ones};
use crate::machine::number_set::NumberSet;
use crate::machine::policy::Policy;
use crate::machine::tournament::Tournament;

/// Maximum number of ways in a set without an index.
pub(super) const NARROW: usize = 64;

/// The end of a chain.
const NONE: u32 = u32::MAX;

/// The index of a set.
#[derive(Debug, Clone)]
pub(super) struct Index {
    /// The first valid way of each chain. The hash of a tag selects the chain. The length is a power of two.
    chains: Vec<u32>,
    /// The way after each way in its chain.
    next: Vec<u32>,
    invalid: NumberSet,
    /// The order of eviction, for policies whose ranks determine it. The first search for a victim creates the
    /// tournament. The key of a way is at most its rank.
    order: Option<Tournament>,
}

impl Index {
    /// Creates the index of a set with these valid bits and tags.
    pub(super) fn new(valid: &[u64], tags: &[u64]) -> Self {
        let ways = tags.len();
        let (chains, next) = (vec![NONE; ways.next_power_of_two()], vec![NONE; ways]);
        let mut index = Self { chains, next, invalid: NumberSet::new(ways as u32), order: None };
        for way in (0..ways).filter(|way| !bit(valid, *way)) {
            index.invalid.insert(way as u32);
        }
        ones(valid).for_each(|way| index.link(way as u32, tags[way]));
        index
    }

    /// The lowest valid way that has `tag` and satisfies `also`.
    #[inline]
    pub(super) fn find(&self, tags: &[u64], tag: Tag, also: impl Fn(usize) -> bool) -> Option<u32> {
        let (mut way, mut lowest) = (self.chains[self.chain(tag.raw())], NONE);
        while way != NONE {
            if way < lowest && tags[way as usize] == tag.raw() && also(way as usize) {
                lowest = way;
            }
            way = self.next[way as usize];
        }
        (lowest != NONE).then_some(lowest)
    }

    /// The lowest invalid way.
    pub(super) fn free(&self) -> Option<u32> {
        self.invalid.first()
    }

    /// Records that `way` becomes valid, and has `tag` instead of the tag `old`.
    pub(super) fn fill(&mut self, way: u32, old: u64, tag: Tag) {
        if !self.invalid.remove(way) {
            self.unlink(way, old);
        }
        self.link(way, tag.raw());
    }

    /// Records that `way`, which has the tag `old`, becomes invalid.
    pub(super) fn invalidate(&mut self, way: u32, old: u64) {
        if self.invalid.insert(way) {
            self.unlink(way, old);
        }
    }

    /// Records that the rank of `way` may be lower than before. `words` are the policy's words.
    pub(super) fn update(&mut self, policy: Policy, words: &[u64], way: u32) {
        if let Some(order) = &mut self.order
            && let Some(key) = policy.rank(words, self.next.len(), way as usize)
        {
            order.lower(way, key);
        }
    }

    /// The way with the smallest rank in a set without invalid ways. `None` if the ranks do not determine the victim, or
    /// if clock ticks may change them.
    pub(super) fn victim(&mut self, policy: Policy, words: &[u64]) -> Option<usize> {
        if !policy.ranks_determine_victim() || policy.uses_ticks() {
            return None;
        }
        let ways = self.next.len();
        let order = self.order.get_or_insert_with(|| {
            Tournament::new((0..ways).map(|way| policy.rank(words, ways, way).unwrap_or_default()))
        });
        loop {
            let (way, old) = order.first()?;
            let key = policy.rank(words, ways, way as usize)?;
            if key == old {
                return Some(way as usize);
            }
            order.set(way, key);
        }
    }

    fn link(&mut self, way: u32, tag: u64) {
        let chain = self.chain(tag);
        self.next[way as usize] = std::mem::replace(&mut self.chains[chain], way);
    }

    fn unlink(&mut self, way: u32, tag: u64) {
        let (chain, after) = (self.chain(tag), self.next[way as usize]);
        let mut at = self.chains[chain];
        if at == way {
            self.chains[chain] = after;
            return;
        }
        while self.next[at as usize] != way {
            at = self.next[at as usize];
        }
        self.next[at as usize] = after;
    }

    /// The chain of a tag, which Fibonacci hashing selects.
    #[inline]
    fn chain(&self, tag: u64) -> usize {
        (tag.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize & (self.chains.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Policy, Tag};
    use crate::machine::addr::SetIndex;
    use crate::machine::policy::POLICIES;
    use crate::machine::random::SplitMix64;
    use crate::machine::set_assoc::{Line, SetAssoc};

    /// An operation on a set.
    #[derive(Debug, Clone)]
    enum Op {
        /// Finds and touches the line with a tag and a payload, or fills a line.
        Access(u64, u8),
        Invalidate(u32),
        /// Sets lines, each with its tag and whether it is valid, starting at way 0.
        Set(Vec<Option<(u64, bool)>>),
        /// Continues with a clone.
        Clone,
    }

    fn op() -> impl Strategy<Value = Op> {
        let line = prop::option::of((0..150_u64, any::<bool>()));
        prop_oneof![
            60 => (0..150_u64, 0..2_u8).prop_map(|(tag, payload)| Op::Access(tag, payload)),
            6 => (0..128_u32).prop_map(Op::Invalidate),
            1 => prop::collection::vec(line, 0..128).prop_map(Op::Set),
            1 => Just(Op::Clone),
        ]
    }

    /// Performs an operation and returns the way found or filled, and the victim.
    fn perform(
        cache: &mut SetAssoc<u8>,
        op: &Op,
        random: &mut SplitMix64,
    ) -> (Option<u32>, Option<Line<u8>>) {
        let set = SetIndex::new(0);
        match *op {
            Op::Access(tag, payload) => {
                let (tag, first) = (Tag::new(tag), cache.find(set, Tag::new(tag)));
                if let Some(way) = cache.find_by(set, tag, |held| *held == payload) {
                    cache.touch(set, way);
                    return (Some(way), None);
                }
                let touched = (payload == 0).then(|| cache.find_and_touch(set, tag)).flatten();
                assert_eq!(touched, first.filter(|_| payload == 0));
                let (way, victim) = cache.victim(set, random);
                cache.fill(set, way, tag, payload);
                (Some(way), victim)
            }
            Op::Invalidate(way) => {
                let way = way % cache.ways();
                cache.invalidate(set, way);
                (Some(way), None)
            }
            Op::Set(ref lines) => {
                let line = |&(tag, valid): &(u64, bool)| Line { tag: Some(Tag::new(tag)), valid, payload: 0 };
                cache.set_lines(set, &lines.iter().map(|held| held.as_ref().map(line)).collect::<Vec<_>>());
                (None, None)
            }
            Op::Clone => {
                *cache = cache.clone();
                (None, None)
            }
        }
    }

    proptest! {
        /// A wide set with an index gives the same results as a set without an index.
        #[test]
        fn an_index_changes_no_result(ops in prop::collection::vec(op(), 0..600), wide in any::<bool>()) {
            for row in POLICIES.iter().filter(|row| row.sets) {
                let ways = if wide && row.policy != Policy::Plru { 100 } else { 128 };
                let (mut indexed, mut plain) = (SetAssoc::new(1, ways, row.policy), SetAssoc::new(1, ways, row.policy));
                prop_assert!(indexed.indexes.is_some());
                plain.indexes = None;
                let (mut random, mut other) = (SplitMix64::new(1), SplitMix64::new(1));
                for op in &ops {
                    let before = indexed.clone();
                    let (got, expected) = (perform(&mut indexed, op, &mut random), perform(&mut plain, op, &mut other));
                    prop_assert_eq!(got, expected, "{} {:?}", row.name, op);
                    drop(before);
                }
                let set = SetIndex::new(0);
                let lines = |cache: &SetAssoc<u8>| (0..ways).map(|way| cache.line(set, way)).collect::<Vec<_>>();
                prop_assert_eq!(lines(&indexed), lines(&plain), "{}", row.name);
            }
        }
    }
}
