//! What the other parts of the kernel ask of paging.

use std::ops::Range;

use crate::machine::event::Kind;

use super::area::Backing;
use super::event::Watch;
use super::ids::{FileId, ObjectId, Pid};
use super::kernel::{Kernel, OutOfMemory};
use super::process::AddressSpace;

impl Kernel {
    /// An address space with a root table and nothing in it.
    ///
    /// # Errors
    /// If there is no room for the table.
    pub(in crate::kernel) fn new_space(&mut self) -> Result<AddressSpace, OutOfMemory> {
        todo!()
    }

    /// Gives back everything of a process's address space: pages, tables (the root too), areas; it is empty and has no
    /// root afterwards. TLBs hold nothing of it any more.
    pub(in crate::kernel) fn drop_space(&mut self, _pid: Pid) {
        todo!()
    }

    /// The pages of a range leave a process: entries are cleared, TLBs told, frames and slots given back, tables with
    /// nothing left in them too. Areas are not looked at. Costs what is there, not the range.
    pub(in crate::kernel) fn zap(&mut self, _pid: Pid, _range: Range<u64>) {
        todo!()
    }

    /// The permissions of the areas in a range have changed: entries and TLBs follow. A page of the process's own becomes
    /// writable at once where its area is.
    pub(in crate::kernel) fn reprotect(&mut self, _pid: Pid, _range: Range<u64>) {
        todo!()
    }

    /// Pages move with their area to another address (`mremap`); nothing is mapped there.
    ///
    /// # Errors
    /// If a table for the new place cannot be had; nothing has moved then.
    pub(in crate::kernel) fn move_pages(
        &mut self,
        _pid: Pid,
        _from: Range<u64>,
        _to: u64,
    ) -> Result<(), OutOfMemory> {
        todo!()
    }

    /// Touches every page of a range that is not there yet (`MAP_POPULATE`, `mlock`), as a store where the area is private
    /// and writable, else as a load; stops quietly at what cannot be touched. Counts faults.
    ///
    /// # Errors
    /// If memory runs out.
    pub(in crate::kernel) fn populate(
        &mut self,
        _pid: Pid,
        _range: Range<u64>,
        _watch: &mut dyn Watch,
    ) -> Result<(), OutOfMemory> {
        todo!()
    }

    /// Copies bytes of a process to the kernel as a system call does: faults are handled and counted. Answers how many could
    /// be copied before the first that faults for good; no signal is sent.
    ///
    /// # Errors
    /// If memory runs out.
    pub(in crate::kernel) fn copy_in(
        &mut self,
        _pid: Pid,
        _va: u64,
        _out: &mut [u8],
        _watch: &mut dyn Watch,
    ) -> Result<usize, OutOfMemory> {
        todo!()
    }

    /// Copies bytes to a process, as [`Kernel::copy_in`].
    ///
    /// # Errors
    /// If memory runs out.
    pub(in crate::kernel) fn copy_out(
        &mut self,
        _pid: Pid,
        _va: u64,
        _bytes: &[u8],
        _watch: &mut dyn Watch,
    ) -> Result<usize, OutOfMemory> {
        todo!()
    }

    /// The child's address space: areas are copied; private pages with frames of their own are read-only in both from now
    /// on; pages of shared areas, and pages of file and zero frames that can fault again, are left absent (what Linux does).
    ///
    /// # Errors
    /// If there is no room for its tables; nothing has changed then.
    pub(in crate::kernel) fn fork_space(
        &mut self,
        _parent: Pid,
        _child: Pid,
    ) -> Result<AddressSpace, OutOfMemory> {
        todo!()
    }

    /// Areas or descriptors that refer to a backing, more or fewer. With the last one an object goes.
    pub(in crate::kernel) fn count_users(&mut self, _backing: Backing, _change: i64) {
        todo!()
    }

    /// A new shared anonymous object of so many bytes.
    pub(in crate::kernel) fn new_object(&mut self, _size: u64) -> ObjectId {
        todo!()
    }

    /// Writes bytes to a file as `write(2)` does: where a page is mapped, into its frame. The file grows as needed.
    pub(in crate::kernel) fn file_write(&mut self, _file: FileId, _offset: u64, _bytes: &[u8]) {
        todo!()
    }

    /// Reads bytes of a file as `read(2)` does, and leaves its pages in the page cache. Answers how many there were.
    pub(in crate::kernel) fn file_read(&mut self, _file: FileId, _offset: u64, _out: &mut [u8]) -> usize {
        todo!()
    }

    /// Changes a file's size: pages wholly beyond the end leave every process, private copies too; what is left of the last
    /// page reads zeros.
    pub(in crate::kernel) fn file_truncate(&mut self, _file: FileId, _size: u64) {
        todo!()
    }

    /// Writes the dirty pages of a file that stand in `pages` to it.
    pub(in crate::kernel) fn file_sync(&mut self, _file: FileId, _pages: Range<u64>) {
        todo!()
    }

    /// Handles a fault of a process at an address: true if the access may be done again, false if it is fatal (no signal
    /// is counted or sent here).
    ///
    /// # Errors
    /// If memory runs out.
    pub(in crate::kernel) fn handle(
        &mut self,
        _pid: Pid,
        _va: u64,
        _kind: Kind,
        _watch: &mut dyn Watch,
    ) -> Result<Result<(), super::event::Class>, OutOfMemory> {
        todo!()
    }
}
