//! Loads the memory of a program that is not an [`super::file::Executable`], as `execve` does, without faults.

use std::sync::Arc;

use super::file::Fill;
use super::heap::Heap;
use super::ids::{FileId, Pid};
use super::state::{Kernel, OutOfMemory};

impl Kernel {
    /// Returns a file with these bytes, all in the page cache, because a program has just been written when it
    /// starts. A name that another file has gets an underscore.
    pub(crate) fn program_file(&mut self, name: &str, bytes: Arc<[u8]>) -> FileId {
        let mut name = name.to_owned();
        while let Some(file) = self.file_named(&name) {
            let mut old = vec![0; bytes.len()];
            if self.file_size(file) == bytes.len() as u64
                && self.file_peek(file, 0, &mut old) == old.len()
                && old == *bytes
            {
                return file;
            }
            name.push('_');
        }
        let size = bytes.len() as u64;
        let file = self.add_file(name.into(), Fill::Bytes(bytes), size);
        self.cache_pages(file, 0..self.shape.pages_of(size));
        file
    }

    /// Moves the start of a heap that has no memory yet.
    pub(crate) fn start_heap_at(&mut self, pid: Pid, start: u64) {
        if let Some(process) = self.process_mut(pid)
            && process.space.brk == process.space.brk_start
            && process.space.heap.blocks.is_empty()
        {
            (process.space.brk_start, process.space.brk) = (start, start);
        }
    }

    /// Stores bytes that a process has when it starts, such as its arguments. Counts no fault. Returns the number
    /// of bytes before the first one that the process cannot store to.
    ///
    /// # Errors
    /// Fails if memory is exhausted.
    pub(crate) fn load_bytes(
        &mut self,
        pid: Pid,
        va: u64,
        bytes: &[u8],
    ) -> Result<usize, OutOfMemory> {
        let before = self.process(pid).map(|process| process.faults);
        let stored =
            self.without_observer(|kernel, watch| kernel.copy_out(pid, va, bytes, watch))?;
        if let (Some(process), Some(before)) = (self.process_mut(pid), before) {
            process.faults = before;
        }
        Ok(stored)
    }

    /// Removes a process's memory and closes the descriptors that `execve` closes.
    pub(crate) fn unload(&mut self, pid: Pid) {
        self.unmap_range(pid, 0..self.user_end());
        let start = self.config.brk_start;
        if let Some(process) = self.process_mut(pid) {
            process.space.heap = Heap::default();
            (process.space.brk_start, process.space.brk) = (start, start);
        }
        self.close_descriptors(pid, true);
    }

    /// The work since the last [`Kernel::take_work`].
    pub(crate) fn work(&self) -> u64 {
        self.work
    }
}
