//! An index of a wide set: the ways of each tag, the invalid ways, and the order of eviction. The index only saves time.
//! No result depends on it.

use crate::machine::addr::Tag;
use crate::machine::number_set::{NumberSet, bit, ones};
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
        let mut index = Self {
            chains,
            next,
            invalid: NumberSet::new(ways as u32),
            order: None,
        };
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
