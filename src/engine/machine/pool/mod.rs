//! Page replacement among frames.

use std::sync::Arc;

use super::bits::{bit, mask_words, set_bit};
use super::policy::Policy;
use super::random::SplitMix64;

/// Initial capacity in frames.
const FIRST: usize = 64;

/// The state of a replacement policy for page frames whose numbers are below a limit.
///
/// A clone is O(1). The storage grows with the highest filled frame.
#[derive(Debug, Clone)]
pub struct Pool {
    policy: Policy,
    limit: usize,
    /// One bit per frame, which is set if the frame is filled, followed by the policy's words. The bits and
    /// the words cover `room` frames.
    words: Arc<Vec<u64>>,
    /// Capacity in frames, at most `limit`.
    room: usize,
    /// The index of the policy's first word.
    marks: usize,
    /// One more than the highest frame that has ever been filled.
    reached: usize,
    /// A clock that increases with each touch and fill.
    now: u64,
    /// A cache of the frames with the smallest stamps, for policies that evict these frames. The cache is
    /// sorted by stamp.
    oldest: Arc<[(u64, u32)]>,
    /// Number of frames at the start of `oldest` whose stamps have changed since `oldest` was filled.
    outdated: usize,
    /// The last frame touched, if touching it again would have no effect.
    latest: Option<u32>,
}

impl Pool {
    /// Creates an empty pool of the frames below `limit`.
    ///
    /// # Panics
    /// Panics if `policy` does not support frames; see [`super::policy::PolicyRow`].
    pub fn new(policy: Policy, limit: u32) -> Self {
        assert!(policy.row().frames, "{} does not support frames", policy.row().name);
        Self {
            policy,
            limit: limit as usize,
            words: Arc::new(vec![0; policy.words(0)]),
            room: 0,
            marks: 0,
            reached: 0,
            now: 0,
            oldest: Arc::default(),
            outdated: 0,
            latest: None,
        }
    }

    pub(crate) fn policy(&self) -> Policy {
        self.policy
    }

    /// Records that a page was loaded into `frame`. A frame at or above the limit is ignored.
    pub fn fill(&mut self, frame: u32) {
        self.latest = None;
        let frame = frame as usize;
        if frame >= self.limit {
            return;
        }
        if frame >= self.room {
            self.grow(frame);
        }
        self.now += 1;
        self.reached = self.reached.max(frame + 1);
        let (room, now) = (self.room, self.now);
        let (filled, words) = Arc::make_mut(&mut self.words).split_at_mut(mask_words(room));
        set_bit(filled, frame, true);
        self.policy.fill(words, room, frame, now);
    }

    /// Records a use of a physical page, or a store to it. A page whose number exceeds 32 bits is ignored.
    #[inline(always)]
    pub(crate) fn used(&mut self, ppn: u64, write: bool) {
        if let Ok(frame) = u32::try_from(ppn) {
            self.touch(frame);
            if write {
                self.note_dirty(frame, true);
            }
        }
    }

    /// Records that the page in `frame` was used. A frame that is not filled is ignored.
    #[inline(always)]
    pub fn touch(&mut self, frame: u32) {
        if self.latest != Some(frame) {
            self.touch_other(frame);
        }
    }

    /// Records a use of a frame other than the latest one.
    #[inline]
    fn touch_other(&mut self, latest: u32) {
        let frame = latest as usize;
        // A frame that is not filled is not marked.
        let marked = frame < self.room && self.policy.is_marked(&self.words[self.marks..], frame);
        if !marked && self.policy.records_touches() && self.holds(frame) {
            self.latest = self.policy.repeated_touch_is_noop().then_some(latest);
            self.now += 1;
            let words = &mut Arc::make_mut(&mut self.words)[self.marks..];
            self.policy.touch(words, self.room, frame, self.now);
        }
    }

    /// Records that `frame` is free. A frame that is not filled is ignored.
    pub(crate) fn forget(&mut self, frame: u32) {
        self.latest = None;
        let (frame, room) = (frame as usize, self.room);
        if self.holds(frame) {
            let (filled, words) = Arc::make_mut(&mut self.words).split_at_mut(mask_words(room));
            set_bit(filled, frame, false);
            self.policy.forget(words, room, frame);
        }
    }

