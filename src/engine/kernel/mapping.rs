//! Areas put into and taken out of a process: what `mmap`, `execve` and declarations share.

use std::cell::Cell;
use std::ops::Range;

use super::abi::Errno;
use super::ids::Pid;
use super::state::Kernel;
use super::vma::{Backing, Prot, Vma};
use super::vma_map::{VmaEdit, VmaMap};

/// The most areas a process may have (`vm.max_map_count`).
pub(crate) const MOST_AREAS: usize = 65_530;

impl Kernel {
    /// Puts an area where nothing is; neighbours that agree merge.
    pub(super) fn map_area(&mut self, pid: Pid, area: Vma) {
        self.edit_areas(pid, |areas| areas.insert(area));
    }

    /// Takes away what areas there are in a range, and their pages.
    pub(super) fn unmap_range(&mut self, pid: Pid, range: Range<u64>) {
        // A backing may go with its last area, so its pages leave first.
        self.unmap_pages(pid, range.clone());
        self.edit_areas(pid, |areas| areas.remove(range));
    }

    /// Changes every area in a range (splitting at its ends, merging afterwards). Entries follow where permissions do.
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

    /// The highest hole of `len` bytes (whole pages) below `mmap-base`, at its top. The page of NULL is left alone, and so
    /// are the pages below a stack.
    pub(super) fn find_hole(&self, pid: Pid, len: u64) -> Option<u64> {
        let areas = &self.process(pid)?.space.areas;
        let mut limit = self.config.mmap_base.min(self.user_end());
        loop {
            let at = areas.highest_hole(len, self.page_size(), limit)?;
            match areas.at_or_above(at + len).map(|above| self.kept_free_below(above)) {
                Some(start) if start < at + len => limit = start,
                _ => return Some(at),
            }
        }
    }

    /// Nothing is in a range that `mmap` would have to push aside, a stack's guard gap included.
    pub(super) fn is_vacant(&self, pid: Pid, range: Range<u64>) -> bool {
        let areas = self.process(pid).map(|process| &process.space.areas);
        let above = areas.and_then(|areas| areas.at_or_above(range.start));
        above.is_none_or(|area| self.kept_free_below(area) >= range.end)
    }

    /// The first byte that an area keeps for itself: its own, or that of a stack's guard gap.
    fn kept_free_below(&self, area: &Vma) -> u64 {
        area.start.saturating_sub(if area.stack { self.guard_gap() } else { 0 })
    }

    /// A stack that grows down to `start` stays clear of what lies below it, unless that is a stack too or forbids
    /// everything.
    pub(super) fn leaves_guard_gap(&self, pid: Pid, start: u64) -> bool {
        let areas = self.process(pid).map(|process| &process.space.areas);
        let below = areas.and_then(|areas| areas.below(start));
        below.is_none_or(|area| area.stack || area.prot.is_none() || start - area.end >= self.guard_gap())
    }

    /// Bytes that stay free below a stack (`stack_guard_gap`): 256 pages on machines that have room for such.
    fn guard_gap(&self) -> u64 {
        if self.is_roomy() { 256 * self.page_size() } else { 0 }
    }

    /// The address space is as large as Linux's: 47 bits or more.
    fn is_roomy(&self) -> bool {
        self.machine.spec().virtual_bits() >= 47
    }

    pub(super) fn page_size(&self) -> u64 {
        self.shape.page()
    }

    /// Bytes rounded up to whole pages; none if they are too many to be counted.
    pub(super) fn whole_pages(&self, bytes: u64) -> Option<u64> {
        bytes.checked_next_multiple_of(self.page_size())
    }

    /// The byte after the last that a process may map (`TASK_SIZE`): a page below half of the address space on machines
    /// of 48 bits and more, whose upper half is the kernel's; else all of it.
    pub fn user_end(&self) -> u64 {
        match self.machine.spec().virtual_bits() {
            bits @ 48.. => (1 << (bits - 1)) - self.page_size(),
            bits => 1 << bits,
        }
    }

    /// The lowest address that a hint is taken for (`vm.mmap_min_addr`): 64 KB on machines with room, else a page.
    pub(super) fn lowest_hint(&self) -> u64 {
        let lowest: u64 = if self.is_roomy() { 0x1_0000 } else { 1 };
        lowest.next_multiple_of(self.page_size())
    }

    /// The process may have the areas that an edit leaves: no more than [`MOST_AREAS`], unless there are fewer than before.
    ///
    /// # Errors
    /// ENOMEM.
    pub(super) fn room_for(&self, pid: Pid, edit: impl FnOnce(&mut VmaMap)) -> Result<(), Errno> {
        let Some(process) = self.process(pid) else { return Ok(()) };
        let before = process.space.areas.count();
        // No edit leaves more than two areas more for each range it is about, of which there are two at most.
        if before + 4 <= MOST_AREAS {
            return Ok(());
        }
        let mut areas = process.space.areas.clone();
        edit(&mut areas);
        let after = areas.count();
        if after > MOST_AREAS && after > before { Err(Errno::ENOMEM) } else { Ok(()) }
    }

    /// Edits the areas of a process and counts the users of what stands behind them.
    fn edit_areas(&mut self, pid: Pid, edit: impl FnOnce(&mut VmaMap) -> VmaEdit) {
        let Some(process) = self.process_mut(pid) else { return };
        let VmaEdit { before, after } = edit(&mut process.space.areas);
        self.work += (before.len() + after.len()) as u64;
        // The new ones first, so that nothing goes that is used again at once.
        for area in after {
            self.locks |= area.locked;
            self.count_users(area.backing, 1);
        }
        for area in before {
            self.count_users(area.backing, -1);
        }
    }

    /// `mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)`: its address.
    ///
    /// # Errors
    /// ENOMEM if there is no hole, EINVAL if no byte is asked for.
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
