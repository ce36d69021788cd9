//! Page replacement among frames.

#[cfg(test)]
mod tests;

use triomphe::Arc;

use super::number_set::{NumberSet, bit, mask_words, ones, set_bit};
use super::policy::{Policy, PolicyState, ReplacementState};
use super::random::SplitMix64;
use super::tournament::{ABSENT, Key, Tournament};

/// Initial capacity in frames.
const FIRST: usize = 64;

/// Number of frames that must not be evicted after which a search for the victim visits all frames.
const MANY: usize = 64;

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
    /// A clock that increases with each touch and fill.
    now: u64,
    /// The order of eviction, for policies whose ranks determine it. The first search for a victim creates the
    /// tournament. The key of a filled frame is at most its rank, so a touch that raises the rank costs nothing.
    order: Option<Arc<Tournament>>,
    /// For `third-chance`, the filled frames with a clear use bit: the clean frames, then the dirty frames. The sets may
    /// also contain frames whose bits have changed. See [`Pool::third_chance`].
    classes: Option<Box<[NumberSet; 2]>>,
    /// Number of filled frames.
    filled: usize,
    /// One more than the highest filled frame.
    end: usize,
    /// The last frame touched, if touching it again would have no effect.
    latest: Option<u32>,
}

impl Pool {
    /// Creates an empty pool of the frames below `limit`.
    ///
    /// # Panics
    /// Panics if `policy` does not support frames; see [`super::policy::PolicyRow`].
    pub fn new(policy: Policy, limit: u32) -> Self {
        assert!(
            policy.row().frames,
            "{} does not support frames",
            policy.row().name
        );
        Self {
            policy,
            limit: limit as usize,
            words: Arc::new(vec![0; policy.words(0)]),
            room: 0,
            marks: 0,
            now: 0,
            order: None,
            classes: None,
            filled: 0,
            end: 0,
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
        let (room, now) = (self.room, self.now);
        if !self.holds(frame) {
            (self.filled, self.end) = (self.filled + 1, self.end.max(frame + 1));
        }
        let (filled, words) = Arc::make_mut(&mut self.words).split_at_mut(mask_words(room));
        set_bit(filled, frame, true);
        self.policy.fill(words, room, frame, now);
        self.update(frame);
    }

    /// Fills the first `count` frames in order. Bits and counts are clear, and the clock hand points to frame 0. The
    /// capacity becomes the limit.
    pub(crate) fn load(&mut self, count: usize) {
        if let Some(last) = self.limit.checked_sub(1) {
            self.grow(last);
        }
        let (filled, words) = Arc::make_mut(&mut self.words).split_at_mut(mask_words(self.room));
        (0..count).for_each(|frame| set_bit(filled, frame, true));
        self.policy.order(words, self.room, self.now + 1);
        self.now += self.room as u64;
        (self.filled, self.end) = (count, count);
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
            if self.policy.touch_lowers_rank() {
                self.update(frame);
            }
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
            self.filled -= 1;
            if self.filled == 0 {
                // The first page after all others have left is like the first page of all.
                let (words, at) = (Arc::make_mut(&mut self.words), self.marks);
                self.policy.restore(&mut words[at..], room, &[], Some(0));
            }
            while self.end > 0 && !self.holds(self.end - 1) {
                self.end -= 1;
            }
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
            if !dirty {
                self.update(frame);
            }
            self.classify(frame);
        }
    }

    /// Performs a clock tick; see [`Policy::uses_ticks`].
    pub(crate) fn tick(&mut self) {
        self.latest = None;
        if self.policy.uses_ticks() {
            (self.order, self.classes) = (None, None);
            let at = mask_words(self.room);
            self.policy
                .tick(&mut Arc::make_mut(&mut self.words)[at..], self.room);
        }
    }

