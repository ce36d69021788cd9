//! The areas of an address space in address order. The areas do not overlap, and matching neighbors are
//! merged.

use std::ops::Range;

use imbl::ordmap::DiffItem;

use super::holes::Holes;
use super::persistent::Map;
use super::vma::Vma;

/// The areas of a process, by first byte.
#[derive(Debug, Clone)]
pub struct VmaMap {
    all: Map<u64, Vma>,
    holes: Holes,
    /// Total size of all areas in bytes.
    size: u64,
}

/// The result of a change: the removed areas and their replacements, both in address order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct VmaEdit {
    /// The removed areas, including unchanged neighbors that were checked for merging.
    pub(crate) before: Vec<Vma>,
    pub(crate) after: Vec<Vma>,
}

impl Default for VmaMap {
    fn default() -> Self {
        let mut holes = Holes::default();
        holes.insert(0, u64::MAX);
        Self { all: Map::new(), holes, size: 0 }
    }
}

impl VmaMap {
    /// Number of areas.
    pub fn count(&self) -> usize {
        self.all.len()
    }

    /// Total size of all areas in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The areas in address order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Vma> + '_ {
        self.all.values()
    }

    /// The area that contains `va`.
    pub fn find(&self, va: u64) -> Option<&Vma> {
        self.all.get_prev(&va).map(|(_, area)| area).filter(|area| va < area.end)
    }

    /// The first area that contains `va` or starts above it.
    pub fn at_or_above(&self, va: u64) -> Option<&Vma> {
        self.find(va).or_else(|| self.all.get_next(&va).map(|(_, area)| area))
    }

    /// The last area that ends at or below `va`.
    pub fn below(&self, va: u64) -> Option<&Vma> {
        let (_, area) = self.all.get_prev(&va.checked_sub(1)?)?;
        if area.end <= va { Some(area) } else { self.below(area.start) }
    }

    /// The areas that overlap `range`, in order and not clipped to `range`.
    pub(crate) fn touching(&self, range: Range<u64>) -> impl DoubleEndedIterator<Item = &Vma> + '_ {
        let held = self.find(range.start).filter(|_| !range.is_empty());
        let first = held.map_or(range.start, |area| area.start);
        self.all.range(first..range.end.max(first)).map(|(_, area)| area)
    }

    /// The parts of areas within `range`, in order.
    pub(crate) fn within(&self, range: Range<u64>) -> Vec<Vma> {
        self.touching(range.clone()).map(|area| area.clip(&range)).collect()
    }

    /// Whether no area overlaps `range`.
    pub(crate) fn is_free(&self, range: Range<u64>) -> bool {
        self.touching(range).next().is_none()
    }

    /// The areas that are only in this map, and the areas that are only in `later`. If one map is a modified
    /// clone of the other, the cost depends only on the changes.
    pub fn difference(&self, later: &Self) -> (Vec<Vma>, Vec<Vma>) {
        let (mut gone, mut come) = (Vec::new(), Vec::new());
        for item in self.all.diff(&later.all) {
            match item {
                DiffItem::Add(_, area) => come.push(*area),
                DiffItem::Remove(_, area) => gone.push(*area),
                DiffItem::Update { old: (_, old), new: (_, new) } => {
                    gone.push(*old);
                    come.push(*new);
                }
            }
        }
        (gone, come)
    }

    /// The start of the topmost `len` bytes in the highest hole of at least `len` bytes between `lowest` and
    /// `limit`.
    pub(crate) fn highest_hole(&self, len: u64, lowest: u64, limit: u64) -> Option<u64> {
        let room = |start: u64, end: u64| end.checked_sub(len).filter(|at| *at >= start.max(lowest));
        // Only the part of a hole below the limit can be used.
        let across = match self.all.get_prev(&limit.checked_sub(1)?) {
            Some((_, area)) => area.end,
            None => 0,
        };
        if let Some(at) = room(across, limit) {
            return Some(at);
        }
        let (start, size) = self.holes.highest(len, across)?;
        room(start, start + size)
    }

    /// Adds an area to an unmapped range and merges it with matching neighbors.
    pub(crate) fn insert(&mut self, area: Vma) -> VmaEdit {
        self.replace(area.start..area.end, |_| vec![area])
    }

    /// Removes the parts of areas within a range and splits areas at the ends of the range.
    pub(crate) fn remove(&mut self, range: Range<u64>) -> VmaEdit {
        self.replace(range, |_| Vec::new())
    }

    /// Changes every area in a range. Areas are split at the ends of the range, and matching neighbors are
    /// merged afterwards.
    pub(crate) fn change(&mut self, range: Range<u64>, change: &dyn Fn(&mut Vma)) -> VmaEdit {
        self.replace(range, |mut parts| {
            parts.iter_mut().for_each(change);
            parts
        })
    }

    /// Replaces the parts of areas in a range with the result of `new`.
    fn replace(&mut self, range: Range<u64>, new: impl FnOnce(Vec<Vma>) -> Vec<Vma>) -> VmaEdit {
        if range.is_empty() {
            return VmaEdit::default();
        }
        // Include the areas adjacent to the range.
        let wide = range.start.saturating_sub(1)..range.end.saturating_add(1);
        let before: Vec<Vma> = self.touching(wide).copied().collect();
        let below = before.first().filter(|area| area.start < range.start);
        let above = before.last().filter(|area| area.end > range.end);
        let touched = before.iter().filter(|area| area.start < range.end && area.end > range.start);
        let parts = touched.map(|area| area.clip(&range)).collect();
        let mut after: Vec<Vma> = Vec::new();
        let pieces = below.map(|area| area.part(area.start, area.end.min(range.start))).into_iter();
        let pieces = pieces.chain(new(parts));
        for area in pieces.chain(above.map(|area| area.part(area.start.max(range.end), area.end))) {
            match after.last_mut().and_then(|last| last.joined(&area).map(|joined| (last, joined))) {
                Some((last, joined)) => *last = joined,
                None => after.push(area),
            }
        }
        self.replace_areas(&before, &after);
        VmaEdit { before, after }
    }

    /// Replaces the areas in `before` with those in `after`. An area in both lists does not change.
    fn replace_areas(&mut self, before: &[Vma], after: &[Vma]) {
        let same = |(a, b): &(&Vma, &Vma)| a == b;
        let head = before.iter().zip(after).take_while(same).count();
        let (before, after) = (&before[head..], &after[head..]);
        let tail = before.iter().rev().zip(after.iter().rev()).take_while(same).count();
        for area in &before[..before.len() - tail] {
            self.remove_area(area);
        }
        for area in &after[..after.len() - tail] {
            self.insert_area(*area);
        }
    }

    /// The end of the area below `start` and the start of the area at or above `end`.
    fn around(&self, start: u64, end: u64) -> (u64, u64) {
        let below = start.checked_sub(1).and_then(|at| self.all.get_prev(&at));
        let above = self.all.get_next(&end);
        (below.map_or(0, |(_, area)| area.end), above.map_or(u64::MAX, |(start, _)| *start))
    }

    fn insert_area(&mut self, area: Vma) {
        let (low, high) = self.around(area.start, area.end);
        self.holes.remove(low);
        self.add_hole(low, area.start);
        self.add_hole(area.end, high);
        self.size += area.len();
        self.all.insert(area.start, area);
    }

    fn remove_area(&mut self, area: &Vma) {
        self.all.remove(&area.start);
        self.size -= area.len();
        let (low, high) = self.around(area.start, area.end);
        self.holes.remove(area.end);
        self.add_hole(low, high);
    }

    fn add_hole(&mut self, from: u64, to: u64) {
        if from < to {
            self.holes.insert(from, to - from);
        }
    }
}

#[cfg(test)]
mod tests;
