//! A reference string, the settings of its memory, and the rules that both must follow.

use std::collections::BTreeSet;
use std::fmt;

use crate::machine::number_set::Indexes;
use crate::machine::policy::Policy;
use crate::machine::random::SplitMix64;
use crate::machine::sparse::Sparse;

/// Minimum number of frames that are kept for display. More frames are kept only if the string has more
/// pages, because additional frames would always be free.
const SHOWN: usize = 64;

/// A reference string and the memory in which it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceString {
    /// The referenced page numbers, in order.
    pub pages: Vec<u32>,
    /// Pages to which every reference is a store.
    pub writes: Vec<u32>,
    /// The indexes of the references that are stores, in addition to the references to pages in `writes`.
    pub stores: Indexes,
    /// Number of frames. A working set ignores this number.
    pub frames: u32,
    /// The method for choosing a victim.
    pub replacement: Replacement,
    /// The resident pages before the first reference, in the order of their loading, starting at frame 0.
    pub holding: Vec<Held>,
    /// The times of the clock ticks.
    pub ticks: Ticks,
    /// The generator of `random`.
    pub random: SplitMix64,
}

/// The times of the clock ticks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Ticks {
    /// The clock does not tick.
    #[default]
    Never,
    /// The clock ticks each time this number of references has passed.
    Every(u64),
    /// The clock ticks after the references with these indexes.
    After(BTreeSet<usize>),
}

impl Ticks {
    /// Whether the clock ticks after the reference with this index.
    pub(super) fn follow(&self, index: usize) -> bool {
        match self {
            Self::Never => false,
            Self::Every(interval) => (index as u64 + 1).is_multiple_of(*interval),
            Self::After(indexes) => indexes.contains(&index),
        }
    }
}

/// A page that is resident before the first reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    pub page: u32,
    /// The time of the page's last use. Only the order of the pages' times matters.
    pub used: u64,
    /// Whether the page's use bit or reference bit is set.
    pub referenced: bool,
    /// Whether the page was modified since it was read from disk.
    pub dirty: bool,
}

impl Held {
    /// Clean pages with clear use bits that were loaded and last used in this order.
    pub fn in_order(pages: impl IntoIterator<Item = u32>) -> Vec<Self> {
        let held = |(page, used)| Self {
            page,
            used,
            referenced: false,
            dirty: false,
        };
        pages.into_iter().zip(0..).map(held).collect()
    }
}

/// The method for choosing a victim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replacement {
    Policy(Policy),
    /// The page that is used farthest in the future. Among pages that are not used again, the page that was
    /// loaded first is evicted.
    Optimal {
        /// Number of future references that are known, or `None` for all of them. Pages whose next use is
        /// later are treated as never used again.
        lookahead: Option<u64>,
    },
    /// The pages outside the working set. After each reference, this method evicts all pages that are not
    /// among the last `window` references, including the current one. The initial pages are treated as
    /// references immediately before the string, in the order of their last uses.
    WorkingSet {
        /// Length of the window in references.
        window: u64,
    },
}

/// Why a [`ReferenceString`] is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceError {
    NoFrames,
    /// The window is empty.
    NoWindow,
    /// The tick interval is 0.
    NoTick,
    /// The policy does not support page frames.
    NotForFrames(Policy),
    /// There are more initial pages than frames.
    TooManyHeld,
    /// The page occurs twice among the initial pages.
    HeldTwice(u32),
}

impl fmt::Display for ReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReferenceError::NoFrames => f.write_str("there must be at least one frame"),
            ReferenceError::NoWindow => f.write_str("a window must have at least 1 reference"),
            ReferenceError::NoTick => f.write_str("a tick interval must have at least 1 reference"),
            ReferenceError::NotForFrames(policy) => {
                write!(f, "`{}` does not support page frames", policy.row().name)
            }
            ReferenceError::TooManyHeld => f.write_str("there are more initial pages than frames"),
            ReferenceError::HeldTwice(_) => f.write_str("an initial page is listed twice"),
        }
    }
}

impl std::error::Error for ReferenceError {}

impl ReferenceString {
    /// Checks the settings.
    ///
    /// # Errors
    /// Fails if the string is invalid.
    pub fn check(&self) -> Result<(), ReferenceError> {
        match self.replacement {
            Replacement::WorkingSet { window: 0 } => return Err(ReferenceError::NoWindow),
            Replacement::WorkingSet { .. } => {}
            _ if self.frames == 0 => return Err(ReferenceError::NoFrames),
            _ if self.holding.len() as u64 > self.frames.into() => {
                return Err(ReferenceError::TooManyHeld);
            }
            Replacement::Policy(policy) if !policy.row().frames => {
                return Err(ReferenceError::NotForFrames(policy));
            }
            _ => {}
        }
        let mut seen = BTreeSet::new();
        match self.holding.iter().find(|held| !seen.insert(held.page)) {
            Some(held) => Err(ReferenceError::HeldTwice(held.page)),
            None if self.ticks == Ticks::Every(0) => Err(ReferenceError::NoTick),
            None => Ok(()),
        }
    }

    /// The pages in the frames before the first reference, starting at frame 0. A working set keeps the most
    /// recently used pages, in the order of their use.
    pub(super) fn held(&self) -> Vec<Held> {
        let mut held = self.holding.clone();
        if let Replacement::WorkingSet { window } = self.replacement {
            held.sort_by_key(|held| held.used);
            held.drain(..(held.len() as u64).saturating_sub(window) as usize);
        }
        held
    }

    /// Number of frames to keep. A working set needs one frame more than its window, for the page that was
    /// just loaded.
    pub(super) fn ways(&self, string: &[u32]) -> u32 {
        let last = string.iter().max().copied().unwrap_or(0);
        let mut seen = Sparse::new(u64::from(last) + 1, 1, false);
        let mut distinct = 0;
        for page in string {
            let seen = &mut seen.row_mut((*page).into())[0];
            distinct += usize::from(!std::mem::replace(seen, true));
        }
        let most = match self.replacement {
            Replacement::WorkingSet { window } => window.saturating_add(1).min(distinct as u64),
            _ => u64::from(self.frames).min(distinct.max(SHOWN) as u64),
        };
        u32::try_from(most).unwrap_or(u32::MAX)
    }

    /// The replacement policy for the frames. For `optimal` and `working-set`, which choose the victim
    /// themselves, the result is a policy without visible state.
    pub(super) fn policy(&self) -> Policy {
        match self.replacement {
            Replacement::Policy(policy) => policy,
            Replacement::Optimal { .. } | Replacement::WorkingSet { .. } => Policy::Fifo,
        }
    }
}
