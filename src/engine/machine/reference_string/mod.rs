//! Page replacement on a reference string, as in textbooks. It has only pages and frames, no addresses or page tables.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::addr::{SetIndex, Tag};
use super::policy::{Policy, PolicyState};
use super::random::SplitMix64;
use super::set_assoc::{Line, SetAssoc};

/// The set whose ways are the frames.
const POOL: SetIndex = SetIndex::new(0);

/// The next use of a page that is never used again.
const NEVER: usize = usize::MAX;

/// Minimum number of frames that are kept for display. More frames are kept only if the string has more pages, because the
/// others would always be free.
const SHOWN: usize = 64;

/// A reference string, and the memory that it runs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceString {
    /// The page numbers referenced, in order.
    pub pages: Vec<u32>,
    /// Pages to which every reference is a store. Only `nru` uses this.
    pub writes: Vec<u32>,
    /// Number of frames. A working set ignores it.
    pub frames: u32,
    /// How a victim is chosen.
    pub replacement: Replacement,
    /// The resident pages before the first reference, oldest first, from frame 0. They are clean, and their use bits are
    /// clear.
    pub holding: Vec<u32>,
    /// Number of references between clock ticks, or `None` for no ticks.
    pub tick: Option<u64>,
    /// The generator of `random`.
    pub random: SplitMix64,
}

/// How a victim is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replacement {
    /// By a policy.
    Policy(Policy),
    /// The page used farthest in the future. Among pages that are not used again, the first filled.
    Optimal {
        /// Number of future references that are known, or `None` for all. Pages used later are treated as never used again.
        lookahead: Option<u64>,
    },
    /// By the working set. After each reference, pages that are not among the last `window` references, including this one,
    /// are evicted. The pages held before are treated as references just before the string.
    WorkingSet {
        /// Length of the window in references.
        window: u64,
    },
}

/// Why a [`ReferenceString`] is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceError {
    /// There are no frames.
    NoFrames,
    /// The window is empty.
    NoWindow,
    /// The tick interval is 0.
    NoTick,
    /// The policy does not support page frames.
    NotForFrames(Policy),
    /// There are more held pages than frames.
    TooManyHeld,
    /// This page is held twice.
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
            ReferenceError::TooManyHeld => f.write_str("there are more held pages than frames"),
            ReferenceError::HeldTwice(_) => f.write_str("a page is held twice"),
        }
    }
}

/// The effect of a reference, and the state of memory after it and after a tick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceStep {
    /// The page referenced.
    pub page: u32,
    /// Whether it was resident.
    pub hit: bool,
    /// The frame that holds it.
    pub frame: u32,
    /// The page that was evicted.
    pub victim: Option<u32>,
    /// The page in each frame, from frame 0. Frames that are never used may be missing at the end.
    pub frames: Vec<Option<u32>>,
    /// The state of the policy, one element per frame.
    pub state: PolicyState,
}

/// The results of a reference string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceTotals {
    /// References whose page was resident.
    pub hits: u64,
    /// References whose page was not resident, including first touches.
    pub faults: u64,
    /// Whether each reference was a hit.
    pub trace: Vec<bool>,
    /// The resident pages at the end, in the order of their frames.
    pub resident: Vec<u32>,
    /// The generator after its last draw.
    pub random: SplitMix64,
}

impl ReferenceString {
    /// Runs the string and returns the results.
    ///
    /// # Errors
    /// If the string is invalid.
    pub fn run(&self) -> Result<ReferenceTotals, ReferenceError> {
        let mut steps = self.steps()?;
        let mut trace = Vec::with_capacity(self.pages.len());
        while let Some(moved) = steps.advance() {
            trace.push(moved.hit);
        }
        let hits = trace.iter().filter(|&&hit| hit).count() as u64;
        let faults = trace.len() as u64 - hits;
        let resident = steps.frames().into_iter().flatten().collect();
        Ok(ReferenceTotals { hits, faults, trace, resident, random: steps.random })
    }