    /// Chooses the victim among the filled frames for which `may` is true, or returns `None` if there is no
    /// such frame. The clock hand skips other frames without clearing their bits. The victim remains filled
    /// until it is discarded or filled again.
    pub fn victim(&mut self, random: &mut SplitMix64, may: impl Fn(u32) -> bool) -> Option<u32> {
        self.latest = None;
        if self.policy.ranks_determine_victim()
            && let Some(victim) = self.lowest(&may)
        {
            return Some(victim);
        }
        if self.policy == Policy::ThirdChance {
            return self.third_chance(&may);
        }
        let room = self.room;
        let (filled, words) = Arc::make_mut(&mut self.words).split_at_mut(mask_words(room));
        let open = |frame| bit(filled, frame) && may(frame as u32);
        self.policy
            .victim(words, room, random, open)
            .map(|frame| frame as u32)
    }

    /// Chooses the victim as [`Pool::victim`] does, among all filled frames except `keep`.
    pub(crate) fn victim_except(
        &mut self,
        random: &mut SplitMix64,
        keep: Option<u32>,
    ) -> Option<u32> {
        let kept = keep.filter(|frame| self.holds(*frame as usize));
        let others = self.filled - usize::from(kept.is_some());
        // The numbers of the filled frames are consecutive, unless many frames have become free.
        if self.policy == Policy::Random && self.end == self.filled && others > 0 {
            let chosen = random.below(others as u64) as u32;
            return Some(chosen + u32::from(kept.is_some_and(|kept| chosen >= kept)));
        }
        self.victim(random, |frame| keep != Some(frame))
    }

    /// Estimates the number of frames that the search for a victim examines.
    pub(crate) fn examined_for_victim(&self) -> u64 {
        (self.room / self.filled.max(1)) as u64
    }

    /// Changes the state as if the policy had evicted the page in `frame`.
    pub(crate) fn evict(&mut self, frame: u32) {
        (self.latest, self.classes) = (None, None);
        let (room, at) = (self.room, self.marks);
        self.policy.evict(
            &mut Arc::make_mut(&mut self.words)[at..],
            room,
            frame as usize,
        );
    }

    /// Sets the use bit of each frame and the position of the clock hand, if the policy has them.
    pub(crate) fn restore(&mut self, used: &[bool], hand: Option<u32>) {
        (self.latest, self.order, self.classes) = (None, None, None);
        let (room, at) = (self.room, self.marks);
        self.policy
            .restore(&mut Arc::make_mut(&mut self.words)[at..], room, used, hand);
    }

    /// The filled frames in the order of their eviction if none of them is used again. `None` if the policy has no
    /// such order.
    pub(crate) fn eviction_order(&self) -> Option<Vec<u32>> {
        let (filled, words) = self.words.split_at(self.marks);
        let rank = |frame| Some((self.policy.rank(words, self.room, frame)?, frame as u32));
        let mut frames = ones(filled).map(rank).collect::<Option<Vec<_>>>()?;
        frames.sort_unstable();
        Some(frames.into_iter().map(|(_, frame)| frame).collect())
    }

    /// The policy's state, and the frames with a page.
    pub(crate) fn replacement(&self) -> ReplacementState {
        let (filled, words) = self.words.split_at(self.marks);
        let filled = ones(filled).map(|frame| frame as u32).collect();
        self.policy
            .replacement_state(words, self.room, self.limit, filled)
    }

    /// The policy's state, with one element per frame of the capacity.
    pub(crate) fn state(&self) -> PolicyState {
        self.policy
            .state(&self.words[self.marks..], self.room, self.limit)
    }

    /// Returns the frame with the smallest rank for which `may` is true. Returns `None` if there is no such frame, or
    /// if many frames with smaller ranks must not be evicted.
    fn lowest(&mut self, may: &impl Fn(u32) -> bool) -> Option<u32> {
        let mut shared = match self.order.take() {
            Some(order) => order,
            None => Arc::new(Tournament::new((0..self.room).map(|frame| self.key(frame)))),
        };
        let (order, mut kept) = (Arc::make_mut(&mut shared), Vec::new());
        let mut victim = None;
        while let Some((frame, old)) = order.first().filter(|_| kept.len() < MANY) {
            let key = self.key(frame as usize);
            if key != old {
                order.set(frame, key);
            } else if may(frame) {
                victim = Some(frame);
                break;
            } else {
                kept.push((frame, key));
                order.set(frame, ABSENT);
            }
        }
        for (frame, key) in kept {
            order.set(frame, key);
        }
        self.order = Some(shared);
        victim
    }

