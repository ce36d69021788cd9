//! Physical memory for page tables. Tables are above the user frames and are allocated from the top of memory
//! downward.

use std::ops::RangeInclusive;

use super::persistent::{Map, Table};
use super::shape::TableShape;

/// The physical pages of page tables and the zero frame, from the top of memory downward. Free pages contain
/// zeros.
#[derive(Debug, Clone)]
pub(crate) struct TableSpace {
    /// The lowest allocated page, or the number of physical pages if none is allocated.
    low: u64,
    /// Runs of free pages above `low`, each with its first page and length. Adjacent runs are merged.
    free: Map<u64, u64>,
}

/// A page table of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableInfo {
    /// The table's first physical page.
    pub ppn: u64,
    /// Number of entries in use, for pages (including swapped pages) or for tables of the next level.
    pub used: u32,
}

/// The page tables of a process, by level (1 is the top) and by the VPN bits above the table's index.
#[derive(Debug, Clone, Default)]
pub struct TableMap {
    /// The tables of each level, the top first.
    levels: Vec<Table<TableInfo>>,
    count: u64,
}

impl TableMap {
    /// Creates an empty map for page tables of this shape.
    pub(crate) fn new(shape: &TableShape) -> Self {
        Self {
            levels: (1..=shape.levels)
                .map(|level| Table::new(1_u128 << shape.table_bits(level)))
                .collect(),
            count: 0,
        }
    }

    /// The memory that the map needs, in bytes.
    pub(super) fn host_bytes(&self) -> u64 {
        self.levels.iter().map(|level| level.host_bytes(32)).sum()
    }

    /// Number of tables.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The table with this number at a level.
    pub fn get(&self, level: u32, number: u64) -> Option<&TableInfo> {
        self.levels.get(level as usize - 1)?.get(number)
    }

    pub(crate) fn get_mut(&mut self, level: u32, number: u64) -> Option<&mut TableInfo> {
        self.levels[level as usize - 1].get_mut(number)
    }

    pub(crate) fn insert(&mut self, level: u32, number: u64, table: TableInfo) {
        let old = self.levels[level as usize - 1].insert(number, table);
        self.count += u64::from(old.is_none());
    }

    pub(crate) fn remove(&mut self, level: u32, number: u64) -> Option<TableInfo> {
        let old = self.levels[level as usize - 1].remove(number);
        self.count -= u64::from(old.is_some());
        old
    }

    /// The tables at a level whose numbers are in a range, in order, each with its number.
    pub(crate) fn range(
        &self,
        level: u32,
        numbers: RangeInclusive<u64>,
    ) -> impl Iterator<Item = (u64, TableInfo)> + '_ {
        let range = *numbers.start()..numbers.end().saturating_add(1);
        self.levels[level as usize - 1]
            .range(range)
            .map(|(number, table)| (number, *table))
    }

    /// All tables, each with its level and number, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, u64, TableInfo)> + '_ {
        let levels = self.levels.iter().zip(1..);
        levels.flat_map(|(tables, level)| {
            tables
                .iter()
                .map(move |(number, table)| (level, number, *table))
        })
    }
}

impl TableSpace {
    /// Creates a space of `pages` free physical pages.
    pub(super) fn new(pages: u64) -> Self {
        Self {
            low: pages,
            free: Map::new(),
        }
    }

    /// The lowest allocated page. All user frames are below this page.
    pub(crate) fn low(&self) -> u64 {
        self.low
    }

    /// Allocates `len` contiguous pages, as high as possible but not below `floor`. Returns the number of the
    /// first page.
    pub(super) fn allocate(&mut self, len: u64, floor: u64) -> Option<u64> {
        let run = self
            .free
            .iter()
            .rev()
            .find(|(_, size)| **size >= len)
            .map(|(start, size)| (*start, *size));
        let Some((start, size)) = run else {
            self.low = self.low.checked_sub(len).filter(|first| *first >= floor)?;
            return Some(self.low);
        };
        self.free.remove(&start);
        if size > len {
            self.free.insert(start, size - len);
        }
        Some(start + (size - len))
    }

    /// Frees `len` pages, starting at `first`.
    pub(super) fn free(&mut self, first: u64, len: u64) {
        let (mut start, mut size) = (first, len);
        if let Some(next) = self.free.remove(&(first + len)) {
            size += next;
        }
        let before = self
            .free
            .get_prev(&first)
            .map(|(start, size)| (*start, *size));
        if let Some((below, run)) = before.filter(|(below, run)| below + run == first) {
            self.free.remove(&below);
            (start, size) = (below, size + run);
        }
        if start == self.low {
            self.low = start + size;
        } else {
            self.free.insert(start, size);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::TableSpace;

    #[test]
    fn tables_grow_down_and_free_every_page() {
        let mut space = TableSpace::new(64);
        assert_eq!(
            (
                space.allocate(8, 0),
                space.allocate(8, 0),
                space.allocate(1, 0)
            ),
            (Some(56), Some(48), Some(47))
        );
        space.free(56, 8);
        assert_eq!(
            (space.low(), space.allocate(3, 0), space.allocate(8, 0)),
            (47, Some(61), Some(39))
        );
        space.free(47, 1);
        space.free(39, 8);
        assert_eq!(space.low(), 48);
        space.free(61, 3);
        space.free(48, 8);
        assert_eq!((space.low(), space.free.len()), (64, 0));
    }

    #[test]
    fn no_page_below_the_floor_is_allocated() {
        let mut space = TableSpace::new(16);
        assert_eq!(
            (
                space.allocate(8, 9),
                space.allocate(8, 8),
                space.allocate(1, 8)
            ),
            (None, Some(8), None)
        );
        assert_eq!(space.low(), 8);
    }
}