    /// Runs the string step by step.
    ///
    /// # Errors
    /// If the string is invalid.
    pub fn steps(&self) -> Result<ReferenceSteps<'_>, ReferenceError> {
        self.check()?;
        let held = self.held();
        let string: Vec<u32> = held.iter().chain(&self.pages).copied().collect();
        let next_use = match self.replacement {
            Replacement::Optimal { .. } => next_uses(&string),
            _ => Vec::new(),
        };
        let mut pool = SetAssoc::new(1, self.ways(&string), self.policy());
        let place = |time: usize| {
            let payload =
                Use { filled: time, last: time, next: next_use.get(time).copied().unwrap_or(NEVER) };
            Some(Line { tag: Some(Tag::new(string[time].into())), valid: true, payload })
        };
        pool.set_lines(POOL, &(0..held.len()).map(place).collect::<Vec<_>>());
        let writes = self.writes.iter().copied().collect();
        Ok(ReferenceSteps {
            reference: self,
            writes,
            next_use,
            pool,
            time: held.len(),
            string,
            random: self.random,
        })
    }

    fn check(&self) -> Result<(), ReferenceError> {
        match self.replacement {
            Replacement::WorkingSet { window: 0 } => return Err(ReferenceError::NoWindow),
            Replacement::WorkingSet { .. } => {}
            _ if self.frames == 0 => return Err(ReferenceError::NoFrames),
            _ if self.holding.len() as u64 > self.frames.into() => return Err(ReferenceError::TooManyHeld),
            Replacement::Policy(policy) if !policy.row().frames => {
                return Err(ReferenceError::NotForFrames(policy));
            }
            _ => {}
        }
        let mut seen = BTreeSet::new();
        match self.holding.iter().find(|&&page| !seen.insert(page)) {
            Some(&page) => Err(ReferenceError::HeldTwice(page)),
            None if self.tick == Some(0) => Err(ReferenceError::NoTick),
            None => Ok(()),
        }
    }

    /// The resident pages before the first reference.
    fn held(&self) -> &[u32] {
        let gone = match self.replacement {
            Replacement::WorkingSet { window } => (self.holding.len() as u64).saturating_sub(window),
            _ => 0,
        };
        &self.holding[gone as usize..]
    }

    /// Number of frames to keep. A working set needs one frame more than its window, for the page that is just loaded.
    fn ways(&self, string: &[u32]) -> u32 {
        let distinct = string.iter().collect::<BTreeSet<_>>().len();
        let most = match self.replacement {
            Replacement::WorkingSet { window } => window.saturating_add(1).min(distinct as u64),
            _ => u64::from(self.frames).min(distinct.max(SHOWN) as u64),
        };
        u32::try_from(most).unwrap_or(u32::MAX)
    }

    /// The policy of the frames. If this module chooses the victim, a policy without a visible state.
    fn policy(&self) -> Policy {
        match self.replacement {
            Replacement::Policy(policy) => policy,
            Replacement::Optimal { .. } | Replacement::WorkingSet { .. } => Policy::Fifo,
        }
    }
}

/// For each position of the string, the position of the next reference to the same page.
fn next_uses(string: &[u32]) -> Vec<usize> {
    let mut seen = BTreeMap::new();
    let mut next = vec![NEVER; string.len()];
    for (time, &page) in string.iter().enumerate().rev() {
        next[time] = seen.insert(page, time).unwrap_or(NEVER);
    }
    next
}

/// The positions in the string at which the page of a frame was filled, was last referenced, and will be referenced next.
#[derive(Debug, Clone, Copy, Default)]
struct Use {
    filled: usize,
    last: usize,
    next: usize,
}

