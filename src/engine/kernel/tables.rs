//! Physical memory for page tables. Tables are above the user frames and are allocated from the top of memory
//! downward.

use std::ops::RangeInclusive;

use super::ids::SlotNo;
use super::persistent::{Map, Table};
use crate::machine::check::MAX_LEVELS;
use crate::machine::pte::{Bit, Flags, Pte, mask};
use crate::machine::spec::{Mmu, Spec};

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

/// The shape of the page tables of a machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TableShape {
    /// log2 of the page size in bytes.
    pub(crate) page_bits: u32,
    /// Number of levels. Level 1 consists of the root tables.
    pub(crate) levels: u32,
    /// Size of an entry in bytes.
    entry: u64,
    /// log2 of the number of pages that an entry covers, for each level from the top.
    below: [u32; MAX_LEVELS],
    /// log2 of the number of entries in a table, for each level.
    index: [u32; MAX_LEVELS],
    /// Whether entries have an R/W bit. Without an R/W bit, the kernel cannot detect a store to a present
    /// page.
    pub(crate) read_only: bool,
    /// Whether entries have a D bit.
    pub(crate) dirty: bool,
    /// Width of an entry's PPN in bits.
    ppn_bits: u32,
    /// The bit that marks the entry of a page in swap slot 0.
    swap_mark: Flags,
}

impl TableShape {
    /// Returns the shape of a machine's tables, or `None` if the machine has no MMU.
    pub(crate) fn from_spec(spec: &Spec) -> Option<Self> {
        let mmu = spec.mmu.as_ref()?;
        let level = |n: usize| (n < mmu.levels.len()).then_some(n as u32 + 1);
        let below = |n| level(n).map_or(0, |level| mmu.level_page_bits(level) - mmu.page_bits);
        Some(Self {
            page_bits: mmu.page_bits,
            levels: mmu.levels.len() as u32,
            entry: u64::from(mmu.pte.bytes),
            below: std::array::from_fn(below),
            index: std::array::from_fn(|n| mmu.levels.get(n).copied().unwrap_or(0)),
            read_only: has(mmu, Bit::Rw),
            dirty: has(mmu, Bit::D),
            ppn_bits: mmu.pte.ppn_bits(),
            swap_mark: mmu.pte.swap_mark(),
        })
    }

    /// The entry of a page in a swap slot, which is never 0: P is 0, and the PPN field holds the slot number. A mark
    /// distinguishes slot 0 from an entry that was never set. If the number does not fit, all bits of the PPN
    /// field are 1, and the entry also has the mark. In a format without a bit for the mark, the PPN field alone
    /// distinguishes the entry. Linux also never writes 0, because it inverts the offset and its slot 0 holds
    /// the header of the file. Here slot 0 holds a page, and lectures show the slot number itself.
    pub(crate) fn swap_entry(&self, slot: SlotNo) -> Pte {
        let (slot, widest) = (u64::from(slot.0), mask(self.ppn_bits));
        match slot {
            0 if self.swap_mark != Flags::NONE => Pte {
                ppn: 0,
                flags: self.swap_mark,
            },
            1.. if slot <= widest => Pte {
                ppn: slot,
                flags: Flags::NONE,
            },
            _ => Pte {
                ppn: widest,
                flags: self.swap_mark,
            },
        }
    }

    pub(crate) fn page(&self) -> u64 {
        1 << self.page_bits
    }

    /// Number of pages that `bytes` bytes occupy.
    pub(crate) fn pages_of(&self, bytes: u64) -> u64 {
        bytes.div_ceil(self.page())
    }

    /// The number of the page that contains an address.
    pub(crate) fn vpn(&self, va: u64) -> u64 {
        va >> self.page_bits
    }

    /// The numbers of the pages that contain bytes of `range`.
    pub(crate) fn vpns(&self, range: &std::ops::Range<u64>) -> std::ops::Range<u64> {
        let first = self.vpn(range.start);
        let end = range
            .end
            .checked_sub(1)
            .map_or(0, |last| self.vpn(last).saturating_add(1));
        first..end.max(first)
    }

    /// Number of physical pages that a table at `level` occupies, or `None` on overflow.
    pub(crate) fn table_pages(&self, level: u32) -> Option<u64> {
        let bytes = u128::from(self.entry) << self.index[level as usize - 1];
        u64::try_from(bytes.div_ceil(u128::from(self.page()))).ok()
    }

    /// The number of the table at `level` that covers page `vpn`: the bits of `vpn` above the table's index.
    pub(crate) fn table(&self, level: u32, vpn: u64) -> u64 {
        let n = level as usize - 1;
        vpn.checked_shr(self.below[n] + self.index[n]).unwrap_or(0)
    }

    /// Width of the numbers of the tables at `level` in bits.
    fn table_bits(&self, level: u32) -> u32 {
        self.index[..level as usize - 1].iter().sum()
    }

    /// Width of virtual page numbers in bits.
    pub(crate) fn vpn_bits(&self) -> u32 {
        self.index.iter().sum()
    }

    /// The first page that table number `table` at `level` covers.
    pub(crate) fn first_page(&self, level: u32, table: u64) -> u64 {
        let n = level as usize - 1;
        table
            .checked_shl(self.below[n] + self.index[n])
            .unwrap_or(0)
    }

    /// The last page covered by the table at `level` that covers `vpn`.
    pub(crate) fn last_page(&self, level: u32, vpn: u64) -> u64 {
        let n = level as usize - 1;
        vpn | 1u64
            .checked_shl(self.below[n] + self.index[n])
            .map_or(u64::MAX, |pages| pages - 1)
    }

    /// The physical address of the entry for `vpn` in the table at `level` whose first physical page is
    /// `ppn`.
    pub(crate) fn entry(&self, level: u32, ppn: u64, vpn: u64) -> u64 {
        let n = level as usize - 1;
        let index = vpn.checked_shr(self.below[n]).unwrap_or(0);
        let index = index
            & 1u64
                .checked_shl(self.index[n])
                .map_or(u64::MAX, |entries| entries - 1);
        (ppn << self.page_bits) + index * self.entry
    }
}

fn has(mmu: &Mmu, bit: Bit) -> bool {
    mmu.pte.bit_position(bit).is_some()
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
