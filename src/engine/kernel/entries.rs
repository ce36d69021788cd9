//! Page-table entries in the machine's memory, in the machine's format. The kernel creates intermediate
//! tables as needed.

use std::ops::Range;

use crate::machine::Machine;
use crate::machine::addr::{Pa, Vpn};
use crate::machine::pte::{Bit, Flags, Pte};

use super::event::{KernelObserver, KernelStep, Observer};
use super::heap::Heap;
use super::ids::Pid;
use super::persistent::Table;
use super::process::{AddressSpace, Labels};
use super::state::{Journal, Kernel, OutOfMemory};
use super::tables::{TableInfo, TableMap, TableShape};
use super::vma::Prot;
use super::vma_map::VmaMap;

/// The maximum number of pages to invalidate one by one. For more pages, the kernel flushes all of the
/// process's TLB entries, which costs less (Linux's `tlb_single_page_flush_ceiling`).
const FLUSH_CEILING: usize = 33;

/// The maximum size, in pages, of a table that the kernel clears completely when it allocates the table.
const CLEARED: u64 = 1 << 12;

/// The flags of a page's entry.
pub(super) fn flags_of(prot: Prot, writable: bool) -> Flags {
    // x86 entries have no read bit, so a page with `PROT_NONE` has P = 0 and can still have a frame.
    let any = prot.read || prot.write || prot.exec;
    Flags::NONE
        .with(Bit::Us)
        .with_bit(Bit::P, any)
        .with_bit(Bit::Rw, writable)
        .with_bit(Bit::Xd, !prot.exec)
}

/// The address of a page's entry, or `None` if its table does not exist.
pub(super) fn entry_of(tables: &TableMap, shape: &TableShape, vpn: u64) -> Option<u64> {
    let level = shape.levels;
    let table = tables.get(level, shape.table(level, vpn))?;
    Some(shape.entry(level, table.ppn, vpn))
}

pub(super) fn write_pte(machine: &mut Machine, journal: &mut Journal, at: u64, pte: Pte) {
    let Ok(address) = machine.pa(at) else { return };
    let before = if journal.records() {
        machine.raw_at(address)
    } else {
        0
    };
    machine.put_pte(address, pte);
    if journal.records() {
        journal.on_step(KernelStep::EntryWritten {
            address,
            before,
            after: machine.raw_at(address),
        });
    }
}

/// The entry at a physical address.
fn read_pte(machine: &Machine, at: u64) -> Pte {
    machine
        .pa(at)
        .map_or(Pte::default(), |at| machine.pte_at(at))
}

impl Kernel {
    /// Creates an empty address space with only a root table.
    ///
    /// # Errors
    /// Fails if no memory is free for the table.
    pub(super) fn new_space(&mut self) -> Result<AddressSpace, OutOfMemory> {
        let ppn = self.allocate_table(1)?;
        let mut tables = TableMap::new(&self.shape);
        tables.insert(1, 0, TableInfo { ppn, used: 0 });
        let brk = self.config.brk_start;
        Ok(AddressSpace {
            areas: VmaMap::default(),
            tables,
            pages: Table::new(1_u128 << self.shape.vpn_bits()),
            resident: 0,
            brk_start: brk,
            brk,
            labels: Labels::default(),
            heap: Heap::default(),
        })
    }

    fn allocate_table(&mut self, level: u32) -> Result<u64, OutOfMemory> {
        let len = self.shape.table_pages(level).ok_or(OutOfMemory::Tables)?;
        let floor = self.config.frames.unwrap_or_else(|| self.frames.end());
        let first = self
            .space
            .allocate(len, floor.into())
            .ok_or(OutOfMemory::Tables)?;
        // Pages that were user frames, or that a script wrote to, may hold any bytes. The other pages of a
        // very large table have contained only zeros since boot.
        let end = first.saturating_add(len);
        let unclean = if len <= CLEARED {
            end
        } else {
            end.min(self.frames.high_watermark().into())
        };
        for ppn in first..unclean {
            if let Ok(ppn) = self.machine.ppn(ppn) {
                self.machine.zero_page(ppn);
            }
        }
        self.work += 1;
        Ok(first)
    }

    /// Frees a table whose entries are all zeros.
    fn free_table(&mut self, level: u32, table: TableInfo) {
        if let Some(len) = self.shape.table_pages(level) {
            self.space.free(table.ppn, len);
        }
    }

