//! Replacement policies: which line of a full set, or which page of full memory, goes.

mod state;

/// Which line of a full set, or which page of full memory, goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Policy {
    /// The least recently touched.
    #[default]
    Lru,
    /// The longest filled.
    Fifo,
    /// The last filled.
    Lifo,
    /// The most recently touched.
    Mru,
    /// The one that the bits of a binary tree point to.
    Plru,
    /// The first that the hand finds with its use bit clear; a fill sets the bit.
    Clock,
    /// The first that the hand finds with its use bit clear; a fill leaves the bit clear.
    SecondChance,
    /// The one with the fewest touches since it was filled.
    Lfu,
    /// One of the lowest class of referenced and dirty.
    Nru,
    /// The one with the smallest counter of ticks.
    Aging,
    /// Any one.
    Random,
}

/// What is known of a policy: its word in the language and what it may serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolicyRow {
    /// The policy.
    pub policy: Policy,
    /// Its word.
    pub name: &'static str,
    /// What it does, in a line.
    pub help: &'static str,
    /// It may serve TLBs and caches.
    pub sets: bool,
    /// It may serve page frames, of a kernel and of `reference`.
    pub frames: bool,
}

/// A row that serves TLBs, caches and frames.
const fn any(policy: Policy, name: &'static str, help: &'static str) -> PolicyRow {
    PolicyRow { policy, name, help, sets: true, frames: true }
}

/// Every policy, in the order of [`Policy`].
pub const POLICIES: [PolicyRow; 11] = [
    any(Policy::Lru, "lru", "the least recently touched goes"),
    any(Policy::Fifo, "fifo", "the longest filled goes; touches do not count"),
    PolicyRow { sets: false, ..any(Policy::Lifo, "lifo", "the last filled goes") },
    any(Policy::Mru, "mru", "the most recently touched goes"),
    PolicyRow {
        frames: false,
        ..any(Policy::Plru, "plru", "a binary tree of bits points to what goes; a touch points them away")
    },
    any(Policy::Clock, "clock", "a hand clears use bits until it finds a clear one; a fill sets the bit"),
    any(Policy::SecondChance, "second-chance", "as clock, but a fill leaves the use bit clear"),
    any(Policy::Lfu, "lfu", "the one with the fewest touches since its fill goes, then the longest filled"),
    PolicyRow {
        sets: false,
        ..any(
            Policy::Nru,
            "nru",
            "the lowest class of (referenced, dirty) goes; ticks clear the reference bits",
        )
    },
    PolicyRow {
        sets: false,
        ..any(
            Policy::Aging,
            "aging",
            "the smallest 8-bit counter goes; ticks shift the reference bits in on top",
        )
    },
    any(Policy::Random, "random", "any one goes, drawn by the script's seed"),
];

/// What a policy remembers of a set, as it is shown: none where the policy has no such thing. A vector has an element a
/// way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PolicyState {
    /// Use bits (clock, second-chance) or reference bits (nru, aging).
    pub use_bits: Option<Vec<bool>>,
    /// The way at which the hand will look first.
    pub hand: Option<u32>,
    /// Dirty bits (nru).
    pub dirty: Option<Vec<bool>>,
    /// Touches since the fill (lfu) or the 8-bit counters (aging).
    pub counts: Option<Vec<u64>>,
    /// The tree (plru), root first, then level by level; `true` points right. One element less than ways.
    pub tree: Option<Vec<bool>>,
}

impl Policy {
    /// The policy of this name.
    pub fn by_name(name: &str) -> Option<Self> {
        POLICIES.iter().find(|row| row.name == name).map(|row| row.policy)
    }

    /// What is known of it.
    pub const fn row(self) -> &'static PolicyRow {
        &POLICIES[self as usize]
    }
}

#[cfg(test)]
mod tests;
