//! The run of a string, step by step.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use super::string::{Held, ReferenceError, ReferenceString, Replacement};
use crate::machine::policy::{Policy, PolicyState};
use crate::machine::pool::Pool;
use crate::machine::random::SplitMix64;
use crate::machine::sparse::Sparse;
use crate::machine::tournament::{ABSENT, Key, Tournament};

/// The frame of a page that is not resident.
const NOWHERE: u32 = u32::MAX;

/// The time of the next use of a page that is never used again.
const NEVER: usize = usize::MAX;

/// The effect of a reference, and the state of memory after the reference and any clock tick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceStep {
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
    /// The page that the last reference evicted, if any.
    pub victim: Option<u32>,
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
        let (mut disk_writes, mut victim) = (0, None);
        while let Some(moved) = steps.advance(&ForcedStep::NONE) {
            trace.push(moved.hit);
            disk_writes += u64::from(moved.written());
            victim = moved.victim.map(|victim| victim.page);
        }
        let hits = trace.iter().filter(|&&hit| hit).count() as u64;
        let faults = trace.len() as u64 - hits;
        let resident = steps.frames().into_iter().flatten().collect();
        Ok(ReferenceTotals {
            hits,
            faults,
            disk_writes,
            trace,
            resident,
            victim,
            random: steps.random,
        })
    }

    /// Runs the string step by step.
    ///
    /// # Errors
    /// Fails if the string is invalid.
    pub fn steps(&self) -> Result<ReferenceSteps<'_>, ReferenceError> {
        self.check()?;
        let held = self.held();
        let string: Vec<u32> = held
            .iter()
            .map(|held| held.page)
            .chain(self.pages.iter().copied())
            .collect();
        let next_use = match self.replacement {
            Replacement::Optimal { .. } => next_uses(&string),
            _ => Vec::new(),
        };
        let frames = self.ways(&string);
        let last = string.iter().max().copied().unwrap_or(0);
        let mut steps = ReferenceSteps {
            reference: self,
            writes: self.writes.iter().copied().collect(),
            next_use,
            pool: Pool::new(self.policy(), frames),
            frame_of: Sparse::new(u64::from(last) + 1, 1, NOWHERE),
            resident: vec![None; frames as usize],
            free: (0..frames).map(Reverse).collect(),
            by_next_use: Tournament::new([]),
            start: held.len(),
            time: held.len(),
            string,
            was_forced: false,
            random: self.random,
        };
        steps.load(&held);
        Ok(steps)
    }
}

/// The parts of a step that the policy does not determine. Frames that do not exist are ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForcedStep {
    /// The frame into which a miss loads the page. If this field is `None`, the policy chooses the frame. A clock
    /// hand sweeps until it selects this frame.
    pub frame: Option<u32>,
    /// Whether a miss loads no page.
    pub no_load: bool,
    /// Frames whose pages differ after the step, with their pages, or `None` for an empty frame. Such a page replaces the
    /// page of its frame without a load, and was last used when the string last referenced it.
    pub pages: Vec<(u32, Option<u32>)>,
    /// The use bit of each frame after the step, starting at frame 0. Frames that are not listed keep their bits.
    pub use_bits: Vec<bool>,
    /// The frame that the clock hand points to after the step. If this field is `None`, the hand does not
    /// change.
    pub hand: Option<u32>,
}

impl ForcedStep {
    /// A step that the policy determines.
    pub const NONE: Self = Self {
        frame: None,
        no_load: false,
        pages: Vec::new(),
        use_bits: Vec::new(),
        hand: None,
    };
}

/// For each position in the string, the position of the next reference to the same page.
fn next_uses(string: &[u32]) -> Vec<usize> {
    let last = string.iter().max().copied().unwrap_or(0);
    let mut seen = Sparse::new(u64::from(last) + 1, 1, NEVER);
    let mut next = vec![NEVER; string.len()];
    for (time, &page) in string.iter().enumerate().rev() {
        next[time] = std::mem::replace(&mut seen.row_mut(page.into())[0], time);
    }
    next
}

