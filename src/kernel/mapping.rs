//! Areas put into and taken out of a process: what `mmap`, `execve` and declarations share.

use std::ops::Range;

use super::abi::Errno;
use super::area::Area;
use super::ids::Pid;
use super::kernel::Kernel;

impl Kernel {
    /// Puts an area where nothing is; neighbours that agree merge.
    pub(in crate::kernel) fn map_area(&mut self, _pid: Pid, _area: Area) {
        todo!()
    }

    /// Takes away what areas there are in a range, and their pages.
    pub(in crate::kernel) fn unmap_range(&mut self, _pid: Pid, _range: Range<u64>) {
        todo!()
    }

    /// Changes every area in a range (splitting at its ends, merging afterwards).
    pub(in crate::kernel) fn change_areas(
        &mut self,
        _pid: Pid,
        _range: Range<u64>,
        _change: &dyn Fn(&mut Area),
    ) {
        todo!()
    }

    /// The highest hole of `len` bytes (whole pages) below `mmap-base`, at its top.
    pub(in crate::kernel) fn find_hole(&self, _pid: Pid, _len: u64) -> Option<u64> {
        todo!()
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
