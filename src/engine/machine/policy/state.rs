//! What a policy remembers of a set and how it chooses: one run of words a set, all zero to begin with.
//!
//! | policy | words of a set with `w` ways |
//! |---|---|
//! | lru, mru, fifo, lifo | a stamp a way: when it was last touched (lru, mru) or filled (fifo, lifo) |
//! | lfu | `w` stamps of filling, then `w` counts of touches |
//! | plru | a bit a node of the tree, heap order from bit 1; 0 points left |
//! | clock, second-chance | a use bit a way, then a word for the hand |
//! | nru | a reference bit a way, then a dirty bit a way |
//! | aging | a reference bit a way, then a counter a way |
//! | random | none |

use std::cmp::Reverse;

use super::{Policy, PolicyState};
use crate::machine::bits::{bit, mask_words, set_bit};
use crate::machine::random::SplitMix64;

/// A run of words that a policy keeps of a set.
#[derive(Clone, Copy)]
enum Run {
    /// A bit a way.
    Bits,
    /// A word a way.
    Words,
    /// One: the way after the last one that the hand took.
    Hand,
}

impl Run {
    const fn words(self, ways: usize) -> usize {
        match self {
            Self::Bits => mask_words(ways),
            Self::Words => ways,
            Self::Hand => 1,
        }
    }
}

