//! Adds and removes areas of a process for `mmap`, `execve`, and declarations.

use std::cell::Cell;
use std::ops::Range;

use super::abi::Errno;
use super::config::GUARD_GAP_PAGES;
use super::entries::{asid, flags_of};
use super::frames::FrameContents;
use super::heap::Heap;
use super::ids::{FrameNo, Pid};
use super::process::PageLocation;
use super::state::{Kernel, OutOfMemory};
use super::vma::{AnonVma, Backing, Prot, Vma};
use super::vma_map::{VmaEdit, VmaMap};
use super::work;
use crate::machine::pte::{Bit, Flags};
use crate::machine::spec::Spec;

/// The maximum number of areas of a process: Linux's default of `vm.max_map_count`.
pub const MOST_AREAS: usize = 65_530;

/// The address after the last byte that a process of a machine may map (`TASK_SIZE`). If virtual addresses have at
/// least 48 bits, `TASK_SIZE` is one page below the middle of the address space, because the kernel uses
/// the upper half. On smaller machines, `TASK_SIZE` is the end of the address space.
pub fn user_end(spec: &Spec) -> u64 {
    match spec.virtual_bits() {
        bits @ 48.. => (1 << (bits - 1)) - (1 << spec.page_bits()),
        bits => 1 << bits,
    }
}

impl Kernel {
    /// Adds an area to an unmapped range and merges it with matching neighbors.
    pub(super) fn map_area(&mut self, pid: Pid, area: Vma) {
        self.edit_areas(pid, |areas| areas.insert(area));
    }

    /// Extends the area that contains `va` to a higher end, up to which no area is mapped.
    pub(super) fn extend_area(&mut self, pid: Pid, va: u64, end: u64) {
        self.edit_areas(pid, |areas| areas.extend(va, end));
    }

    /// Changes properties of the area that contains `va`, without splitting or merging it.
    pub(super) fn update_area(&mut self, pid: Pid, va: u64, change: impl FnOnce(&mut Vma)) {
        if let Some(process) = self.process_mut(pid) {
            process.space.areas.update(va, change);
        }
    }

    /// Gives the area that contains `va` an owner before its first private page (Linux's `anon_vma_prepare`).
    pub(super) fn own_area(&mut self, pid: Pid, va: u64) {
        if self
            .area_at(pid, va)
            .is_some_and(|area| !area.shared && area.anon_vma.is_none())
        {
            let owner = AnonVma::new(self.new_serial());
            if let Some(process) = self.process_mut(pid) {
                process.space.areas.own(va, owner);
            }
        }
    }

    /// Removes all areas in a range and unmaps their pages.
    pub(super) fn unmap_range(&mut self, pid: Pid, range: Range<u64>) {
        // Unmap the pages first, because removing the last area may free its backing.
        self.unmap_pages(pid, range.clone());
        self.edit_areas(pid, |areas| areas.remove(range));
    }

    /// Changes every area in a range. Splits areas at the ends of the range and merges them afterwards. If
    /// permissions change, also updates the page-table entries.
    pub(super) fn change_areas(&mut self, pid: Pid, range: Range<u64>, change: &dyn Fn(&mut Vma)) {
        let protected = Cell::new(false);
        let watched = |area: &mut Vma| {
            let before = area.prot;
            change(area);
            protected.set(protected.get() || area.prot != before);
        };
        self.edit_areas(pid, |areas| areas.change(range.clone(), &watched));
        if protected.get() {
            self.reprotect(pid, range);
        }
    }

    /// The top of the highest hole of `len` bytes (whole pages) below `mmap-base`. The page at address 0 and
    /// the guard gap below a stack remain free.
    pub(super) fn find_hole(&self, pid: Pid, len: u64) -> Option<u64> {
        let areas = &self.process(pid)?.space.areas;
        // As a last resort, Linux would also search above `mmap-base`.
        let mut limit = self.config.mmap_base.min(self.user_end());
        loop {
            let at = areas.highest_hole(len, self.page_size(), limit)?;
            match areas
                .at_or_above(at + len)
                .map(|above| self.kept_free_below(above))
            {
                Some(start) if start < at + len => limit = start,
                _ => return Some(at),
            }
        }
    }

    /// Whether `mmap` can use a range without removing an area or using a stack's guard gap.
    pub(super) fn is_vacant(&self, pid: Pid, range: Range<u64>) -> bool {
        let areas = self.process(pid).map(|process| &process.space.areas);
        let above = areas.and_then(|areas| areas.at_or_above(range.start));
        above.is_none_or(|area| self.kept_free_below(area) >= range.end)
    }