    /// Allocates the missing tables on the path to a page.
    ///
    /// # Errors
    /// Fails if no memory is free for a table. Tables allocated before the failure remain.
    pub(super) fn make_path(
        &mut self,
        pid: Pid,
        vpn: u64,
        watch: Observer<'_>,
    ) -> Result<(), OutOfMemory> {
        let shape = self.shape;
        let Some(process) = self.process(pid) else {
            return Ok(());
        };
        if process
            .space
            .tables
            .get(shape.levels, shape.table(shape.levels, vpn))
            .is_some()
        {
            return Ok(());
        }
        let Some(process) = self.process_mut(pid) else {
            return Ok(());
        };
        let mut tables = std::mem::take(&mut process.space.tables);
        let made = self.make_tables(&mut tables, vpn, watch);
        if let Some(process) = self.process_mut(pid) {
            process.space.tables = tables;
        }
        made
    }

    /// Allocates the missing tables in an address space that does not yet belong to a process.
    ///
    /// # Errors
    /// Fails as [`Kernel::make_path`] does.
    pub(super) fn make_tables(
        &mut self,
        tables: &mut TableMap,
        vpn: u64,
        watch: Observer<'_>,
    ) -> Result<(), OutOfMemory> {
        let shape = self.shape;
        for level in 2..=shape.levels {
            let number = shape.table(level, vpn);
            if tables.get(level, number).is_some() {
                continue;
            }
            let ppn = self.allocate_table(level)?;
            self.report(watch, KernelStep::Table { level, ppn });
            tables.insert(level, number, TableInfo { ppn, used: 0 });
            if let Some(above) = tables.get_mut(level - 1, shape.table(level - 1, vpn)) {
                above.used += 1;
                let at = shape.entry(level - 1, above.ppn, vpn);
                write_pte(
                    &mut self.machine,
                    &mut self.journal,
                    at,
                    Pte {
                        ppn,
                        flags: Flags::TABLE,
                    },
                );
            }
        }
        Ok(())
    }

    /// Frees the empty tables below the root on the paths to the pages in a range.
    pub(super) fn free_empty_tables(&mut self, pid: Pid, vpns: &Range<u64>) {
        let shape = self.shape;
        let Some(last) = vpns.end.checked_sub(1).filter(|last| *last >= vpns.start) else {
            return;
        };
        for level in (2..=shape.levels).rev() {
            let Some(process) = self.process_mut(pid) else {
                return;
            };
            let numbers = shape.table(level, vpns.start)..=shape.table(level, last);
            let there = process.space.tables.range(level, numbers);
            let empty: Vec<_> = there.filter(|(_, table)| table.used == 0).collect();
            for (number, table) in empty {
                self.unlink_table(pid, (level, number), table);
            }
        }
    }

    fn unlink_table(&mut self, pid: Pid, (level, number): (u32, u64), table: TableInfo) {
        let (shape, mut above) = (self.shape, None);
        let vpn = shape.first_page(level, number);
        if let Some(process) = self.process_mut(pid) {
            let AddressSpace { tables, pages, .. } = &mut process.space;
            pages.clear(vpn..shape.last_page(level, vpn).saturating_add(1));
            tables.remove(level, number);
            if let Some(upper) = tables.get_mut(level - 1, shape.table(level - 1, vpn)) {
                upper.used -= 1;
                above = Some(upper.ppn);
            }
        }
        if let Some(ppn) = above {
            write_pte(
                &mut self.machine,
                &mut self.journal,
                shape.entry(level - 1, ppn, vpn),
                Pte::default(),
            );
        }
        self.free_table(level, table);
        self.work += 1;
    }

    /// Frees the root table of a process that has no other table.
    pub(super) fn free_root(&mut self, pid: Pid) {
        let Some(process) = self.process_mut(pid) else {
            return;
        };
        if let Some(root) = process.space.tables.remove(1, 0) {
            self.free_table(1, root);
        }
    }

