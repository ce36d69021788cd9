//! The search for the victim of the third-chance policy. Sets of frames replace the scan of all frames.

use super::Pool;
use crate::machine::bits::{bit, set_bit};
use crate::machine::number_set::NumberSet;
use crate::machine::policy::Policy;

impl Pool {
    /// Chooses a victim as [`Policy::victim`] does. The first search creates the sets. Each later search takes O(log n)
    /// time for each frame whose use bit it clears, whose class has changed, or that must not be evicted.
    pub(super) fn third_chance(&mut self, may: &impl Fn(u32) -> bool) -> Option<u32> {
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
    pub(super) fn classify(&mut self, frame: usize) {
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
