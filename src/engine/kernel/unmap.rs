//! Unmaps and moves pages, for `munmap`, `mremap`, and the end of a process.

use std::ops::Range;

use crate::machine::pte::Flags;

use super::entries::asid;
use super::heap::Heap;
use super::ids::Pid;
use super::process::PageLocation;
use super::state::{Kernel, OutOfMemory};
use super::work;

impl Kernel {
    /// Frees a process's pages, tables, and areas. Afterwards, the address space is empty and has no root
    /// table, no TLB has entries of the process, and no core runs the process.
    pub(super) fn free_address_space(&mut self, pid: Pid) {
        self.release_pages(pid, 0..u64::MAX);
        self.machine.shoot_down_all(asid(pid), &mut self.journal);
        self.free_empty_tables(pid, &(0..u64::MAX));
        self.free_root(pid);
        self.leave_cores(pid);
        let Some(process) = self.process_mut(pid) else {
            return;
        };
        let areas = std::mem::take(&mut process.space.areas);
        process.space.heap = Heap::default();
        process.space.brk = process.space.brk_start;
        for area in areas.iter() {
            self.count_users(area.backing, -1);
        }
    }

    /// Unmaps the pages in a range: clears entries, invalidates TLB entries, and frees frames, slots, and
    /// empty tables. The areas do not change. The cost depends on the number of mapped pages, not on the size
    /// of the range.
    pub(super) fn unmap_pages(&mut self, pid: Pid, range: Range<u64>) {
        let vpns = self.shape.vpns(&range);
        self.unmap_vpns(pid, vpns.clone());
        self.free_empty_tables(pid, &vpns);
    }

    /// Unmaps pages as [`Kernel::unmap_pages`] does, but keeps the tables.
    pub(super) fn unmap_vpns(&mut self, pid: Pid, vpns: Range<u64>) {
        let gone = self.release_pages(pid, vpns);
        self.shoot_down_pages(pid, &gone);
    }

    /// Removes pages from a process. Returns the pages that had an entry and may still be in TLBs.
    fn release_pages(&mut self, pid: Pid, vpns: Range<u64>) -> Vec<u64> {
        let mut gone = Vec::new();
        let tables = self
            .process(pid)
            .map_or(0, |process| process.space.tables.count());
        let pages = vpns.end.saturating_sub(vpns.start);
        self.work += (pages / work::EMPTY_ENTRIES).min(work::TABLE * tables);
        for (vpn, place) in self.pages_in(pid, vpns) {
            self.unmap_page(pid, vpn, None);
            match place {
                PageLocation::Frame(frame) => self.release(frame),
                PageLocation::Swap(slot) => {
                    self.swap.remove_page(slot, pid, vpn);
                    continue;
                }
                PageLocation::Zero => {}
            }
            gone.push(vpn);
        }
        gone
    }

    /// Discards the pages of a range that are in swap (`MADV_FREE`). Resident pages remain.
    pub(super) fn discard_swapped(&mut self, pid: Pid, range: Range<u64>) {
        let pages = self.pages_in(pid, self.shape.vpns(&range));
        self.work += pages.len() as u64;
        for (vpn, place) in pages {
            if matches!(place, PageLocation::Swap(_)) {
                self.unmap_vpns(pid, vpn..vpn + 1);
            }
        }
    }

    /// Moves pages to an unmapped address range for `mremap`.
    ///
    /// # Errors
    /// Fails if no memory is free for a new table. On failure, no page moves.
    pub(super) fn move_pages(
        &mut self,
        pid: Pid,
        from: Range<u64>,
        to: u64,
    ) -> Result<(), OutOfMemory> {
        let vpns = self.shape.vpns(&from);
        let target = self.shape.vpn(to);
        let pages = self.pages_in(pid, vpns.clone());
        let new = |vpn: u64| target + (vpn - vpns.start);
        for (vpn, _) in &pages {
            let made =
                self.without_observer(|kernel, watch| kernel.make_path(pid, new(*vpn), watch));
            if made.is_err() {
                self.free_empty_tables(pid, &(target..target + (vpns.end - vpns.start)));
                return made;
            }
        }
        let mut gone = Vec::new();
        for (vpn, place) in pages {
            self.move_page(pid, vpn, new(vpn), place);
            gone.push(vpn);
        }
        self.shoot_down_pages(pid, &gone);
        self.free_empty_tables(pid, &vpns);
        Ok(())
    }

    fn move_page(&mut self, pid: Pid, from: u64, to: u64, place: PageLocation) {
        let flags = self.pte(pid, from).map_or(Flags::NONE, |pte| pte.flags);
        self.unmap_page(pid, from, None);
        self.map_page(pid, to, place, flags);
        if let PageLocation::Swap(slot) = place {
            self.swap.add_page(slot, pid, to);
            self.swap.remove_page(slot, pid, from);
        }
    }
}
