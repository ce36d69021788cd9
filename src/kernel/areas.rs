//! The areas of an address space: never overlapping, in order, neighbours merged where they agree.

use std::ops::Range;

use super::area::Area;
use super::persistent::Map;

/// The areas of a process, by their first byte.
#[derive(Debug, Clone)]
pub struct Areas {
    all: Map<u64, Area>,
    /// Bytes of all areas together.
    size: u64,
}

impl Default for Areas {
    fn default() -> Self {
        Self { all: Map::new(), size: 0 }
    }
}

impl Areas {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.all.len()
    }

    /// Bytes of all areas together.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// In order of address.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Area> + '_ {
        self.all.values()
    }

    /// The area that holds `va`.
    pub fn find(&self, va: u64) -> Option<&Area> {
        self.all.get_prev(&va).map(|(_, area)| area).filter(|area| va < area.end)
    }

    /// The first area that begins above `va` or holds it.
    pub fn at_or_above(&self, va: u64) -> Option<&Area> {
        self.find(va).or_else(|| self.all.get_next(&va).map(|(_, area)| area))
    }

    /// The parts of areas that lie in `range`, in order.
    pub fn within(&self, range: Range<u64>) -> Vec<Area> {
        let first = self.find(range.start).map_or(range.start, |area| area.start);
        let touched = self.all.range(first..range.end).map(|(_, area)| *area);
        touched.map(|area| area.part(area.start.max(range.start), area.end.min(range.end))).collect()
    }

    /// No area has a byte of `range`.
    pub fn is_free(&self, range: Range<u64>) -> bool {
        self.at_or_above(range.start).is_none_or(|area| area.start >= range.end)
    }
}
