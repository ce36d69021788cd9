//! Adds and removes areas of a process for `mmap`, `execve`, and declarations.

use std::cell::Cell;
use std::ops::Range;

use super::abi::Errno;
use super::ids::Pid;
use super::state::Kernel;
use super::vma::{AnonVma, Backing, Prot, Vma};
use super::vma_map::{VmaEdit, VmaMap};
use super::work;

/// The maximum number of areas of a process: Linux's default of `vm.max_map_count`.
pub(crate) const MOST_AREAS: usize = 65_530;

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

    /// Size in bytes of the guard gap below a stack (`stack_guard_gap`): 256 pages on machines with large
    /// address spaces, or else 0.
    fn guard_gap(&self) -> u64 {
        if self.is_roomy() {
            256 * self.page_size()
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

    /// The address after the last byte that a process may map (`TASK_SIZE`). If virtual addresses have at
    /// least 48 bits, `TASK_SIZE` is one page below the middle of the address space, because the kernel uses
    /// the upper half. On smaller machines, `TASK_SIZE` is the end of the address space.
    pub fn user_end(&self) -> u64 {
        match self.machine.spec().virtual_bits() {
            bits @ 48.. => (1 << (bits - 1)) - self.page_size(),
            bits => 1 << bits,
        }
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
    pub(super) fn edit_areas(&mut self, pid: Pid, edit: impl FnOnce(&mut VmaMap) -> VmaEdit) {
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