    /// Sets whether the page in `frame` is dirty. Only `nru` and `third-chance` use dirty bits. Callers must
    /// also call [`Pool::touch`] or [`Pool::fill`]. A frame that is not filled is ignored.
    #[inline]
    pub(crate) fn note_dirty(&mut self, frame: u32, dirty: bool) {
        let (frame, room) = (frame as usize, self.room);
        if self.policy.uses_dirty_bits() && self.holds(frame) {
            self.policy.note_dirty(
                &mut Arc::make_mut(&mut self.words)[mask_words(room)..],
                room,
                frame,
                dirty,
            );
        }
    }

    /// Performs a clock tick; see [`Policy::uses_ticks`].
    pub(crate) fn tick(&mut self) {
        self.latest = None;
        if self.policy.uses_ticks() {
            let at = mask_words(self.room);
            self.policy.tick(&mut Arc::make_mut(&mut self.words)[at..], self.room);
        }
    }

    /// Chooses the victim among the filled frames for which `may` is true, or returns `None` if there is no
    /// such frame. The clock hand skips other frames without clearing their bits. The victim remains filled
    /// until it is discarded or filled again.
    pub fn victim(&mut self, random: &mut SplitMix64, may: impl Fn(u32) -> bool) -> Option<u32> {
        self.latest = None;
        if let Policy::Lru | Policy::Fifo = self.policy
            && let Some(frame) = self.oldest(&may)
        {
            return Some(frame);
        }
        let room = self.room;
        let (filled, words) = Arc::make_mut(&mut self.words).split_at_mut(mask_words(room));
        let open = |frame| bit(filled, frame) && may(frame as u32);
        self.policy.victim(words, room, random, open).map(|frame| frame as u32)
    }

    /// Returns the frame with the smallest stamp for which `may` is true, if the cache of small stamps
    /// contains it.
    ///
    /// The cache holds many frames at a time. As long as the stamps of the cached frames are unchanged, every
    /// other frame has a larger stamp.
    fn oldest(&mut self, may: &impl Fn(u32) -> bool) -> Option<u32> {
        if self.reached <= FIRST {
            return None;
        }
        let lasts = |&(stamp, frame): &(u64, u32)| self.stamp(frame as usize) == Some(stamp);
        let lasting = self.oldest.iter().skip(self.outdated).position(lasts);
        let outdated = lasting.map_or(self.oldest.len(), |more| self.outdated + more);
        let is_victim = |old: &&(u64, u32)| lasts(old) && may(old.1);
        let found = self.oldest[outdated..].iter().find(is_victim).map(|(_, frame)| *frame);
        self.outdated = outdated;
        if found.is_some() {
            return found;
        }
        let stamped = |frame: usize| self.stamp(frame).map(|stamp| (stamp, frame as u32));
        let mut all: Vec<_> = (0..self.reached).filter_map(stamped).collect();
        let many = (all.len() / 16).max(FIRST);
        if many < all.len() {
            all.select_nth_unstable(many);
            all.truncate(many);
        }
        all.sort_unstable();
        (self.oldest, self.outdated) = (all.into(), 0);
        self.oldest.iter().find(|(_, frame)| may(*frame)).map(|(_, frame)| *frame)
    }

    /// The stamp of a filled frame.
    fn stamp(&self, frame: usize) -> Option<u64> {
        self.policy.stamp(&self.words[mask_words(self.room)..], frame).filter(|_| self.holds(frame))
    }

    fn holds(&self, frame: usize) -> bool {
        frame < self.room && bit(&self.words, frame)
    }

    /// Grows the capacity to include `frame`, which is below the limit.
    fn grow(&mut self, frame: usize) {
        let room = (frame + 1).next_power_of_two().max(FIRST).min(self.limit);
        let mut words = vec![0; mask_words(room)];
        let (filled, old) = self.words.split_at(mask_words(self.room));
        words[..filled.len()].copy_from_slice(filled);
        words.extend(self.policy.extend_state(old, self.room, room));
        (self.words, self.room, self.marks) = (Arc::new(words), room, mask_words(room));
    }
}

#[cfg(test)]
mod tests;