    /// The lowest address that an area reserves. A stack reserves memory from the start of its guard gap.
    fn kept_free_below(&self, area: &Vma) -> u64 {
        area.start
            .saturating_sub(if area.stack { self.guard_gap() } else { 0 })
    }

    /// Whether a stack that grows down to `start` leaves its guard gap free. A stack needs no gap above
    /// another stack or above an area without permissions.
    pub(super) fn leaves_guard_gap(&self, pid: Pid, start: u64) -> bool {
        let areas = self.process(pid).map(|process| &process.space.areas);
        let below = areas.and_then(|areas| areas.below(start));
        below.is_none_or(|area| {
            area.stack || area.prot.is_none() || start - area.end >= self.guard_gap()
        })
    }

    /// Size in bytes of the guard gap below a stack ([`GUARD_GAP_PAGES`]) on machines with large
    /// address spaces, or else 0.
    fn guard_gap(&self) -> u64 {
        if self.is_roomy() {
            GUARD_GAP_PAGES * self.page_size()
        } else {
            0
        }
    }

    /// Whether the address space is at least as large as Linux's, with 47 bits or more.
    pub(super) fn is_roomy(&self) -> bool {
        self.machine.spec().virtual_bits() >= 47
    }

    pub(super) fn page_size(&self) -> u64 {
        self.shape.page()
    }

    /// Rounds a size up to whole pages, or returns `None` on overflow.
    pub(super) fn whole_pages(&self, bytes: u64) -> Option<u64> {
        bytes.checked_next_multiple_of(self.page_size())
    }

    /// The address after the last byte that a process may map; see [`user_end`].
    pub fn user_end(&self) -> u64 {
        user_end(self.machine.spec())
    }

    /// The end of the lowest addresses, which programs cannot map, so that null pointers fault. Returns 0 on
    /// machines with small address spaces.
    pub fn forbidden_end(&self) -> u64 {
        if self.is_roomy() {
            self.lowest_hint()
        } else {
            0
        }
    }

    /// The lowest valid hint (`vm.mmap_min_addr`): 64 KB on machines with large address spaces, or else one
    /// page. As on Linux, only `MAP_FIXED` can map the page at address 0 (`vm.mmap_min_addr`).
    pub(super) fn lowest_hint(&self) -> u64 {
        let lowest: u64 = if self.is_roomy() { 0x1_0000 } else { 1 };
        lowest.next_multiple_of(self.page_size())
    }

    /// Checks that an edit leaves at most [`MOST_AREAS`] areas, or reduces their number.
    ///
    /// # Errors
    /// ENOMEM.
    pub(super) fn room_for(&self, pid: Pid, edit: impl FnOnce(&mut VmaMap)) -> Result<(), Errno> {
        let Some(process) = self.process(pid) else {
            return Ok(());
        };
        let before = process.space.areas.count();
        // An edit changes at most two ranges and adds at most two areas for each.
        if before + 4 <= MOST_AREAS {
            return Ok(());
        }
        let mut areas = process.space.areas.clone();
        edit(&mut areas);
        let after = areas.count();
        if after > MOST_AREAS && after > before {
            Err(Errno::ENOMEM)
        } else {
            Ok(())
        }
    }

    /// Edits a process's areas and counts the users of their backings.
    fn edit_areas(&mut self, pid: Pid, edit: impl FnOnce(&mut VmaMap) -> VmaEdit) {
        let Some(process) = self.process_mut(pid) else {
            return;
        };
        let VmaEdit { before, after } = edit(&mut process.space.areas);
        self.work += work::AREA * (before.len() + after.len()) as u64;
        // Count the new areas first, so that a backing still in use is not freed.
        for area in after {
            self.locks |= area.locked;
            self.count_users(area.backing, 1);
        }
        for area in before {
            self.count_users(area.backing, -1);
        }
    }

