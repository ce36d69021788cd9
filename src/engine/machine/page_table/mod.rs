//! The detached page table: a page table outside simulated memory, which occupies no frames or cache lines.

use super::addr::Vpn;
use super::pte::{Bit, Flags, Pte};
use super::sparse::Sparse;
use super::spec::Mmu;

/// An entry of a detached page table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TableEntry {
    /// A table of the next level.
    Table(Pte),
    /// A page, whether present or not. A page above the leaf level is a huge page.
    Page(Pte),
}

impl TableEntry {}

/// An entry that maps a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mapping {
    /// The first virtual page that the entry maps.
    pub vpn: Vpn,
    /// The level of the entry (1 is the top).
    pub level: u32,
    pub pte: Pte,
}

/// The maximum number of entries of a level that are stored in one leaf, for fast access.
const DENSE: u128 = 2048;

/// All tables of one level. The index of an entry is its VPN without the bits that the levels below use.
#[derive(Debug, Clone)]
struct Level {
    entries: Sparse<Option<TableEntry>>,
    /// Number of VPN bits that the levels below use.
    shift: u32,
    table_bytes: u128,
    tables: u64,
}

impl Level {
    fn key(&self, vpn: u64) -> u64 {
        vpn.checked_shr(self.shift).unwrap_or(0)
    }
}

/// A page table of one or more levels. A clone costs O(levels).
///
/// Intermediate tables are created as needed and do not restrict access.
#[derive(Debug, Clone)]
pub(crate) struct PageTable {
    levels: Vec<Level>,
}

impl PageTable {
    /// Creates a page table with only an empty root.
    pub(crate) fn new(mmu: &Mmu) -> Self {
        let level = |n: u32| {
            let shift = mmu.level_page_bits(n) - mmu.page_bits;
            let keys = 1u128 << (mmu.virtual_bits - mmu.page_bits - shift);
            let table_bytes = mmu.table_bytes(n);
            // Few entries in a leaf, because the entries of a sparse address space are far apart.
            let entries = if keys > DENSE {
                Sparse::with_leaves(keys, 1, None, 6)
            } else {
                Sparse::new(keys, 1, None)
            };
            Level {
                entries,
                shift,
                table_bytes,
                tables: u64::from(n == 1),
            }
        };
        Self {
            levels: (1..=mmu.levels.len() as u32).map(level).collect(),
        }
    }

    /// The memory that the tables need, in bytes.
    pub(crate) fn host_bytes(&self) -> u64 {
        self.levels
            .iter()
            .map(|level| level.entries.host_bytes(24))
            .sum()
    }

    /// The entry of `vpn` at `level` (1 is the top), if it exists.
    pub(crate) fn entry(&self, level: u32, vpn: Vpn) -> Option<TableEntry> {
        let level = self.levels.get((level as usize).checked_sub(1)?)?;
        *level.entries.row(level.key(vpn.raw()))?.first()?
    }

    /// The entry that maps `vpn`, and the entry's level. The entry may be absent.
    pub(crate) fn leaf(&self, vpn: Vpn) -> Option<(u32, Pte)> {
        for level in 1..=self.levels.len() as u32 {
            if let TableEntry::Page(pte) = self.entry(level, vpn)? {
                return Some((level, pte));
            }
        }
        None
    }

    /// Sets the entry of `vpn` at `level`. An entry above the leaf level maps a huge page: its PS bit is set,
    /// and the tables below it are discarded. If the level does not exist, nothing changes.
    pub(crate) fn map_at(&mut self, level: u32, vpn: Vpn, pte: Pte) {
        let last = self.levels.len();
        let n = level as usize;
        if !(1..=last).contains(&n) {
            return;
        }
        for upper in 1..n {
            if !matches!(self.entry(upper as u32, vpn), Some(TableEntry::Table(_))) {
                self.set_entry(
                    upper,
                    vpn,
                    Some(TableEntry::Table(Pte {
                        ppn: 0,
                        flags: Flags::TABLE,
                    })),
                );
                self.levels[upper].tables += 1;
            }
        }
        if let Some(TableEntry::Table(_)) = self.entry(level, vpn) {
            self.drop_below(n, vpn);
        }
        let flags = if n < last {
            pte.flags.with(Bit::Ps)
        } else {
            pte.flags
        };
        self.set_entry(n, vpn, Some(TableEntry::Page(Pte { flags, ..pte })));
    }

    /// Sets a bit of an existing entry.
    pub(crate) fn mark(&mut self, level: u32, vpn: Vpn, bit: Bit) {
        let with = |pte: Pte| Pte {
            flags: pte.flags.with(bit),
            ..pte
        };
        let marked = self.entry(level, vpn).map(|entry| match entry {
            TableEntry::Table(pte) => TableEntry::Table(with(pte)),
            TableEntry::Page(pte) => TableEntry::Page(with(pte)),
        });
        if marked.is_some() {
            self.set_entry(level as usize, vpn, marked);
        }
    }

    /// Every page that has been set, present or not, in VPN order.
    pub(crate) fn mappings(&self) -> Vec<Mapping> {
        let mut all = Vec::new();
        for (level, number) in self.levels.iter().zip(1..) {
            all.extend(
                level
                    .entries
                    .rows()
                    .filter_map(|(key, cell)| match cell.first()? {
                        Some(TableEntry::Page(pte)) => Some(Mapping {
                            vpn: Vpn::new(key.checked_shl(level.shift).unwrap_or(0)),
                            level: number,
                            pte: *pte,
                        }),
                        _ => None,
                    }),
            );
        }
        all.sort_by_key(|mapping| mapping.vpn);
        all
    }

    /// Number of tables: the root and the tables on the path to a page.
    pub(crate) fn tables(&self) -> u64 {
        self.levels.iter().map(|level| level.tables).sum()
    }

    /// Size of all tables in bytes.
    pub(crate) fn bytes(&self) -> u128 {
        self.levels
            .iter()
            .map(|level| u128::from(level.tables) * level.table_bytes)
            .sum()
    }

    fn set_entry(&mut self, level: usize, vpn: Vpn, entry: Option<TableEntry>) {
        let level = &mut self.levels[level - 1];
        let key = level.key(vpn.raw());
        level.entries.row_mut(key)[0] = entry;
    }

    /// Discards the tables that the entry of `vpn` at level `n` points to.
    fn drop_below(&mut self, n: usize, vpn: Vpn) {
        let (key, shift) = (self.levels[n - 1].key(vpn.raw()), self.levels[n - 1].shift);
        self.levels[n].tables -= 1;
        for m in n..self.levels.len() {
            let level = &mut self.levels[m];
            let below = shift - level.shift;
            let rows = level
                .entries
                .rows()
                .filter(|(k, cell)| k >> below == key && cell[0].is_some());
            let going: Vec<(u64, Option<TableEntry>)> =
                rows.map(|(k, cell)| (k, cell[0])).collect();
            let tables = going
                .iter()
                .filter(|(_, entry)| matches!(entry, Some(TableEntry::Table(_))))
                .count();
            for (k, _) in going {
                level.entries.row_mut(k)[0] = None;
            }
            if let Some(next) = self.levels.get_mut(m + 1) {
                next.tables -= tables as u64;
            }
        }
    }
}

#[cfg(test)]
mod tests;
