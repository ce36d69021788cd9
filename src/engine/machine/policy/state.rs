//! The state of each policy in a set, and the choice of a victim. The state is a sequence of words, initially
//! all zero.
//!
//! | policy | words of a set with `w` ways |
//! |---|---|
//! | lru, mru, fifo, lifo | a stamp per way: the time of its last touch (lru, mru) or fill (fifo, lifo) |
//! | lfu | `w` stamps of fills, then `w` counts of touches |
//! | plru | a bit per node of the tree, heap order from bit 1; 0 points left |
//! | clock, second-chance | a use bit per way, then a word for the hand |
//! | nru | a reference bit per way, then a dirty bit per way |
//! | third-chance | a use bit per way, then a dirty bit per way, then a word for the hand |
//! | aging | a reference bit per way, then a counter per way |
//! | random | none |

use super::{Policy, PolicyState, ReplacementState};
use crate::machine::number_set::{bit, mask_words, set_bit};
use crate::machine::random::SplitMix64;

/// A part of a policy's state in a set.
#[derive(Clone, Copy)]
enum Run {
    /// One bit per way.
    Bits,
    /// One word per way.
    Words,
    /// One word: the way after the hand's last victim.
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

/// A policy's words in one set.
impl Policy {
    /// The parts of the state, in order.
    const fn runs(self) -> &'static [Run] {
        match self {
            Self::Lru | Self::Mru | Self::Fifo | Self::Lifo => &[Run::Words],
            Self::Lfu => &[Run::Words, Run::Words],
            Self::Plru => &[Run::Bits],
            Self::Clock | Self::SecondChance => &[Run::Bits, Run::Hand],
            Self::Nru => &[Run::Bits, Run::Bits],
            Self::ThirdChance => &[Run::Bits, Run::Bits, Run::Hand],
            Self::Aging => &[Run::Bits, Run::Words],
            Self::Random => &[],
        }
    }

    /// Number of words in the state of a set with `ways` ways.
    pub(crate) fn words(self, ways: usize) -> usize {
        self.runs().iter().map(|run| run.words(ways)).sum()
    }

