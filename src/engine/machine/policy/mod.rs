//! Replacement policies, which choose the line to evict from a full set or the page to evict from full
//! memory.

mod state;

/// A replacement policy, which chooses the line to evict from a full set or the page to evict from full
/// memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Policy {
    /// The least recently used entry.
    #[default]
    Lru,
    /// The entry that was filled first.
    Fifo,
    /// The entry that was filled last.
    Lifo,
    /// The most recently used entry.
    Mru,
    /// The entry to which the bits of a binary tree point.
    Plru,
    /// The first entry with a clear use bit, starting at the hand. A fill sets the use bit.
    Clock,
    /// The first entry with a clear use bit, starting at the hand. A fill leaves the use bit clear.
    SecondChance,
    /// The entry with the fewest touches since its fill.
    Lfu,
    /// An entry in the lowest class, by reference and dirty bits.
    Nru,
    /// The entry with the smallest aging counter.
    Aging,
    /// The first entry, starting at the hand, in the lowest class by use and dirty bits.
    ThirdChance,
    /// A random entry.
    Random,
}

/// A row in the registry of policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolicyRow {
    pub policy: Policy,
    /// The name in scripts.
    pub name: &'static str,
    /// The name in prose.
    pub title: &'static str,
    /// The help text, which is one line.
    pub help: &'static str,
    /// Whether TLBs and caches may use the policy.
    pub sets: bool,
    /// Whether kernels and reference strings may use the policy for page frames.
    pub frames: bool,
}

/// A row for a policy that TLBs, caches, and frames may use.
const fn any(
    policy: Policy,
    name: &'static str,
    title: &'static str,
    help: &'static str,
) -> PolicyRow {
    PolicyRow {
        policy,
        name,
        title,
        help,
        sets: true,
        frames: true,
    }
}

/// All policies, in the order of [`Policy`].
pub const POLICIES: [PolicyRow; 12] = [
    any(
        Policy::Lru,
        "lru",
        "LRU",
        "evict the least recently used entry",
    ),
    any(
        Policy::Fifo,
        "fifo",
        "FIFO",
        "evict the entry filled first, regardless of use",
    ),
    PolicyRow {
        sets: false,
        ..any(Policy::Lifo, "lifo", "LIFO", "evict the entry filled last")
    },
    any(
        Policy::Mru,
        "mru",
        "MRU",
        "evict the most recently used entry",
    ),
    PolicyRow {
        frames: false,
        ..any(
            Policy::Plru,
            "plru",
            "PLRU",
            "evict the entry that a tree of bits points to; each use of an entry points the bits away from it",
        )
    },
    any(
        Policy::Clock,
        "clock",
        "the clock algorithm",
        "evict the next entry whose use bit is clear (set by a fill or use, cleared by the clock hand or a tick)",
    ),
    any(
        Policy::SecondChance,
        "second-chance",
        "second chance",
        "same as `clock`, but a fill leaves the use bit clear",
    ),
    any(
        Policy::Lfu,
        "lfu",
        "LFU",
        "evict the entry used least often since its fill; in a tie, evict the oldest",
    ),
    PolicyRow {
        sets: false,
        ..any(
            Policy::Nru,
            "nru",
            "NRU",
            "evict an entry in the lowest (referenced, dirty) class; each tick clears the reference bits",
        )
    },
    PolicyRow {
        sets: false,
        ..any(
            Policy::Aging,
            "aging",
            "aging",
            "evict the entry with the smallest 8-bit counter; ticks shift the reference bit into the counter",
        )
    },
    PolicyRow {
        sets: false,
        ..any(
            Policy::ThirdChance,
            "third-chance",
            "enhanced second chance",
            "evict the next entry in the lowest (use, dirty) class; in its second round, the clock hand clears use bits",
        )
    },
    any(
        Policy::Random,
        "random",
        "random",
        "evict a random entry, which the seed determines",
    ),
];

/// The state of a policy in one set. A field is `None` if the policy does not use it. A vector has one
/// element per way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PolicyState {
    /// Use bits (`clock`, `second-chance`, `third-chance`) or reference bits (`nru`, `aging`).
    pub use_bits: Option<Vec<bool>>,
    /// The way that the hand points to.
    pub hand: Option<u32>,
    /// Dirty bits (`nru`, `third-chance`).
    pub dirty: Option<Vec<bool>>,
    /// Touches since the fill (`lfu`), or the 8-bit counters (`aging`).
    pub counts: Option<Vec<u64>>,
    /// The tree (`plru`), level by level from the root. `true` points right. The tree has one element fewer
    /// than the set has ways.
    pub tree: Option<Vec<bool>>,
}

/// The replacement state of a set, or of the page frames.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplacementState {
    /// The valid ways, or the frames with a page, in the order of their last uses (`lru`, `mru`) or fills (`fifo`, `lifo`,
    /// `lfu`), the earliest first. With other policies, they ascend.
    pub filled: Vec<u32>,
    pub state: PolicyState,
}

impl Policy {
    /// The policy with this name.
    pub fn by_name(name: &str) -> Option<Self> {
        POLICIES
            .iter()
            .find(|row| row.name == name)
            .map(|row| row.policy)
    }

    /// The policy's row in the registry.
    pub const fn row(self) -> &'static PolicyRow {
        &POLICIES[self as usize]
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_laws;