/// A resident page, the positions in the string where the page was loaded, was last referenced, and is next
/// referenced, and whether the page is dirty.
#[derive(Debug, Clone, Copy)]
struct Resident {
    page: u32,
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
    /// The replacement policy of the frames.
    pool: Pool,
    /// The frame of each page, or [`NOWHERE`]. Not used after a forced step, after which a page can be in several frames.
    frame_of: Sparse<u32>,
    /// The page in each frame.
    resident: Vec<Option<Resident>>,
    /// The free frames. A forced frame remains in the list after its page is loaded.
    free: BinaryHeap<Reverse<u32>>,
    /// The frames in the order in which optimal replacement evicts their pages.
    by_next_use: Tournament,
    /// The time of the first reference.
    start: usize,
    /// The time of the next reference.
    time: usize,
    /// Whether a [`ForcedStep`] changed a step.
    was_forced: bool,
    random: SplitMix64,
}

/// The changes that a step makes.
struct Moved {
    page: u32,
    hit: bool,
    frame: u32,
    victim: Option<Resident>,
}

impl Moved {
    /// Whether the step evicted a dirty page.
    fn written(&self) -> bool {
        self.victim.is_some_and(|victim| victim.dirty)
    }
}

impl Iterator for ReferenceSteps<'_> {
    type Item = ReferenceStep;

    fn next(&mut self) -> Option<ReferenceStep> {
        self.next_with(&ForcedStep::NONE)
    }
}