    /// Frees all tables of an address space that has no pages.
    pub(super) fn free_tables(&mut self, tables: &TableMap) {
        for (level, number, _) in tables.iter() {
            let vpn = self.shape.first_page(level, number);
            if let Some(above) = level.checked_sub(1).filter(|above| *above > 0)
                && let Some(upper) = tables.get(above, self.shape.table(above, vpn))
            {
                write_pte(
                    &mut self.machine,
                    &mut self.journal,
                    self.shape.entry(above, upper.ppn, vpn),
                    Pte::default(),
                );
            }
        }
        for (level, _, table) in tables.iter() {
            self.free_table(level, table);
        }
    }

    /// The physical address of a process's root table.
    pub(super) fn root_of(&self, pid: Pid) -> Option<Pa> {
        let root = self.process(pid)?.space.tables.get(1, 0)?;
        self.machine
            .ppn(root.ppn)
            .ok()
            .map(|ppn| self.machine.page_of(ppn))
    }

    /// The level of the deepest existing table on the path to a process's page.
    pub(super) fn deepest_table(&self, pid: Pid, vpn: u64) -> u32 {
        let Some(process) = self.process(pid) else {
            return 1;
        };
        let there = |level: &u32| {
            process
                .space
                .tables
                .get(*level, self.shape.table(*level, vpn))
                .is_some()
        };
        (1..=self.shape.levels).rev().find(there).unwrap_or(1)
    }

    /// The addresses of the entries on the path to a process's page, the top first, as far as their tables exist.
    pub(crate) fn path_to(&self, pid: Pid, vpn: u64) -> Vec<u64> {
        let Some(process) = self.process(pid) else {
            return Vec::new();
        };
        let (shape, tables) = (&self.shape, &process.space.tables);
        let entry =
            |level| Some(shape.entry(level, tables.get(level, shape.table(level, vpn))?.ppn, vpn));
        (1..=shape.levels).map_while(entry).collect()
    }

    /// The page-table entry of a process's page, or `None` if its table does not exist.
    pub(super) fn pte(&self, pid: Pid, vpn: u64) -> Option<Pte> {
        let at = entry_of(&self.process(pid)?.space.tables, &self.shape, vpn)?;
        Some(read_pte(&self.machine, at))
    }

    /// Writes the page-table entry of a process's page. The page's table must exist. This method does not
    /// invalidate TLB entries.
    pub(super) fn write_entry(&mut self, pid: Pid, vpn: u64, pte: Pte) {
        let at = self
            .process(pid)
            .and_then(|process| entry_of(&process.space.tables, &self.shape, vpn));
        if let Some(at) = at {
            write_pte(&mut self.machine, &mut self.journal, at, pte);
        }
    }

    /// Changes the permissions in a page's entry and invalidates the page's TLB entries. The A and D bits do
    /// not change.
    pub(super) fn set_permissions(&mut self, pid: Pid, vpn: u64, flags: Flags) {
        let Some(pte) = self.pte(pid, vpn) else {
            return;
        };
        let marks = |bit| pte.flags.has(bit);
        let flags = flags
            .with_bit(Bit::A, marks(Bit::A))
            .with_bit(Bit::D, marks(Bit::D));
        self.preserve_dirty(pid, vpn, (pte.flags, flags));
        self.write_entry(pid, vpn, Pte { flags, ..pte });
        self.shoot_down(pid, vpn);
        self.free_slot_without_dirty_bit(pid, vpn);
    }

    /// Invalidates a page's TLB entries on all cores. Returns whether a TLB held an entry.
    pub(super) fn shoot_down(&mut self, pid: Pid, vpn: u64) -> bool {
        self.vpn(vpn).is_some_and(|vpn| {
            self.machine
                .shoot_down(self.machine.va_of(vpn), asid(pid), &mut self.journal)
        })
    }

    /// Invalidates the TLB entries of a list of pages on all cores.
    pub(super) fn shoot_down_pages(&mut self, pid: Pid, vpns: &[u64]) {
        if vpns.len() > FLUSH_CEILING {
            self.machine.shoot_down_all(asid(pid), &mut self.journal);
        } else {
            for vpn in vpns {
                self.shoot_down(pid, *vpn);
            }
        }
    }

    /// Converts a page number to the machine's type.
    pub(super) fn vpn(&self, vpn: u64) -> Option<Vpn> {
        self.machine.vpn(vpn).ok()
    }
}

/// The address-space identifier of a process.
pub(super) fn asid(pid: Pid) -> u16 {
    pid.0 as u16
}
