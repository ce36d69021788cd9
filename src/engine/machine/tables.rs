//! Reads and sets the page table, which is either detached or in memory at CR3.

use super::addr::{Pa, Vpn};
use super::contents::{PteWord, PteWriteError};
use super::datapath::{Machine, fit};
use super::event::PteKind;
use super::page_table::{Mapping, PageTable};
use super::pte::Pte;
use super::spec::Mmu;
use super::walk::TableLayout;

/// The maximum number of listed pages. Without a limit, a table in memory that points to itself would be
/// listed forever.
const LISTED: usize = 1 << 20;
/// The maximum number of entries in a table that is read entry by entry. In a table with more entries, only
/// the entries with known bytes are read.
const SMALL_TABLE: u64 = 1 << 12;

/// The contents of a page table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageTableListing {
    /// The pages that have been set, in VPN order. For a table in memory, the list contains the pages whose
    /// entries are present or contain a disk location.
    pub mappings: Vec<Mapping>,
    pub tables: u64,
    /// Size of all tables in bytes.
    pub bytes: u128,
    /// The tables in memory, listed once for every page range that they map.
    pub locations: Vec<TableLocation>,
}

/// The location of a table in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableLocation {
    /// The table's level (1 is the top).
    pub level: u32,
    /// The first page that the table maps.
    pub vpn: Vpn,
    /// The address of the table's first byte.
    pub at: Pa,
}

impl Machine {
    /// The layout of tables in memory, the detached table, and the address of the current core's root table, if any.
    fn tables(&self) -> Option<(TableLayout<'_>, &PageTable, Option<u64>)> {
        let mmu = self.spec().mmu.as_ref()?;
        let layout = TableLayout {
            mmu,
            physical_bits: self.spec().physical_bits,
        };
        let translator = self.translator.as_ref()?;
        Some((
            layout,
            &translator.detached_table,
            translator.context(self.core()).root,
        ))
    }

    /// Sets the leaf entry of a page in the detached page table and creates the tables above it. Bits missing
    /// from the entry format are dropped. Without an MMU, nothing changes.
    pub fn map(&mut self, vpn: Vpn, pte: Pte) {
        let levels = self
            .spec()
            .mmu
            .as_ref()
            .map_or(0, |mmu| mmu.levels.len() as u32);
        self.map_at(levels, vpn, pte);
    }

    /// Sets a page's entry at `level` (1 is the top). An entry above the leaf level maps a huge page. If the
    /// level does not exist, nothing changes.
    pub(crate) fn map_at(&mut self, level: u32, vpn: Vpn, pte: Pte) {
        let spec = self.spec().clone();
        if let (Some(mmu), Some(translator)) = (&spec.mmu, &mut self.translator) {
            translator
                .detached_table
                .map_at(level, vpn, mmu.pte.representable(pte));
        }
    }

    /// Sets a page's entry at `level` in the page table that walks use. If that table is in memory, the
    /// tables above the entry must exist.
    ///
    /// # Errors
    /// Fails if the level, or its table in memory, does not exist.
    pub fn set_page(&mut self, level: u32, vpn: Vpn, pte: Pte) -> Result<(), PteWriteError> {
        let (layout, _, root) = self.tables().ok_or(PteWriteError::NoMmu)?;
        let Some(mut base) = root else {
            self.map_at(level, vpn, pte);
            return Ok(());
        };
        for upper in 1..level {
            let entry = self.entry_at(layout, upper, base, layout.mmu.index(vpn, upper));
            let (table, _) = entry
                .filter(|(_, page)| !page)
                .ok_or(PteWriteError::NoTable { level: upper + 1 })?;
            base = layout.child(table);
        }
        let at = layout
            .address(base, layout.mmu.index(vpn, level))
            .ok_or(PteWriteError::BeyondMemory)?;
        self.write_pte(level, Pa::new(at), PteWord::Fields(pte))
    }

    /// The entry that maps a page, and the entry's level. An entry in memory must be present or contain a
    /// disk location.
    pub fn page_table_entry(&self, vpn: Vpn) -> Option<(u32, Pte)> {
        let (layout, apart, root) = self.tables()?;
        let Some(mut base) = root else {
            return apart.leaf(vpn);
        };
        for level in 1..=layout.mmu.levels.len() as u32 {
            let (pte, page) = self.entry_at(layout, level, base, layout.mmu.index(vpn, level))?;
            if page {
                return Some((level, pte));
            }
            base = layout.child(pte);
        }
        None
    }

