//! The run of a string, step by step.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::string::{Held, ReferenceError, ReferenceString, Replacement};
use crate::machine::addr::{SetIndex, Tag};
use crate::machine::policy::{Policy, PolicyState};
use crate::machine::random::SplitMix64;
use crate::machine::set_assoc::{Line, SetAssoc};

/// The set whose ways are the frames.
const POOL: SetIndex = SetIndex::new(0);

/// The time of the next use of a page that is never used again.
const NEVER: usize = usize::MAX;

/// The effect of a reference, and the state of memory after the reference and any clock tick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceStep {
    /// The page referenced.
    pub page: u32,
    /// Whether the page was resident.
    pub hit: bool,
    /// The frame that holds the page.
    pub frame: u32,
    /// The evicted page, if any.
    pub victim: Option<u32>,
    /// Whether the evicted page was dirty and was therefore written to disk.
    pub written: bool,
    /// The page in each frame, starting at frame 0. Frames that are never used may be omitted from the end.
    pub frames: Vec<Option<u32>>,
    /// Whether the page in each frame is dirty.
    pub dirty: Vec<bool>,
    /// The resident pages in the order of their eviction if they are not referenced again. `None` if the
    /// replacement has no such order.
    pub order: Option<Vec<u32>>,
    /// The state of the policy, with one element per frame.
    pub state: PolicyState,
}

/// The results of a reference string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceTotals {
    /// Number of references to resident pages.
    pub hits: u64,
    /// Number of references to nonresident pages, including first touches.
    pub faults: u64,
    /// Number of evicted pages that were dirty.
    pub disk_writes: u64,
    /// Whether each reference was a hit.
    pub trace: Vec<bool>,
    /// The resident pages at the end, in frame order.
    pub resident: Vec<u32>,
    /// The random number generator after the last draw.
    pub random: SplitMix64,
}

impl ReferenceString {
    /// Runs the string and returns the results.
    ///
    /// # Errors
    /// Fails if the string is invalid.
    pub fn run(&self) -> Result<ReferenceTotals, ReferenceError> {
        let mut steps = self.steps()?;
        let mut trace = Vec::with_capacity(self.pages.len());
        let mut disk_writes = 0;
        while let Some(moved) = steps.advance() {
            trace.push(moved.hit);
            disk_writes += u64::from(moved.written());
        }
        let hits = trace.iter().filter(|&&hit| hit).count() as u64;
        let faults = trace.len() as u64 - hits;
        let resident = steps.frames().into_iter().flatten().collect();
        Ok(ReferenceTotals { hits, faults, disk_writes, trace, resident, random: steps.random })
    }

    /// Runs the string step by step.
    ///
    /// # Errors
    /// Fails if the string is invalid.
    pub fn steps(&self) -> Result<ReferenceSteps<'_>, ReferenceError> {
        self.check()?;
        let held = self.held();
        let string: Vec<u32> = held.iter().map(|held| held.page).chain(self.pages.iter().copied()).collect();
        let next_use = match self.replacement {
            Replacement::Optimal { .. } => next_uses(&string),
            _ => Vec::new(),
        };
        let pool = SetAssoc::new(1, self.ways(&string), self.policy());
        let mut steps = ReferenceSteps {
            reference: self,
            writes: self.writes.iter().copied().collect(),
            next_use,
            pool,
            start: held.len(),
            time: held.len(),
            string,
            forced: Vec::new(),
            random: self.random,
        };
        steps.load(&held);
        Ok(steps)
    }

    /// Runs the string step by step. Element `i` of `forced` overrides parts of step `i`.
    ///
    /// # Errors
    /// As [`ReferenceString::steps`].
    pub fn steps_with(&self, forced: Vec<ForcedStep>) -> Result<ReferenceSteps<'_>, ReferenceError> {
        Ok(ReferenceSteps { forced, ..self.steps()? })
    }
}

/// The parts of a step that the policy does not determine. Frames that do not exist are ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForcedStep {
    /// The frame into which a miss loads the page. If this field is `None`, the policy chooses the frame. A clock
    /// hand sweeps until it selects this frame.
    pub frame: Option<u32>,
    /// The use bit of each frame after the step, starting at frame 0. Frames that are not listed keep their bits.
    pub use_bits: Vec<bool>,
    /// The frame that the clock hand points to after the step. If this field is `None`, the hand does not
    /// change.
    pub hand: Option<u32>,
}

/// For each position in the string, the position of the next reference to the same page.
fn next_uses(string: &[u32]) -> Vec<usize> {
    let mut seen = BTreeMap::new();
    let mut next = vec![NEVER; string.len()];
    for (time, &page) in string.iter().enumerate().rev() {
        next[time] = seen.insert(page, time).unwrap_or(NEVER);
    }
    next
}

/// The positions in the string where a frame's page was filled, was last referenced, and is next referenced, and
/// whether the page is dirty.
#[derive(Debug, Clone, Copy, Default)]
struct Use {
    filled: usize,
    last: usize,
    next: usize,
    dirty: bool,
}

/// The steps of a [`ReferenceString`], in order.
#[derive(Debug, Clone)]
pub struct ReferenceSteps<'a> {
    reference: &'a ReferenceString,
    writes: BTreeSet<u32>,
    /// The initial pages, followed by the referenced pages. The index of a page is its reference time.
    string: Vec<u32>,
    /// See [`next_uses`]. The list is empty if the policy does not use future references.
    next_use: Vec<usize>,
    pool: SetAssoc<Use>,
    /// The time of the first reference.
    start: usize,
    /// The time of the next reference.
    time: usize,
    /// See [`ReferenceString::steps_with`].
    forced: Vec<ForcedStep>,
    random: SplitMix64,
}

