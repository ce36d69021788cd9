//! Areas put into and taken out of a process: what `mmap`, `execve` and declarations share.

use std::cell::Cell;
use std::ops::Range;

use super::abi::Errno;
use super::area::Area;
use super::areas::{Areas, Edit};
use super::ids::Pid;
use super::kernel::Kernel;

/// The most areas a process may have (`vm.max_map_count`).
pub const MOST_AREAS: usize = 65_530;

impl Kernel {
    /// Puts an area where nothing is; neighbours that agree merge.
    pub(in crate::kernel) fn map_area(&mut self, pid: Pid, area: Area) {
        self.edit_areas(pid, |areas| areas.insert(area));
    }

    /// Takes away what areas there are in a range, and their pages.
    pub(in crate::kernel) fn unmap_range(&mut self, pid: Pid, range: Range<u64>) {
        // A backing may go with its last area, so its pages leave first.
        self.zap(pid, range.clone());
        self.edit_areas(pid, |areas| areas.remove(range));
    }

    /// Changes every area in a range (splitting at its ends, merging afterwards). Entries follow where permissions do.
    pub(in crate::kernel) fn change_areas(
        &mut self,
        pid: Pid,
        range: Range<u64>,
        change: &dyn Fn(&mut Area),
    ) {
        let protected = Cell::new(false);
        let watched = |area: &mut Area| {
            let before = area.prot;
            change(area);
            protected.set(protected.get() || area.prot != before);
        };
        self.edit_areas(pid, |areas| areas.change(range.clone(), &watched));
        if protected.get() {
            self.reprotect(pid, range);
        }
    }

    /// The highest hole of `len` bytes (whole pages) below `mmap-base`, at its top. The page of NULL is left alone.
    pub(in crate::kernel) fn find_hole(&self, pid: Pid, len: u64) -> Option<u64> {
        self.process(pid)?.space.areas.highest_hole(len, self.page_size(), self.config.mmap_base)
    }

    /// Bytes of a page.
    pub(in crate::kernel) fn page_size(&self) -> u64 {
        1 << self.machine.spec().page_bits()
    }

    /// The byte after the last that a process may map (`TASK_SIZE`): a page below half of the address space on machines
    /// of 48 bits and more, whose upper half is the kernel's; else all of it.
    pub(in crate::kernel) fn user_end(&self) -> u64 {
        match self.machine.spec().virtual_bits() {
            bits @ 48.. => (1 << (bits - 1)) - self.page_size(),
            bits => 1 << bits,
        }
    }

    /// Edits the areas of a process and counts the users of what stands behind them.
    fn edit_areas(&mut self, pid: Pid, edit: impl FnOnce(&mut Areas) -> Edit) {
        let Some(process) = self.process_mut(pid) else { return };
        let Edit { before, after } = edit(&mut process.space.areas);
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

    /// Moves the break, as `brk(2)` does: the heap's area follows in whole pages.
    ///
    /// # Errors
    /// ENOMEM, with the break where it was.
    pub(in crate::kernel) fn move_break(&mut self, _pid: Pid, _to: u64) -> Result<(), Errno> {
        todo!()
    }

    /// `mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)`: its address.
    ///
    /// # Errors
    /// As `mmap(2)`.
    pub(in crate::kernel) fn map_private(&mut self, _pid: Pid, _len: u64) -> Result<u64, Errno> {
        todo!()
    }
}
