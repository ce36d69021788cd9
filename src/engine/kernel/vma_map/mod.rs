//! The areas of an address space in address order. The areas do not overlap.
//!
//! Adjacent areas that differ in nothing that a process can see may still be two areas, because Linux merges
//! areas only at certain moments and only if their pages allow it. The rules are those of Linux 6.18
//! (`mm/vma.c`):
//!
//! - A new or moved area is merged with the area below and the area above it ([`VmaMap::insert`]). An area
//!   whose properties change is merged, too ([`VmaMap::change`]). No other operation merges areas: not the first
//!   store, which gives an area an owner, and not `munmap`, `fork`, or the growth of a stack.
//! - The properties and the offset of both areas must match ([`Vma::continues_in`]).
//! - The owners of their private pages must match ([`AnonVma`]): either both areas have the same owner, or one of
//!   them has none yet and the other's owner was not created by `fork`.
//! - An area gets its owner with its first private page. It adopts the owner of a neighbor if the two areas could
//!   be one except for their permissions, so that changes of permissions can be undone ([`VmaMap::own`]).

#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use imbl::ordmap::DiffItem;

use super::persistent::Map;
use super::vma::{AnonVma, Vma};

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
        Self {
            all: Map::new(),
            holes,
            size: 0,
        }
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
        self.all
            .get_prev(&va)
            .map(|(_, area)| area)
            .filter(|area| va < area.end)
    }

    /// The first area that contains `va` or starts above it.
    pub fn at_or_above(&self, va: u64) -> Option<&Vma> {
        self.find(va)
            .or_else(|| self.all.get_next(&va).map(|(_, area)| area))
    }

    /// The last area that ends at or below `va`.
    pub fn below(&self, va: u64) -> Option<&Vma> {
        let (_, area) = self.all.get_prev(&va.checked_sub(1)?)?;
        if area.end <= va {
            Some(area)
        } else {
            self.below(area.start)
        }
    }

    /// The areas that overlap `range`, in order and not clipped to `range`.
    pub(crate) fn touching(&self, range: Range<u64>) -> impl DoubleEndedIterator<Item = &Vma> + '_ {
        let held = self.find(range.start).filter(|_| !range.is_empty());
        let first = held.map_or(range.start, |area| area.start);
        self.all
            .range(first..range.end.max(first))
            .map(|(_, area)| area)
    }

    /// The parts of areas within `range`, in order.
    pub(crate) fn within(&self, range: Range<u64>) -> Vec<Vma> {
        self.touching(range.clone())
            .map(|area| area.clip(&range))
            .collect()
    }

    /// Whether no area overlaps `range`.
    pub(crate) fn is_free(&self, range: Range<u64>) -> bool {
        self.touching(range).next().is_none()
    }

    /// The areas that are only in this map, and the areas that are only in `later`, as processes see them. If one map is a modified
    /// clone of the other, the cost depends only on the changes.
    pub fn difference(&self, later: &Self) -> (Vec<Vma>, Vec<Vma>) {
        let (mut gone, mut come) = (Vec::new(), Vec::new());
        for item in self.all.diff(&later.all) {
            match item {
                DiffItem::Add(_, area) => come.push(*area),
                DiffItem::Remove(_, area) => gone.push(*area),
                DiffItem::Update {
                    old: (_, old),
                    new: (_, new),
                } if old.visible() == new.visible() => {}
                DiffItem::Update {
                    old: (_, old),
                    new: (_, new),
                } => {
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
        let room =
            |start: u64, end: u64| end.checked_sub(len).filter(|at| *at >= start.max(lowest));
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
        let (below, above) = self.neighbors(&area);
        let below = below.filter(|below| below.continues_in(&area) && may_adopt(below, &area));
        let joined = below.map_or(area, |below| below.joined(&area));
        let above = above.filter(|above| joined.continues_in(above) && may_adopt(above, &area));
        let above =
            above.filter(|above| below.is_none_or(|below| have_no_two_owners(&below, above)));
        let joined = above.map_or(joined, |above| joined.joined(&above));
        self.replace(below.into_iter().chain(above).collect(), vec![joined])
    }

    /// Adds an area to an unmapped range without merging it.
    pub(crate) fn insert_apart(&mut self, area: Vma) -> VmaEdit {
        self.replace(Vec::new(), vec![area])
    }

    /// Removes the parts of areas within a range and splits areas at the ends of the range.
    pub(crate) fn remove(&mut self, range: Range<u64>) -> VmaEdit {
        let before: Vec<Vma> = self.touching(range.clone()).copied().collect();
        let below = before.first().filter(|area| area.start < range.start);
        let above = before.last().filter(|area| area.end > range.end);
        let below = below.map(|area| area.part(area.start, range.start));
        let after = below
            .into_iter()
            .chain(above.map(|area| area.part(range.end, area.end)))
            .collect();
        self.replace(before, after)
    }

    /// Changes the areas in a range, in address order. Each area that changes is first split at the ends of the
    /// range and then merged with matching neighbors. An area that stays as it is, is neither split nor merged.
    pub(crate) fn change(&mut self, range: Range<u64>, change: &dyn Fn(&mut Vma)) -> VmaEdit {
        if range.is_empty() {
            return VmaEdit::default();
        }
        // The areas in the range, and their neighbors.
        let wide = range.start.saturating_sub(1)..range.end.saturating_add(1);
        let before: Vec<Vma> = self.touching(wide).copied().collect();
        let mut after: Vec<Vma> = Vec::with_capacity(before.len() + 2);
        let mut rest = before.iter().copied().peekable();
        while let Some(area) = rest.next() {
            let overlaps = area.start < range.end && range.start < area.end;
            let old = if overlaps { area.clip(&range) } else { area };
            let mut new = old;
            if overlaps {
                change(&mut new);
            }
            if new == old {
                after.push(area);
                continue;
            }
            let (first, last) = (old.start == area.start, old.end == area.end);
            let below = after
                .last()
                .copied()
                .filter(|below| first && below.continues_in(&new) && may_adopt(below, &new));
            let above = rest
                .peek()
                .copied()
                .filter(|above| last && new.continues_in(above) && may_adopt(above, &new));
            let above =
                above.filter(|above| below.is_none_or(|below| have_no_two_owners(&below, above)));
            if !first {
                after.push(area.part(area.start, old.start));
            }
            if let Some(below) = below {
                after.pop();
                new = below.joined(&new);
            }
            if let Some(above) = above.filter(|above| new.continues_in(above)) {
                rest.next();
                new = new.joined(&above);
            }
            after.push(new);
            if !last {
                after.push(area.part(old.end, area.end));
            }
        }
        self.replace(before, after)
    }

    /// Extends the area that contains `va` to a higher end, up to which the map is free, and merges it with the
    /// area above. Unlike a new area, the extended area may have an owner that `fork` created.
    pub(crate) fn extend(&mut self, va: u64, end: u64) -> VmaEdit {
        let Some(area) = self.find(va).copied() else {
            return VmaEdit::default();
        };
        let longer = Vma { end, ..area };
        let above = self
            .neighbors(&longer)
            .1
            .filter(|above| longer.continues_in(above));
        let above = above.filter(|above| match (longer.anon_vma, above.anon_vma) {
            (None, Some(owner)) => owner.is_adoptable(),
            (owner, other) => other.is_none() || owner == other,
        });
        let joined = above.map_or(longer, |above| longer.joined(&above));
        self.replace([area].into_iter().chain(above).collect(), vec![joined])
    }

    /// Changes the area that contains `va`, without splitting or merging it. The area's end must not change.
    pub(crate) fn update(&mut self, va: u64, change: impl FnOnce(&mut Vma)) {
        if let Some(area) = self.find(va).copied() {
            let mut new = area;
            change(&mut new);
            self.replace(vec![area], vec![new]);
        }
    }

    /// Changes every area, without splitting or merging areas.
    pub(crate) fn update_all(&mut self, mut change: impl FnMut(&mut Vma)) {
        for area in self.iter().copied().collect::<Vec<_>>() {
            self.update(area.start, &mut change);
        }
    }

    /// Gives the area that contains `va` an owner, unless it has one: the owner of a neighbor that could be part of
    /// the same area except for its permissions, or else the owner `new`.
    pub(crate) fn own(&mut self, va: u64, new: AnonVma) {
        let Some(area) = self
            .find(va)
            .copied()
            .filter(|area| area.anon_vma.is_none())
        else {
            return;
        };
        let (below, above) = self.neighbors(&area);
        let adoptable = |area: Vma| area.anon_vma.filter(AnonVma::is_adoptable);
        let above = above
            .filter(|above| area.continues_with_other_permissions_in(above))
            .and_then(adoptable);
        let below = below
            .filter(|below| below.continues_with_other_permissions_in(&area))
            .and_then(adoptable);
        self.update(va, |area| {
            area.anon_vma = Some(above.or(below).unwrap_or(new));
        });
    }

    /// The areas that end where an area starts and start where it ends.
    fn neighbors(&self, area: &Vma) -> (Option<Vma>, Option<Vma>) {
        let below = self
            .below(area.start)
            .filter(|below| below.end == area.start);
        (below.copied(), self.all.get(&area.end).copied())
    }

    fn replace(&mut self, before: Vec<Vma>, after: Vec<Vma>) -> VmaEdit {
        self.replace_areas(&before, &after);
        VmaEdit { before, after }
    }

    /// Replaces the areas in `before` with those in `after`. An area in both lists does not change.
    fn replace_areas(&mut self, before: &[Vma], after: &[Vma]) {
        let same = |(a, b): &(&Vma, &Vma)| a == b;
        let head = before.iter().zip(after).take_while(same).count();
        let (before, after) = (&before[head..], &after[head..]);
        let tail = before
            .iter()
            .rev()
            .zip(after.iter().rev())
            .take_while(same)
            .count();
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
        (
            below.map_or(0, |(_, area)| area.end),
            above.map_or(u64::MAX, |(start, _)| *start),
        )
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

/// Whether the owners permit `area` to become part of `held`, a neighbor.
fn may_adopt(held: &Vma, area: &Vma) -> bool {
    match (held.anon_vma, area.anon_vma) {
        (Some(owner), None) | (None, Some(owner)) => owner.is_adoptable(),
        (owner, other) => owner == other,
    }
}

/// Whether two areas that are to become one, with an area between them, have at most one owner.
fn have_no_two_owners(below: &Vma, above: &Vma) -> bool {
    below.anon_vma.is_none() || above.anon_vma.is_none() || below.anon_vma == above.anon_vma
}

// The holes between areas, stored in a structure that quickly finds the highest hole of a given length. The
// structure is a binary trie (a Patricia tree) whose keys are the start addresses of the holes. Each inner
// node (fork) of the trie stores the length of the longest hole in its subtree.

/// Ranges of addresses outside all areas. A clone shares all nodes with the original, and a change copies at
/// most 64 inner nodes (forks).
#[derive(Debug, Clone, Default)]
struct Holes {
    root: Option<Arc<Node>>,
}

#[derive(Debug)]
enum Node {
    Hole {
        start: u64,
        len: u64,
    },
    /// The start addresses of all holes in this fork's subtree have the same bits above `bit`. Bit `bit` is
    /// clear in `low` and set in `high`.
    Fork {
        bit: u32,
        lowest: u64,
        longest: u64,
        low: Arc<Node>,
        high: Arc<Node>,
    },
}

/// A hole: its first byte and its length.
type Hole = (u64, u64);

impl Holes {
    /// Adds a hole at address `start`, or replaces the hole that starts there.
    pub(crate) fn insert(&mut self, start: u64, len: u64) {
        self.root = Some(match &self.root {
            None => Arc::new(Node::Hole { start, len }),
            Some(root) => insert(root, start, len),
        });
    }

    /// Removes the hole that starts at `start`.
    pub(crate) fn remove(&mut self, start: u64) {
        self.root = self.root.as_ref().and_then(|root| remove(root, start));
    }

    /// The highest hole of at least `len` bytes that starts below `limit`.
    pub(crate) fn highest(&self, len: u64, limit: u64) -> Option<Hole> {
        highest(self.root.as_deref()?, len, limit)
    }
}

impl Node {
    /// The length of the longest hole.
    fn longest(&self) -> u64 {
        match self {
            Node::Hole { len, .. } => *len,
            Node::Fork { longest, .. } => *longest,
        }
    }

    /// The first byte of the lowest hole.
    fn lowest(&self) -> u64 {
        match self {
            Node::Hole { start, .. } => *start,
            Node::Fork { lowest, .. } => *lowest,
        }
    }
}

fn fork(bit: u32, low: Arc<Node>, high: Arc<Node>) -> Arc<Node> {
    let longest = low.longest().max(high.longest());
    Arc::new(Node::Fork {
        bit,
        lowest: low.lowest(),
        longest,
        low,
        high,
    })
}

/// Joins two nodes under a new fork at the highest bit in which the start addresses of their holes differ.
fn join(a: Arc<Node>, b: Arc<Node>) -> Arc<Node> {
    let (at, other) = (a.lowest(), b.lowest());
    let bit = (at ^ other).ilog2();
    if at < other {
        fork(bit, a, b)
    } else {
        fork(bit, b, a)
    }
}

fn insert(node: &Arc<Node>, start: u64, len: u64) -> Arc<Node> {
    let hole = || Arc::new(Node::Hole { start, len });
    match &**node {
        Node::Hole { start: here, .. } if *here == start => hole(),
        Node::Fork { bit, low, high, .. } if (node.lowest() ^ start) >> bit <= 1 => {
            if start >> bit & 1 == 0 {
                fork(*bit, insert(low, start, len), high.clone())
            } else {
                fork(*bit, low.clone(), insert(high, start, len))
            }
        }
        _ => join(node.clone(), hole()),
    }
}

fn remove(node: &Arc<Node>, start: u64) -> Option<Arc<Node>> {
    let Node::Fork { bit, low, high, .. } = &**node else {
        return (node.lowest() != start).then(|| node.clone());
    };
    let (low, high) = if start >> bit & 1 == 0 {
        (remove(low, start), Some(high.clone()))
    } else {
        (Some(low.clone()), remove(high, start))
    };
    match (low, high) {
        (Some(low), Some(high)) => Some(fork(*bit, low, high)),
        (one, other) => one.or(other),
    }
}

fn highest(node: &Node, len: u64, limit: u64) -> Option<Hole> {
    if node.longest() < len || node.lowest() >= limit {
        return None;
    }
    match node {
        Node::Hole { start, len } => Some((*start, *len)),
        Node::Fork { low, high, .. } => {
            highest(high, len, limit).or_else(|| highest(low, len, limit))
        }
    }
}