/// A policy's words of one set.
impl Policy {
    /// What a set keeps, in order.
    const fn runs(self) -> &'static [Run] {
        match self {
            Self::Lru | Self::Mru | Self::Fifo | Self::Lifo => &[Run::Words],
            Self::Lfu => &[Run::Words, Run::Words],
            Self::Plru => &[Run::Bits],
            Self::Clock | Self::SecondChance => &[Run::Bits, Run::Hand],
            Self::Nru => &[Run::Bits, Run::Bits],
            Self::Aging => &[Run::Bits, Run::Words],
            Self::Random => &[],
        }
    }

    /// Words that a set of `ways` ways needs.
    pub(crate) fn words(self, ways: usize) -> usize {
        self.runs().iter().map(|run| run.words(ways)).sum()
    }

    /// The words of a set of `ways` ways as those of one of `more`, whose new ways were never filled. Not for plru.
    pub(crate) fn relay(self, words: &[u64], ways: usize, more: usize) -> Vec<u64> {
        let (mut from, mut laid) = (words, Vec::with_capacity(self.words(more)));
        for run in self.runs() {
            let (these, rest) = from.split_at(run.words(ways).min(from.len()));
            let end = laid.len() + run.words(more);
            laid.extend_from_slice(these);
            laid.resize(end, 0);
            from = rest;
        }
        laid
    }

    /// When a way was last touched or filled, where the smallest such stamp goes and stamps only grow.
    #[inline]
    pub(crate) fn stamp(self, words: &[u64], way: usize) -> Option<u64> {
        matches!(self, Self::Lru | Self::Fifo).then(|| words[way])
    }

    /// Whether a touch changes anything: where not, a hit need not write to the set.
    #[inline]
    pub(crate) const fn minds_touches(self) -> bool {
        !matches!(self, Self::Fifo | Self::Lifo | Self::Random)
    }

    /// The way with the smallest of these stamps, where that one goes: the first of them.
    #[inline]
    pub(crate) fn smallest_stamp(self, stamps: &[u64]) -> Option<usize> {
        if !matches!(self, Self::Lru | Self::Fifo) {
            return None;
        }
        let first = (0, stamps.first().copied()?);
        let smaller = |least: (usize, u64), (way, &stamp)| if stamp < least.1 { (way, stamp) } else { least };
        Some(stamps.iter().enumerate().fold(first, smaller).0)
    }

    /// Whether touching a way twice in a row, with nothing in between, is touching it once.
    #[inline]
    pub(crate) const fn forgets_repeats(self) -> bool {
        !matches!(self, Self::Lfu)
    }

    /// Whether a use bit says of way `way` already what a touch would.
    #[inline]
    pub(crate) fn is_marked(self, words: &[u64], way: usize) -> bool {
        matches!(self, Self::Clock | Self::SecondChance | Self::Nru | Self::Aging) && bit(words, way)
    }

    /// Way `way` was used; `now` grows from call to call.
    #[inline(always)]
    pub(crate) fn touch(self, words: &mut [u64], ways: usize, way: usize, now: u64) {
        match self {
            Self::Lru | Self::Mru => words[way] = now,
            Self::Plru => point_away(words, ways, way),
            Self::Clock | Self::SecondChance | Self::Nru | Self::Aging => set_bit(words, way, true),
            Self::Lfu => words[ways + way] = words[ways + way].saturating_add(1),
            Self::Fifo | Self::Lifo | Self::Random => {}
        }
    }

    /// Way `way` was filled anew; what was remembered of it is forgotten.
    #[inline(always)]
    pub(crate) fn fill(self, words: &mut [u64], ways: usize, way: usize, now: u64) {
        let mask = mask_words(ways);
        match self {
            Self::Lru | Self::Mru | Self::Fifo | Self::Lifo => words[way] = now,
            Self::Plru => point_away(words, ways, way),
            Self::Clock => set_bit(words, way, true),
            Self::SecondChance => set_bit(words, way, false),
            Self::Lfu => (words[way], words[ways + way]) = (now, 0),
            Self::Nru => {
                set_bit(words, way, true);
                set_bit(&mut words[mask..], way, false);
            }
            Self::Aging => {
                set_bit(words, way, true);
                words[mask + way] = 0;
            }
            Self::Random => {}
        }
    }

    /// Way `way` became invalid: its bits and counts are cleared. Stamps and trees stay as they are.
    pub(crate) fn forget(self, words: &mut [u64], ways: usize, way: usize) {
        let mask = mask_words(ways);
        match self {
            Self::Clock | Self::SecondChance => set_bit(words, way, false),
            Self::Lfu => words[ways + way] = 0,
            Self::Nru => {
                set_bit(words, way, false);
                set_bit(&mut words[mask..], way, false);
            }
            Self::Aging => {
                set_bit(words, way, false);
                words[mask + way] = 0;
            }
            Self::Lru | Self::Mru | Self::Fifo | Self::Lifo | Self::Plru | Self::Random => {}
        }
    }

    /// Orders the ways from the left (least recently touched, first filled) to the right, bits clear, counts 0, the hand
    /// at way 0. Stamps are `now` and what follows it.
    pub(crate) fn order(self, words: &mut [u64], ways: usize, now: u64) {
        words.fill(0);
        if let Self::Lru | Self::Mru | Self::Fifo | Self::Lifo | Self::Lfu = self {
            for (stamp, word) in (now..).zip(&mut words[..ways]) {
                *word = stamp;
            }
        }
    }

    /// Way `way` holds something that differs from what lies beneath it, or no longer does. Only nru minds.
    pub(crate) fn note_dirty(self, words: &mut [u64], ways: usize, way: usize, dirty: bool) {
        if self == Self::Nru {
            set_bit(&mut words[mask_words(ways)..], way, dirty);
        }
    }

    /// The clock interrupt: nru clears the reference bits, aging shifts them into the counters from the top.
    pub(crate) fn tick(self, words: &mut [u64], ways: usize) {
        let (referenced, counters) = words.split_at_mut(mask_words(ways).min(words.len()));
        match self {
            Self::Nru => referenced.fill(0),
            Self::Aging => {
                for (way, counter) in counters.iter_mut().enumerate() {
                    *counter = *counter >> 1 | u64::from(bit(referenced, way)) << 7;
                }
                referenced.fill(0);
            }
            _ => {}
        }
    }

    /// Which of the ways for which `may` holds goes; none if there is none.
    #[inline]
    pub(crate) fn victim(
        self,
        words: &mut [u64],
        ways: usize,
        random: &mut SplitMix64,
        may: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let mask = mask_words(ways);
        let mut open = (0..ways).filter(|&way| may(way));
        match self {
            Self::Lru | Self::Fifo => open.min_by_key(|&way| words[way]),
            Self::Mru | Self::Lifo => open.min_by_key(|&way| Reverse(words[way])),
            Self::Lfu => open.min_by_key(|&way| (words[ways + way], words[way])),
            Self::Nru => open.min_by_key(|&way| (bit(words, way), bit(&words[mask..], way))),
            Self::Aging => open.min_by_key(|&way| words[mask + way]),
            Self::Plru => {
                // The way pointed to, else the nearest to it in the tree.
                let pointed = pointed_to(words, ways);
                (0..ways).map(|distance| pointed ^ distance).find(|&way| way < ways && may(way))
            }
            Self::Clock | Self::SecondChance => sweep(words, ways, may),
            Self::Random => {
                let count = open.clone().count() as u64;
                open.nth(random.below(count) as usize)
            }
        }
    }

    /// The state as it is shown, of a set whose hand goes round `places` ways: those given, or more.
    pub(crate) fn state(self, words: &[u64], ways: usize, places: usize) -> PolicyState {
        let mask = mask_words(ways);
        let bits = |words: &[u64]| Some((0..ways).map(|way| bit(words, way)).collect());
        let none = PolicyState::default();
        match self {
            Self::Clock | Self::SecondChance => {
                let hand = words[mask] % places.max(1) as u64;
                PolicyState { use_bits: bits(words), hand: Some(hand as u32), ..none }
            }
            Self::Nru => PolicyState { use_bits: bits(words), dirty: bits(&words[mask..]), ..none },
            Self::Aging => {
                PolicyState { use_bits: bits(words), counts: Some(words[mask..].to_vec()), ..none }
            }
            Self::Lfu => PolicyState { counts: Some(words[ways..].to_vec()), ..none },
            Self::Plru => {
                PolicyState { tree: Some((1..ways).map(|node| bit(words, node)).collect()), ..none }
            }
            Self::Lru | Self::Mru | Self::Fifo | Self::Lifo | Self::Random => none,
        }
    }
}

/// Points the bits of the tree on the path to `way` to the other side.
#[inline]
fn point_away(words: &mut [u64], ways: usize, way: usize) {
    let mut node = way + ways;
    while node > 1 {
        let came_from_left = node.is_multiple_of(2);
        node /= 2;
        set_bit(words, node, came_from_left);
    }
}

/// The way that the bits of the tree point to.
fn pointed_to(words: &[u64], ways: usize) -> usize {
    let mut node = 1;
    while node < ways {
        node = 2 * node + usize::from(bit(words, node));
    }
    node - ways
}

/// Turns the hand: it passes over ways that may not go, clears the set use bits it finds, takes the first clear one and
/// stops after it. One turn clears every bit, so that the second finds one.
fn sweep(words: &mut [u64], ways: usize, may: impl Fn(usize) -> bool) -> Option<usize> {
    let mask = mask_words(ways);
    let hand = words[mask] as usize;
    for step in 0..2 * ways {
        let way = (hand + step) % ways;
        if !may(way) {
            continue;
        }
        if !bit(words, way) {
            words[mask] = way as u64 + 1;
            return Some(way);
        }
        set_bit(words, way, false);
    }
    None
}