impl ReferenceSteps<'_> {
    /// Performs the next step with the parts that `forced` determines.
    pub fn next_with(&mut self, forced: &ForcedStep) -> Option<ReferenceStep> {
        let moved = self.advance(forced)?;
        Some(ReferenceStep {
            page: moved.page,
            hit: moved.hit,
            frame: moved.frame,
            victim: moved.victim.map(|victim| victim.page),
            written: moved.written(),
            frames: self.frames(),
            dirty: self
                .resident
                .iter()
                .map(|page| page.is_some_and(|page| page.dirty))
                .collect(),
            order: self.order(),
            state: self.pool.state(),
        })
    }

    /// Loads the initial pages and restores their last uses and bits.
    fn load(&mut self, held: &[Held]) {
        let mut by_use: Vec<usize> = (0..held.len()).collect();
        by_use.sort_by_key(|&at| held[at].used);
        for (last, &at) in by_use.iter().enumerate() {
            let next = self.next_use.get(at).copied().unwrap_or(NEVER);
            let Held { page, dirty, .. } = held[at];
            self.resident[at] = Some(Resident {
                page,
                filled: at,
                last,
                next,
                dirty,
            });
            self.frame_of.row_mut(page.into())[0] = at as u32;
        }
        self.pool.load(held.len());
        for at in by_use {
            // Touching a page records the order of uses, or sets the use bit.
            let touched = match self.reference.policy() {
                Policy::Lru | Policy::Mru => true,
                Policy::Lfu => false,
                _ => held[at].referenced,
            };
            if touched {
                self.pool.touch(at as u32);
            }
            self.pool.note_dirty(at as u32, held[at].dirty);
        }
        if let Replacement::Optimal { .. } = self.reference.replacement {
            self.by_next_use = Tournament::new(self.resident.iter().map(|page| self.key(*page)));
        }
    }

    fn advance(&mut self, forced: &ForcedStep) -> Option<Moved> {
        let page = *self.string.get(self.time)?;
        self.was_forced |= *forced != ForcedStep::NONE;
        self.look_ahead();
        let found = Some(self.frame_of(page)).filter(|frame| *frame != NOWHERE);
        let (frame, mut victim) = match found {
            Some(frame) => {
                self.pool.touch(frame);
                (frame, None)
            }
            None if forced.no_load => (NOWHERE, None),
            None => self.make_room(forced.frame),
        };
        if frame != NOWHERE {
            self.occupy(page, frame, found.is_some(), victim);
        }
        if found.is_some() && self.was_forced {
            self.use_copies(frame);
        }
        if let Replacement::WorkingSet { window } = self.reference.replacement {
            victim = self.leave_window(window);
        }
        if self.reference.ticks.follow(self.index()) {
            self.pool.tick();
        }
        if *forced != ForcedStep::NONE {
            self.restore(forced);
        }
        self.time += 1;
        Some(Moved {
            page,
            hit: found.is_some(),
            frame,
            victim,
        })
    }

    /// Records that the referenced page is in a frame, and that its load evicted `victim`.
    fn occupy(&mut self, page: u32, frame: u32, hit: bool, victim: Option<Resident>) {
        let next = self.next_use.get(self.time).copied().unwrap_or(NEVER);
        if !hit && !self.was_forced {
            if let Some(victim) = victim {
                self.frame_of.row_mut(victim.page.into())[0] = NOWHERE;
            }
            self.frame_of.row_mut(page.into())[0] = frame;
        }
        if !hit {
            self.pool.fill(frame);
        }
        let store = self.writes.contains(&page) || self.reference.stores.contains(self.index());
        let old = self.resident[frame as usize].filter(|_| hit);
        let (filled, dirty) = old.map_or((self.time, store), |old| (old.filled, old.dirty | store));
        self.resident[frame as usize] = Some(Resident {
            page,
            filled,
            last: self.time,
            next,
            dirty,
        });
        if store {
            self.pool.note_dirty(frame, true);
        }
        if let Replacement::Optimal { .. } = self.reference.replacement {
            self.rank(frame);
        }
    }

    /// Records the use of a page in every other frame in which a forced step placed the page.
    fn use_copies(&mut self, frame: u32) {
        let used = self.resident[frame as usize];
        for (other, own) in (0..).zip(&mut self.resident) {
            if other != frame && own.map(|own| own.page) == used.map(|used| used.page) {
                *own = used;
                self.pool.touch(other);
            }
        }
    }

    /// Changes the state to the one that a forced step determines.
    fn restore(&mut self, forced: &ForcedStep) {
        let exists = |frame: u32| (frame as usize) < self.resident.len();
        let hand = forced.hand.filter(|hand| exists(*hand));
        let pages: Vec<(u32, Option<Resident>)> = forced
            .pages
            .iter()
            .filter(|(frame, _)| exists(*frame))
            .map(|&(frame, page)| (frame, page.map(|page| self.as_shown(frame, page))))
            .collect();
        for &(frame, page) in &pages {
            let old = std::mem::replace(&mut self.resident[frame as usize], page);
            if page.is_none() {
                self.pool.forget(frame);
                self.free.push(Reverse(frame));
            } else if old.is_none() {
                self.pool.fill(frame);
            }
            if let Replacement::Optimal { .. } = self.reference.replacement {
                self.rank(frame);
            }
        }
        if let (Policy::Lru | Policy::Mru, false) = (self.reference.policy(), pages.is_empty()) {
            let mut by_use: Vec<(usize, u32)> = (0..)
                .zip(&self.resident)
                // A page that was never used is evicted first.
                .filter_map(|(frame, page)| Some((page.as_ref()?.last.wrapping_add(1), frame)))
                .collect();
            by_use.sort_unstable();
            for (_, frame) in by_use {
                self.pool.touch(frame);
            }
        }
        self.pool.restore(&forced.use_bits, hand);
    }

    /// A page that a forced step places in a frame.
    fn as_shown(&self, frame: u32, page: u32) -> Resident {
        let resident = self.resident.iter().flatten();
        let known = resident.filter(|own| own.page == page).map(|own| own.last);
        let referenced = |own: &u32| *own == page;
        let (past, future) = self.string.split_at(self.time + 1);
        let next = future.iter().position(referenced);
        Resident {
            page,
            filled: self.resident[frame as usize].map_or(self.time, |old| old.filled),
            last: known
                .max()
                .or_else(|| past.iter().rposition(referenced))
                .unwrap_or(NEVER),
            next: next.map_or(NEVER, |next| self.time + 1 + next),
            dirty: false,
        }
    }

    /// The number of references so far.
    fn index(&self) -> usize {
        self.time - self.start
    }

    /// The frame of a page, or [`NOWHERE`].
    fn frame_of(&self, page: u32) -> u32 {
        if self.was_forced {
            let mut frames = (0..).zip(&self.resident);
            let holds = |own: &Resident| own.page == page;
            let found = frames.find(|(_, own)| own.as_ref().is_some_and(holds));
            return found.map_or(NOWHERE, |(frame, _)| frame);
        }
        self.frame_of.row(page.into()).map_or(NOWHERE, |row| row[0])
    }

    /// Returns the frame for the page to load, and the evicted page, if any. Uses the lowest free frame
    /// first.
    fn make_room(&mut self, forced: Option<u32>) -> (u32, Option<Resident>) {
        if let Some(frame) = forced.filter(|frame| (*frame as usize) < self.resident.len()) {
            let victim = self.resident[frame as usize];
            if victim.is_some() {
                self.pool.evict(frame);
            }
            return (frame, victim);
        }
        while let Some(Reverse(frame)) = self.free.pop() {
            if self.resident[frame as usize].is_none() {
                return (frame, None);
            }
        }
        let frame = match self.reference.replacement {
            Replacement::Optimal { .. } => self.by_next_use.first().map(|(frame, _)| frame),
            // Every frame contains a page.
            Replacement::Policy(Policy::Random) => {
                Some(self.random.below(self.resident.len() as u64) as u32)
            }
            _ => self.pool.victim(&mut self.random, |_| true),
        };
        let frame = frame.unwrap_or(0);
        (frame, self.resident[frame as usize])
    }

    /// The position of the next use of a page, as far as optimal replacement looks ahead.
    fn foreseen(&self, page: &Resident) -> usize {
        let Replacement::Optimal {
            lookahead: Some(lookahead),
        } = self.reference.replacement
        else {
            return page.next;
        };
        if page.next > self.time.saturating_add(lookahead as usize) {
            NEVER
        } else {
            page.next
        }
    }

    /// Optimal replacement evicts the page with the smallest key.
    fn key(&self, page: Option<Resident>) -> Key {
        page.map_or(ABSENT, |page| {
            ((NEVER - self.foreseen(&page)) as u64, page.filled as u64)
        })
    }

    /// Records a changed key of the page in a frame.
    fn rank(&mut self, frame: u32) {
        self.by_next_use
            .set(frame, self.key(self.resident[frame as usize]));
    }

    /// Updates the page whose next use is now within the lookahead.
    fn look_ahead(&mut self) {
        let Replacement::Optimal {
            lookahead: Some(lookahead),
        } = self.reference.replacement
        else {
            return;
        };
        let end = self.time.saturating_add(lookahead as usize);
        if let Some(page) = self.string.get(end) {
            let frame = self.frame_of(*page);
            if frame != NOWHERE {
                self.rank(frame);
            }
        }
    }

    /// See [`ReferenceStep::order`].
    fn order(&self) -> Option<Vec<u32>> {
        match self.reference.replacement {
            Replacement::Policy(_) => {
                let frames = self.pool.eviction_order()?;
                let page = |frame: u32| self.resident[frame as usize].map(|page| page.page);
                Some(frames.into_iter().filter_map(page).collect())
            }
            Replacement::Optimal { .. } => {
                let mut pages: Vec<Resident> = self.resident.iter().flatten().copied().collect();
                pages.sort_by_key(|page| self.key(Some(*page)));
                Some(pages.into_iter().map(|page| page.page).collect())
            }
            Replacement::WorkingSet { .. } => None,
        }
    }

    /// Evicts the page whose last reference has left the window. Each reference evicts at most one page.
    fn leave_window(&mut self, window: u64) -> Option<Resident> {
        let left = self.time.checked_sub(usize::try_from(window).ok()?)?;
        let frame = self.frame_of(self.string[left]);
        let victim = self
            .resident
            .get(frame as usize)
            .copied()
            .flatten()
            .filter(|page| page.last == left)?;
        self.resident[frame as usize] = None;
        self.frame_of.row_mut(victim.page.into())[0] = NOWHERE;
        self.free.push(Reverse(frame));
        self.pool.forget(frame);
        Some(victim)
    }

    /// The page in each frame, starting at frame 0.
    pub fn frames(&self) -> Vec<Option<u32>> {
        self.resident
            .iter()
            .map(|page| page.map(|page| page.page))
            .collect()
    }
}