/// The steps of a [`ReferenceString`], in order.
#[derive(Debug, Clone)]
pub struct ReferenceSteps<'a> {
    reference: &'a ReferenceString,
    writes: BTreeSet<u32>,
    /// The pages held before, then the pages referenced. The index of a page is its time.
    string: Vec<u32>,
    /// See [`next_uses`]. Empty if the policy does not need the future.
    next_use: Vec<usize>,
    pool: SetAssoc<Use>,
    /// The time of the next reference.
    time: usize,
    random: SplitMix64,
}

/// The changes of a step.
struct Moved {
    page: u32,
    hit: bool,
    frame: u32,
    victim: Option<u32>,
}

impl Iterator for ReferenceSteps<'_> {
    type Item = ReferenceStep;

    fn next(&mut self) -> Option<ReferenceStep> {
        let Moved { page, hit, frame, victim } = self.advance()?;
        Some(ReferenceStep {
            page,
            hit,
            frame,
            victim,
            frames: self.frames(),
            state: self.pool.policy_state(POOL),
        })
    }
}

impl ReferenceSteps<'_> {
    fn advance(&mut self) -> Option<Moved> {
        let page = *self.string.get(self.time)?;
        let tag = Tag::new(page.into());
        let found = self.pool.find(POOL, tag);
        let (frame, mut victim) = match found {
            Some(frame) => {
                self.pool.touch(POOL, frame);
                (frame, None)
            }
            None => self.make_room(),
        };
        if found.is_none() {
            self.pool.fill(POOL, frame, tag, Use { filled: self.time, ..Use::default() });
        }
        let next = self.next_use.get(self.time).copied().unwrap_or(NEVER);
        let usage = self.pool.payload_mut(POOL, frame);
        (usage.last, usage.next) = (self.time, next);
        if self.writes.contains(&page) {
            self.pool.note_dirty(POOL, frame, true);
        }
        if let Replacement::WorkingSet { window } = self.reference.replacement {
            victim = self.leave_window(window);
        }
        self.time += 1;
        self.tick();
        Some(Moved { page, hit: found.is_some(), frame, victim })
    }

    /// Returns the frame for a page to be loaded, and the page that it evicts. The lowest free frame is used first.
    fn make_room(&mut self) -> (u32, Option<u32>) {
        let Replacement::Optimal { lookahead } = self.reference.replacement else {
            let (frame, gone) = self.pool.victim(POOL, &mut self.random);
            return (frame, gone.and_then(page_of));
        };
        if let Some(frame) = self.pool.free(POOL) {
            return (frame, None);
        }
        let foreseen = self.time.saturating_add(lookahead.map_or(NEVER, |n| n as usize));
        let farthest = |(_, _, line): &(SetIndex, u32, Line<Use>)| {
            let next = if line.payload.next > foreseen { NEVER } else { line.payload.next };
            (next, Reverse(line.payload.filled))
        };
        match self.pool.valid_lines().max_by_key(farthest) {
            Some((_, frame, line)) => (frame, page_of(line)),
            None => (0, None),
        }
    }

    /// Evicts the page whose last reference left the window. Each reference evicts at most one page.
    fn leave_window(&mut self, window: u64) -> Option<u32> {
        let time = self.time;
        let (_, frame, line) =
            self.pool.valid_lines().find(|(.., line)| (time - line.payload.last) as u64 >= window)?;
        self.pool.invalidate(POOL, frame);
        page_of(line)
    }

    fn tick(&mut self) {
        let done = (self.time - self.reference.held().len()) as u64;
        if self.reference.tick.is_some_and(|every| done.is_multiple_of(every)) {
            self.pool.tick();
        }
    }

    /// The page in each frame.
    fn frames(&self) -> Vec<Option<u32>> {
        self.pool.lines(POOL).map(|line| if line.valid { page_of(line) } else { None }).collect()
    }
}

/// The page in a frame.
fn page_of(line: Line<Use>) -> Option<u32> {
    line.tag.map(|tag| tag.raw() as u32)
}

#[cfg(test)]
mod tests;
