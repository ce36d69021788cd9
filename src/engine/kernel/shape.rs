//! The shape of a machine's page tables: levels, entries, and sizes.

use crate::machine::check::MAX_LEVELS;
use crate::machine::pte::{Bit, Flags, Pte, mask};
use crate::machine::spec::{Mmu, Spec};

use super::ids::SlotNo;

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
    pub(crate) fn table_bits(&self, level: u32) -> u32 {
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