/// The changes that a step makes.
struct Moved {
    page: u32,
    hit: bool,
    frame: u32,
    victim: Option<Line<Use>>,
}

impl Moved {
    /// Whether the step evicted a dirty page.
    fn written(&self) -> bool {
        self.victim.is_some_and(|victim| victim.payload.dirty)
    }
}

impl Iterator for ReferenceSteps<'_> {
    type Item = ReferenceStep;

    fn next(&mut self) -> Option<ReferenceStep> {
        let moved = self.advance()?;
        Some(ReferenceStep {
            page: moved.page,
            hit: moved.hit,
            frame: moved.frame,
            victim: moved.victim.and_then(page_of),
            written: moved.written(),
            frames: self.frames(),
            dirty: self.pool.lines(POOL).map(|line| line.valid && line.payload.dirty).collect(),
            order: self.order(),
            state: self.pool.policy_state(POOL),
        })
    }
}

impl ReferenceSteps<'_> {
    /// Loads the initial pages and restores their last uses and bits.
    fn load(&mut self, held: &[Held]) {
        let mut by_use: Vec<usize> = (0..held.len()).collect();
        by_use.sort_by_key(|&at| held[at].used);
        let mut lines = vec![None; held.len()];
        for (last, &at) in by_use.iter().enumerate() {
            let next = self.next_use.get(at).copied().unwrap_or(NEVER);
            let payload = Use { filled: at, last, next, dirty: held[at].dirty };
            lines[at] = Some(Line { tag: Some(Tag::new(held[at].page.into())), valid: true, payload });
        }
        self.pool.set_lines(POOL, &lines);
        for at in by_use {
            // Touching a page records the order of uses, or sets the use bit.
            let touched = match self.reference.policy() {
                Policy::Lru | Policy::Mru => true,
                Policy::Lfu => false,
                _ => held[at].referenced,
            };
            if touched {
                self.pool.touch(POOL, at as u32);
            }
            self.pool.note_dirty(POOL, at as u32, held[at].dirty);
        }
    }

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
        let store = self.writes.contains(&page) || self.reference.stores.contains(&self.index());
        let usage = self.pool.payload_mut(POOL, frame);
        (usage.last, usage.next) = (self.time, next);
        usage.dirty |= store;
        if store {
            self.pool.note_dirty(POOL, frame, true);
        }
        if let Replacement::WorkingSet { window } = self.reference.replacement {
            victim = self.leave_window(window);
        }
        if self.reference.ticks.follow(self.index()) {
            self.pool.tick();
        }
        if let Some(forced) = self.forced.get(self.index()) {
            let hand = forced.hand.filter(|hand| *hand < self.pool.ways());
            self.pool.restore(POOL, &forced.use_bits, hand);
        }
        self.time += 1;
        Some(Moved { page, hit: found.is_some(), frame, victim })
    }

    /// The number of references so far.
    fn index(&self) -> usize {
        self.time - self.start
    }

    /// Returns the frame for the page to load, and the evicted page, if any. Uses the lowest free frame
    /// first.
    fn make_room(&mut self) -> (u32, Option<Line<Use>>) {
        let forced = self.forced.get(self.index()).and_then(|forced| forced.frame);
        if let Some(frame) = forced.filter(|frame| *frame < self.pool.ways()) {
            return (frame, self.pool.evict(POOL, frame));
        }
        let Replacement::Optimal { lookahead } = self.reference.replacement else {
            return self.pool.victim(POOL, &mut self.random);
        };
        if let Some(frame) = self.pool.free(POOL) {
            return (frame, None);
        }
        match self.pool.valid_lines().max_by_key(|(.., line)| self.distance(line, lookahead)) {
            Some((_, frame, line)) => (frame, Some(line)),
            None => (0, None),
        }
    }

    /// Optimal replacement evicts the page with the largest distance.
    fn distance(&self, line: &Line<Use>, lookahead: Option<u64>) -> (usize, Reverse<usize>) {
        let foreseen = self.time.saturating_add(lookahead.map_or(NEVER, |n| n as usize));
        let next = if line.payload.next > foreseen { NEVER } else { line.payload.next };
        (next, Reverse(line.payload.filled))
    }

    /// See [`ReferenceStep::order`].
    fn order(&self) -> Option<Vec<u32>> {
        let ways = match self.reference.replacement {
            Replacement::Policy(_) => self.pool.eviction_order(POOL)?,
            Replacement::Optimal { lookahead } => {
                let mut lines: Vec<_> = self.pool.valid_lines().collect();
                lines.sort_by_key(|(.., line)| Reverse(self.distance(line, lookahead)));
                lines.into_iter().map(|(_, way, _)| way).collect()
            }
            Replacement::WorkingSet { .. } => return None,
        };
        Some(ways.into_iter().filter_map(|way| page_of(self.pool.line(POOL, way))).collect())
    }

    /// Evicts the page whose last reference has left the window. Each reference evicts at most one page.
    fn leave_window(&mut self, window: u64) -> Option<Line<Use>> {
        let time = self.time;
        let (_, frame, line) =
            self.pool.valid_lines().find(|(.., line)| (time - line.payload.last) as u64 >= window)?;
        self.pool.invalidate(POOL, frame);
        Some(line)
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