    /// Records that the rank of a frame may be lower than before.
    #[inline]
    fn update(&mut self, frame: usize) {
        if self.order.is_some() {
            let key = self.key(frame);
            if let Some(order) = &mut self.order {
                Arc::make_mut(order).lower(frame as u32, key);
            }
        }
    }

    /// The rank of a frame in the order of eviction.
    #[inline]
    fn key(&self, frame: usize) -> Key {
        let rank = self
            .policy
            .rank(&self.words[self.marks..], self.room, frame);
        rank.filter(|_| self.holds(frame)).unwrap_or(ABSENT)
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
        (self.order, self.classes) = (None, None);
    }

    /// The words of the policy.
    fn words_mut(&mut self) -> &mut [u64] {
        &mut Arc::make_mut(&mut self.words)[self.marks..]
    }
}

impl Pool {
    /// Chooses a victim as [`Policy::victim`] does. The first search creates the sets. Each later search takes O(log n)
    /// time for each frame whose use bit it clears, whose class has changed, or that must not be evicted.
    fn third_chance(&mut self, may: &impl Fn(u32) -> bool) -> Option<u32> {
        if self.classes.is_none() {
            self.classes = Some(Box::new([(); 2].map(|()| NumberSet::new(self.room as u32))));
            (0..self.room).for_each(|frame| self.classify(frame));
        }
        let hand = *self.words.last()? as u32;
        let victim = self.next_in_class(false, hand, may).or_else(|| {
            let dirty = self.next_in_class(true, hand, may);
            self.clear_use_bits(hand, dirty, may);
            dirty
                .or_else(|| self.next_in_class(false, hand, may))
                .or_else(|| self.next_in_class(true, hand, may))
        })?;
        if let Some(hand) = self.words_mut().last_mut() {
            *hand = u64::from(victim) + 1;
        }
        Some(victim)
    }

    /// Adds a frame to the set of its class.
    fn classify(&mut self, frame: usize) {
        let class = self.class(frame);
        if let (Some(classes), Some(dirty)) = (&mut self.classes, class) {
            classes[usize::from(dirty)].insert(frame as u32);
        }
    }

    /// Whether a filled frame with a clear use bit is dirty. `None` for other frames.
    fn class(&self, frame: usize) -> Option<bool> {
        if self.policy != Policy::ThirdChance || !self.holds(frame) {
            return None;
        }
        let (used, dirty) = self.words[self.marks..].split_at(self.marks);
        (!bit(used, frame)).then(|| bit(dirty, frame))
    }

    /// The first frame of a class for which `may` is true, starting at the hand.
    fn next_in_class(&mut self, dirty: bool, hand: u32, may: &impl Fn(u32) -> bool) -> Option<u32> {
        [(hand, u32::MAX), (0, hand)]
            .into_iter()
            .find_map(|(mut from, end)| {
                loop {
                    let found = self.classes.as_ref()?[usize::from(dirty)]
                        .first_from(from)
                        .filter(|frame| *frame < end)?;
                    if self.class(found as usize) != Some(dirty) {
                        self.classes.as_mut()?[usize::from(dirty)].remove(found);
                    } else if may(found) {
                        return Some(found);
                    }
                    from = found + 1;
                }
            })
    }

    /// Clears the use bits of the frames that the hand passes before it reaches `end`, or of all frames. Skips frames
    /// for which `may` is false.
    fn clear_use_bits(&mut self, hand: u32, end: Option<u32>, may: &impl Fn(u32) -> bool) {
        let (hand, room) = (hand as usize % self.room.max(1), self.room);
        let passed = end.map_or(room, |end| (end as usize + room - hand) % room);
        let ranges = [
            hand..(hand + passed).min(room),
            0..(hand + passed).saturating_sub(room),
        ];
        for frame in ranges.into_iter().flatten() {
            if bit(&self.words[self.marks..], frame) && self.holds(frame) && may(frame as u32) {
                set_bit(self.words_mut(), frame, false);
                self.classify(frame);
            }
        }
    }
}