    /// Extends the state of a set from `ways` to `more` ways. The new ways have never been filled. Not for
    /// plru.
    pub(crate) fn extend_state(self, words: &[u64], ways: usize, more: usize) -> Vec<u64> {
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

    /// Whether a touch changes the state. If a touch changes nothing, a hit does not need to write to the
    /// set.
    #[inline]
    pub(crate) const fn records_touches(self) -> bool {
        !matches!(self, Self::Fifo | Self::Lifo | Self::Random)
    }

    /// The first way with the smallest stamp, for policies that evict that way.
    #[inline]
    pub(crate) fn smallest_stamp(self, stamps: &[u64]) -> Option<usize> {
        if !matches!(self, Self::Lru | Self::Fifo) {
            return None;
        }
        let first = (0, stamps.first().copied()?);
        let smaller =
            |least: (usize, u64), (way, &stamp)| if stamp < least.1 { (way, stamp) } else { least };
        Some(stamps.iter().enumerate().fold(first, smaller).0)
    }

    /// Whether the victim is the way with the smallest rank. Only fills, touches, ticks, and dirty bits change the
    /// ranks of such a policy.
    #[inline]
    pub(crate) const fn ranks_determine_victim(self) -> bool {
        matches!(
            self,
            Self::Lru | Self::Fifo | Self::Mru | Self::Lifo | Self::Lfu | Self::Nru | Self::Aging
        )
    }

    /// Whether a touch lowers the rank of a way. A touch never lowers the ranks of the other policies.
    #[inline]
    pub(crate) const fn touch_lowers_rank(self) -> bool {
        matches!(self, Self::Mru)
    }

    /// Whether a second consecutive touch of a way has no effect.
    #[inline]
    pub(crate) const fn repeated_touch_is_noop(self) -> bool {
        !matches!(self, Self::Lfu)
    }

    /// Whether a touch of a way has no effect after a fill of this way.
    #[inline]
    pub(crate) const fn touch_after_fill_is_noop(self) -> bool {
        !matches!(self, Self::Lfu | Self::SecondChance)
    }

    /// Whether another use of a used way has no effect until a victim is chosen or the clock ticks.
    #[inline]
    pub(crate) const fn uses_are_idempotent(self) -> bool {
        !self.uses_dirty_bits() && (self.uses_ticks() || !self.records_touches())
    }

    /// Whether a clock tick changes the state, which is true of policies with a use bit or a reference bit
    /// per way. A tick clears the bits of every such policy, as in Tanenbaum's textbook.
    #[inline]
    pub const fn uses_ticks(self) -> bool {
        matches!(
            self,
            Self::Clock | Self::SecondChance | Self::ThirdChance | Self::Nru | Self::Aging
        )
    }

    /// Whether the state contains dirty bits.
    #[inline]
    pub(crate) const fn uses_dirty_bits(self) -> bool {
        matches!(self, Self::Nru | Self::ThirdChance)
    }

    /// Whether the use bit of `way` is already set, so that a touch has no effect.
    #[inline]
    pub(crate) fn is_marked(self, words: &[u64], way: usize) -> bool {
        self.uses_ticks() && bit(words, way)
    }

    /// Records a use of `way`. `now` increases with each call.
    #[inline(always)]
    pub(crate) fn touch(self, words: &mut [u64], ways: usize, way: usize, now: u64) {
        match self {
            Self::Lru | Self::Mru => words[way] = now,
            Self::Plru => point_away(words, ways, way),
            Self::Clock | Self::SecondChance | Self::ThirdChance | Self::Nru | Self::Aging => {
                set_bit(words, way, true);
            }
            Self::Lfu => words[ways + way] = words[ways + way].saturating_add(1),
            Self::Fifo | Self::Lifo | Self::Random => {}
        }
    }

    /// Records a fill of `way` and clears its earlier state.
    #[inline(always)]
    pub(crate) fn fill(self, words: &mut [u64], ways: usize, way: usize, now: u64) {
        let mask = mask_words(ways);
        match self {
            Self::Lru | Self::Mru | Self::Fifo | Self::Lifo => words[way] = now,
            Self::Plru => point_away(words, ways, way),
            Self::Clock => set_bit(words, way, true),
            Self::SecondChance => set_bit(words, way, false),
            Self::Lfu => (words[way], words[ways + way]) = (now, 0),
            Self::Nru | Self::ThirdChance => {
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

    /// Records that `way` became invalid and clears its bits and counts. Stamps and trees do not change.
    pub(crate) fn forget(self, words: &mut [u64], ways: usize, way: usize) {
        let mask = mask_words(ways);
        match self {
            Self::Clock | Self::SecondChance => set_bit(words, way, false),
            Self::Lfu => words[ways + way] = 0,
            Self::Nru | Self::ThirdChance => {
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

    /// Orders the ways as if they had been filled and touched in ascending order, starting with way 0. Bits
    /// and counts are cleared, and the hand points to way 0. The stamps are consecutive numbers starting at
    /// `now`.
    pub(crate) fn order(self, words: &mut [u64], ways: usize, now: u64) {
        words.fill(0);
        if let Self::Lru | Self::Mru | Self::Fifo | Self::Lifo | Self::Lfu = self {
            for (stamp, word) in (now..).zip(&mut words[..ways]) {
                *word = stamp;
            }
        }
    }

    /// Sets whether `way` is dirty. Only `nru` and `third-chance` use dirty bits.
    pub(crate) fn note_dirty(self, words: &mut [u64], ways: usize, way: usize, dirty: bool) {
        if self.uses_dirty_bits() {
            set_bit(&mut words[mask_words(ways)..], way, dirty);
        }
    }

    /// Performs a clock tick, which clears the use or reference bits. `aging` first shifts the reference bits
    /// into the counters from the top.
    pub(crate) fn tick(self, words: &mut [u64], ways: usize) {
        let (referenced, counters) = words.split_at_mut(mask_words(ways).min(words.len()));
        match self {
            Self::Clock | Self::SecondChance | Self::ThirdChance | Self::Nru => referenced.fill(0),
            Self::Aging => {
                for (way, counter) in counters.iter_mut().enumerate() {
                    *counter = *counter >> 1 | u64::from(bit(referenced, way)) << 7;
                }
                referenced.fill(0);
            }
            _ => {}
        }
    }

    /// Returns the rank of a way in the order of eviction. If no way is touched or filled, the way with the
    /// smallest rank is evicted first. If several ways have this rank, the lowest of these ways is evicted
    /// first. Returns `None` if the policy has no such order.
    #[inline]
    pub(crate) fn rank(self, words: &[u64], ways: usize, way: usize) -> Option<(u64, u64)> {
        let mask = mask_words(ways);
        Some(match self {
            Self::Lru | Self::Fifo => (words[way], 0),
            Self::Mru | Self::Lifo => (u64::MAX - words[way], 0),
            Self::Lfu => (words[ways + way], words[way]),
            Self::Nru => (bit(words, way).into(), bit(&words[mask..], way).into()),
            Self::Aging => (words[mask + way], 0),
            // The hand's first pass evicts the ways whose bits are clear, and the second pass evicts the
            // others.
            Self::Clock | Self::SecondChance => {
                let passed = (way + ways - words[mask] as usize % ways) % ways;
                (bit(words, way).into(), passed as u64)
            }
            // The bits that the hand clears determine the later victims.
            // Each search of `third-chance` changes the bits that determine the next victim, so there is no
            // order.
            Self::Plru | Self::ThirdChance | Self::Random => return None,
        })
    }

    /// Returns the victim among the ways for which `may` is true, or `None` if there is no such way.
    #[inline]
    pub(crate) fn victim(
        self,
        words: &mut [u64],
        ways: usize,
        random: &mut SplitMix64,
        may: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let mut open = (0..ways).filter(|&way| may(way));
        match self {
            Self::Lru | Self::Fifo => open.min_by_key(|&way| words[way]),
            Self::Mru | Self::Lifo | Self::Lfu | Self::Nru | Self::Aging => {
                open.min_by_key(|&way| self.rank(words, ways, way))
            }
            Self::Plru => {
                // The way that the tree points to, or else the nearest permitted way in the tree.
                let pointed = pointed_to(words, ways);
                (0..ways)
                    .map(|distance| pointed ^ distance)
                    .find(|&way| may(way))
            }
            Self::Clock | Self::SecondChance => sweep(words, ways, may, |_| true),
            Self::ThirdChance => sweep_classes(words, ways, may, |_| true),
            Self::Random => {
                let count = open.clone().count() as u64;
                open.nth(random.below(count) as usize)
            }
        }
    }

    /// Changes the state as if the policy had chosen `victim`: the hand sweeps until it selects this way, and passes
    /// all others. Afterwards, the hand is at the next way, and the use bits that it passed are clear.
    pub(crate) fn evict(self, words: &mut [u64], ways: usize, victim: usize) {
        let chosen = |way| way == victim;
        let _ = match self {
            Self::Clock | Self::SecondChance => sweep(words, ways, |_| true, chosen),
            Self::ThirdChance => sweep_classes(words, ways, |_| true, chosen),
            _ => None,
        };
    }

    /// Sets the use bit of each way and the position of the hand, if the policy has them.
    pub(crate) fn restore(self, words: &mut [u64], ways: usize, used: &[bool], hand: Option<u32>) {
        if !self.uses_ticks() {
            return;
        }
        for (way, used) in used.iter().enumerate().take(ways) {
            set_bit(words, way, *used);
        }
        if let (Some(Run::Hand), Some(hand), Some(word)) =
            (self.runs().last(), hand, words.last_mut())
        {
            *word = hand.into();
        }
    }

    /// The state of a set with at least `places` ways, of which the `filled` ones ascend.
    pub(crate) fn replacement_state(
        self,
        words: &[u64],
        ways: usize,
        places: usize,
        mut filled: Vec<u32>,
    ) -> ReplacementState {
        // These policies keep a stamp for each way.
        if let Some(Run::Words) = self.runs().first() {
            filled.sort_by_key(|way| words[*way as usize]);
        }
        ReplacementState {
            filled,
            state: self.state(words, ways, places),
        }
    }

    /// The displayed state of a set, with at least `places` ways.
    pub(crate) fn state(self, words: &[u64], ways: usize, places: usize) -> PolicyState {
        let mask = mask_words(ways);
        let bits = |words: &[u64]| Some((0..ways).map(|way| bit(words, way)).collect());
        let none = PolicyState::default();
        match self {
            Self::Clock | Self::SecondChance => {
                let hand = words[mask] % places.max(1) as u64;
                PolicyState {
                    use_bits: bits(words),
                    hand: Some(hand as u32),
                    ..none
                }
            }
            Self::Nru => PolicyState {
                use_bits: bits(words),
                dirty: bits(&words[mask..]),
                ..none
            },
            Self::ThirdChance => {
                let hand = words[2 * mask] % places.max(1) as u64;
                let dirty = bits(&words[mask..]);
                PolicyState {
                    use_bits: bits(words),
                    dirty,
                    hand: Some(hand as u32),
                    ..none
                }
            }
            Self::Aging => PolicyState {
                use_bits: bits(words),
                counts: Some(words[mask..].to_vec()),
                ..none
            },
            Self::Lfu => PolicyState {
                counts: Some(words[ways..].to_vec()),
                ..none
            },
            Self::Plru => PolicyState {
                tree: Some((1..ways).map(|node| bit(words, node)).collect()),
                ..none
            },
            Self::Lru | Self::Mru | Self::Fifo | Self::Lifo | Self::Random => none,
        }
    }
}

/// Makes the tree bits on the path to `way` point away from it.
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

/// Advances the hand to the first way with a clear use bit that `stop` accepts, clearing set bits along the
/// way. Skips ways that must not be evicted. The first pass clears every bit, so the second pass finds a way.
fn sweep(
    words: &mut [u64],
    ways: usize,
    may: impl Fn(usize) -> bool,
    stop: impl Fn(usize) -> bool,
) -> Option<usize> {
    let mask = mask_words(ways);
    let hand = words[mask] as usize;
    for step in 0..2 * ways {
        let way = (hand + step) % ways;
        if !may(way) {
            continue;
        }
        if !bit(words, way) && stop(way) {
            words[mask] = way as u64 + 1;
            return Some(way);
        }
        set_bit(words, way, false);
    }
    None
}

/// Advances the hand to the first way in the lowest class of use and dirty bits that is not empty. The first round
/// looks for a clean way with a clear use bit and changes nothing. The second round looks for a dirty way with a
/// clear use bit, and clears the use bits that it passes. Two more such rounds find a way in the other
/// classes. The hand skips ways that must not be evicted, and passes ways that `stop` does not accept. These
/// are the four steps in Stallings, section 8.2. Silberschatz, section 9.4.5.3, evicts the same page, but
/// does not define when the search clears use bits.
fn sweep_classes(
    words: &mut [u64],
    ways: usize,
    may: impl Fn(usize) -> bool,
    stop: impl Fn(usize) -> bool,
) -> Option<usize> {
    let mask = mask_words(ways);
    let hand = words[2 * mask] as usize;
    if let Some(way) = next_clean(words, ways, hand, |way| may(way) && stop(way)) {
        words[2 * mask] = way as u64 + 1;
        return Some(way);
    }
    for (round, step) in (1..4).flat_map(|round| (0..ways).map(move |step| (round, step))) {
        let way = (hand + step) % ways;
        if !may(way) {
            continue;
        }
        if !bit(words, way) && bit(&words[mask..], way) == (round % 2 == 1) && stop(way) {
            words[2 * mask] = way as u64 + 1;
            return Some(way);
        }
        if round == 1 {
            set_bit(words, way, false);
        }
    }
    None
}

/// The first clean way with a clear use bit that satisfies `may`, starting at the hand. Skips words without such ways.
fn next_clean(
    words: &[u64],
    ways: usize,
    hand: usize,
    may: impl Fn(usize) -> bool,
) -> Option<usize> {
    let mask = mask_words(ways);
    let find = |mut way: usize, end: usize| {
        while way < end {
            let clean = !(words[way / 64] | words[mask + way / 64]) >> (way % 64);
            if clean == 0 {
                way = (way / 64 + 1) * 64;
                continue;
            }
            way += clean.trailing_zeros() as usize;
            if way < end && may(way) {
                return Some(way);
            }
            way += 1;
        }
        None
    };
    find(hand, ways).or_else(|| find(0, hand.min(ways)))
}
