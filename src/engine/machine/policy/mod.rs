//! Replacement policies: which line of a full set, or which page of full memory, is evicted.

mod state;

/// A replacement policy: which line of a full set, or which page of full memory, is evicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Policy {
    /// The least recently touched entry.
    #[default]
    Lru,
    /// The entry filled first.
    Fifo,
    /// The entry filled last.
    Lifo,
    /// The most recently touched entry.
    Mru,
    /// The entry to which the bits of a binary tree point.
    Plru,
    /// The first entry that the hand finds with a clear use bit. A fill sets the bit.
    Clock,
    /// The first entry that the hand finds with a clear use bit. A fill leaves the bit clear.
    SecondChance,
    /// The entry with the fewest touches since its fill.
    Lfu,
    /// An entry of the lowest class of referenced and dirty.
    Nru,
    /// The entry with the smallest counter of ticks.
    Aging,
    /// A random entry.
    Random,
}

/// A row of the registry of policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolicyRow {
    /// The policy.
    pub policy: Policy,
    /// Its name in scripts.
    pub name: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// Whether TLBs and caches may use it.
    pub sets: bool,
    /// Whether kernels and reference strings may use it for page frames.
    pub frames: bool,
}

/// A row for a policy that TLBs, caches, and frames may use.
const fn any(policy: Policy, name: &'static str, help: &'static str) -> PolicyRow {
    PolicyRow { policy, name, help, sets: true, frames: true }
}

/// Every policy, in the order of [`Policy`].
pub const POLICIES: [PolicyRow; 11] = [
    any(Policy::Lru, "lru", "evict the least recently used"),
    any(Policy::Fifo, "fifo", "evict the one filled first, regardless of use"),
    PolicyRow { sets: false, ..any(Policy::Lifo, "lifo", "evict the one filled last") },
    any(Policy::Mru, "mru", "evict the most recently used"),
    PolicyRow {
        frames: false,
        ..any(
            Policy::Plru,
            "plru",
            "evict the one that a binary tree of bits points to; a touch points the bits away",
        )
    },
    any(
        Policy::Clock,
        "clock",
        "advance a hand, clearing use bits, to the first clear one; a fill sets the bit",
    ),
    any(Policy::SecondChance, "second-chance", "like clock, but a fill leaves the use bit clear"),
    any(Policy::Lfu, "lfu", "evict the one with the fewest uses since its fill, then the one filled first"),
    PolicyRow {
        sets: false,
        ..any(
            Policy::Nru,
            "nru",
            "evict from the lowest class of (referenced, dirty); ticks clear the reference bits",
        )
    },
    PolicyRow {
        sets: false,
        ..any(
            Policy::Aging,
            "aging",
            "evict the one with the smallest 8-bit counter; ticks shift in the reference bits",
        )
    },
    any(Policy::Random, "random", "evict a random one, drawn from the script's seed"),
];

/// The state of a policy in one set. A field is `None` if the policy does not use it. A vector has one element per way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PolicyState {
    /// Use bits (clock, second-chance) or reference bits (nru, aging).
    pub use_bits: Option<Vec<bool>>,
    /// The way that the hand points to.
    pub hand: Option<u32>,
    /// Dirty bits (nru).
    pub dirty: Option<Vec<bool>>,
    /// Touches since the fill (lfu) or the 8-bit counters (aging).
    pub counts: Option<Vec<u64>>,
    /// The tree (plru), root first, then level by level. `true` points right. It has one element fewer than there are ways.
    pub tree: Option<Vec<bool>>,
}

impl Policy {
    /// The policy with this name.
    pub fn by_name(name: &str) -> Option<Self> {
        POLICIES.iter().find(|row| row.name == name).map(|row| row.policy)
    }

    /// The row of this policy in the registry.
    pub const fn row(self) -> &'static PolicyRow {
        &POLICIES[self as usize]
    }
}

#[cfg(test)]
mod tests;