    /// Performs `mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)` and returns the
    /// address.
    ///
    /// # Errors
    /// Returns ENOMEM if no hole is large enough, or EINVAL if `len` is 0.
    pub(super) fn map_private(&mut self, pid: Pid, len: u64) -> Result<u64, Errno> {
        if len == 0 {
            return Err(Errno::EINVAL);
        }
        let len = self.whole_pages(len).ok_or(Errno::ENOMEM)?;
        let start = self.find_hole(pid, len).ok_or(Errno::ENOMEM)?;
        let area = Vma::new(start..start + len, Prot::RW, false, Backing::Anonymous);
        self.room_for(pid, |areas| drop(areas.insert(area)))?;
        self.map_area(pid, area);
        Ok(start)
    }
}

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

impl Kernel {
    /// Updates entries and TLBs after the permissions of areas in a range have changed. An exclusive page
    /// immediately becomes writable if its area is writable.
    pub(super) fn reprotect(&mut self, pid: Pid, range: Range<u64>) {
        let Some(process) = self.process(pid) else {
            return;
        };
        let areas = process.space.areas.within(range);
        self.work += areas.len() as u64;
        for area in areas {
            for (vpn, place) in self.pages_in(pid, self.shape.vpns(&(area.start..area.end))) {
                self.work += 1;
                self.set_area_permissions(pid, vpn, &area, place);
            }
        }
    }

    /// Sets the permissions of an entry according to its area and the state of its page.
    pub(super) fn set_area_permissions(
        &mut self,
        pid: Pid,
        vpn: u64,
        area: &Vma,
        place: PageLocation,
    ) {
        let writable = match place {
            PageLocation::Frame(frame) => area.prot.write && self.may_store(pid, vpn, area, frame),
            PageLocation::Zero => false,
            PageLocation::Swap(_) => return,
        };
        self.set_permissions(pid, vpn, flags_of(area.prot, writable));
    }

    /// Whether a store to a page in a frame can proceed without a fault. The page must be exclusive to the
    /// process, or shared and known to be dirty.
    fn may_store(&self, pid: Pid, vpn: u64, area: &Vma, frame: FrameNo) -> bool {
        let held = self.frames.get(frame);
        match held.contents {
            FrameContents::Object { .. } => true,
            FrameContents::Anonymous => {
                held.refs == 1
                    && !held.maybe_shared
                    && !held.slot.is_some_and(|slot| self.swap.holds_pages(slot))
            }
            FrameContents::File { .. } if area.shared && self.shape.dirty => {
                self.pte(pid, vpn).is_some_and(|pte| pte.flags.has(Bit::D))
            }
            FrameContents::File { .. } => area.shared && held.dirty,
            FrameContents::Merged | FrameContents::Free => false,
        }
    }
}

impl Kernel {
    /// Moves the break, as `brk(2)` does. The heap area always ends on a page boundary. One page stays free
    /// between the heap and the next area.
    ///
    /// # Errors
    /// Returns ENOMEM and leaves the break unchanged if the new break would be below the heap's start, above
    /// the user address space, or in another area. Also returns ENOMEM if the break would decrease and no
    /// area overlaps the pages between the new break and the old one.
    pub(super) fn move_break(&mut self, pid: Pid, to: u64) -> Result<(), Errno> {
        let Some(process) = self.process(pid) else {
            return Err(Errno::ENOMEM);
        };
        let space = &process.space;
        let (old, new) = (self.whole_pages(space.brk), self.whole_pages(to));
        let (Some(old), Some(new)) = (old, new) else {
            return Err(Errno::ENOMEM);
        };
        if to < space.brk_start {
            return Err(Errno::ENOMEM);
        }
        if new < old {
            if space.areas.is_free(new..old) {
                return Err(Errno::ENOMEM);
            }
            self.room_for(pid, |areas| drop(areas.remove(new..old)))?;
            self.unmap_range(pid, new..old);
        } else if new > old {
            let beyond = new.checked_add(self.page_size()).ok_or(Errno::ENOMEM)?;
            if new > self.user_end() || !self.is_vacant(pid, old..beyond) {
                return Err(Errno::ENOMEM);
            }
            // No check of physical memory, because untouched pages cost nothing.
            let area = Vma {
                heap: true,
                ..Vma::new(old..new, Prot::RW, false, Backing::Anonymous)
            };
            self.room_for(pid, |areas| drop(areas.insert(area)))?;
            // The heap extends the area below the break only if that area is part of the heap.
            let first = old == space.brk_start;
            self.edit_areas(pid, |areas| {
                if first {
                    areas.insert_apart(area)
                } else {
                    areas.insert(area)
                }
            });
        }
        if let Some(process) = self.process_mut(pid) {
            process.space.brk = to;
        }
        Ok(())
    }
}