    /// Writes an entry of a table at `level` (1 is the top) to memory and to every cached copy of the entry's
    /// bytes.
    ///
    /// # Errors
    /// Fails if the level does not exist, the value is too wide, or the entry extends past the end of memory.
    pub fn write_pte(&mut self, level: u32, at: Pa, word: PteWord) -> Result<(), PteWriteError> {
        let spec = self.spec().clone();
        let mmu = spec.mmu.as_ref().ok_or(PteWriteError::NoMmu)?;
        let levels = mmu.levels.len() as u32;
        if !(1..=levels).contains(&level) {
            return Err(PteWriteError::NoLevel { levels });
        }
        let raw = match word {
            PteWord::Raw(raw) => fit(raw, mmu.pte.bytes * 8).map_err(PteWriteError::WordTooWide)?,
            PteWord::Fields(pte) => {
                fit(pte.ppn, mmu.pte.ppn_bits()).map_err(PteWriteError::PpnTooWide)?;
                mmu.pte.encode(pte)
            }
        };
        let last = at
            .raw()
            .checked_add(u64::from(mmu.pte.bytes) - 1)
            .ok_or(PteWriteError::BeyondMemory)?;
        fit(last, spec.physical_bits).map_err(|_| PteWriteError::BeyondMemory)?;
        self.hierarchy
            .poke(at.raw(), &mmu.pte.to_bytes(raw)[..mmu.pte.bytes as usize]);
        Ok(())
    }

    /// The contents of the page table that the current core uses.
    pub fn page_table(&self) -> PageTableListing {
        let Some((layout, apart, root)) = self.tables() else {
            return PageTableListing::default();
        };
        let Some(root) = root else {
            return PageTableListing {
                mappings: apart.mappings(),
                tables: apart.tables(),
                bytes: apart.bytes(),
                locations: Vec::new(),
            };
        };
        let mut listing = PageTableListing::default();
        let mut seen = Vec::new();
        self.list(layout, (1, root), 0, &mut listing, &mut seen);
        seen.sort_unstable();
        seen.dedup();
        listing.tables = seen.len() as u64;
        listing.bytes = seen
            .iter()
            .map(|(level, _)| layout.mmu.table_bytes(*level))
            .sum();
        listing
    }

    /// Lists the table at `level` whose address is `base` and whose first entry maps page `first`.
    fn list(
        &self,
        layout: TableLayout<'_>,
        (level, base): (u32, u64),
        first: u64,
        listing: &mut PageTableListing,
        seen: &mut Vec<(u32, u64)>,
    ) {
        seen.push((level, base));
        listing.locations.push(TableLocation {
            level,
            vpn: Vpn::new(first),
            at: Pa::new(base),
        });
        let below = layout.mmu.level_page_bits(level) - layout.mmu.page_bits;
        for index in self.known_indices(layout.mmu, level, base) {
            if listing.mappings.len() >= LISTED || seen.len() >= LISTED {
                return;
            }
            let Some((pte, page)) = self.entry_at(layout, level, base, index) else {
                continue;
            };
            let vpn = first | index.checked_shl(below).unwrap_or(0);
            if page {
                listing.mappings.push(Mapping {
                    vpn: Vpn::new(vpn),
                    level,
                    pte,
                });
            } else {
                self.list(layout, (level + 1, layout.child(pte)), vpn, listing, seen);
            }
        }
    }

    /// The indices of entries that may contain known bytes, in order.
    fn known_indices(&self, mmu: &Mmu, level: u32, base: u64) -> Vec<u64> {
        let bits = mmu.levels.get(level as usize - 1).copied().unwrap_or(0);
        let entries = 1u128 << bits;
        if entries <= u128::from(SMALL_TABLE) {
            return (0..entries as u64).collect();
        }
        let bytes = u64::from(mmu.pte.bytes);
        let mut known: Vec<u64> = Vec::new();
        for row in self.hierarchy.known() {
            let (from, to) = (row.saturating_sub(bytes).max(base), row.saturating_add(63));
            if from <= to {
                known.extend((from - base) / bytes..=(to - base) / bytes);
            }
        }
        known.sort_unstable();
        known.dedup();
        known.retain(|index| u128::from(*index) < entries);
        known
    }

    /// The entry at an index of a table in memory, and whether it maps a page. Returns `None` unless the
    /// entry is present or contains a disk location.
    fn entry_at(
        &self,
        layout: TableLayout<'_>,
        level: u32,
        base: u64,
        index: u64,
    ) -> Option<(Pte, bool)> {
        let visit = layout.peek(&self.hierarchy, level, layout.address(base, index)?);
        let last = level as usize == layout.mmu.levels.len();
        match visit.found {
            PteKind::Absent if last && layout.mmu.pte.is_on_disk(visit.pte) => {
                Some((visit.pte, true))
            }
            PteKind::Absent | PteKind::Reserved => None,
            PteKind::Table => Some((visit.pte, false)),
            PteKind::Page => Some((visit.pte, true)),
        }
    }
}
