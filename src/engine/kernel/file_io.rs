//! Performs `read`, `write`, and `ftruncate` on files whose pages may be on disk or in frames.

use std::sync::Arc;

use super::abi::Errno;
use super::event::{BackingStore, KernelObserver, KernelStep};
use super::ids::{FileId, FrameNo, OpenId, Pid};
use super::process::Descriptor;
use super::state::{Kernel, OpenFile};
use super::vma::{Backing, Vma};

impl Kernel {
    /// Splits `len` bytes of a file, starting at `offset`, at page boundaries. Each part consists of a page
    /// number, an offset in the page, an offset in the bytes, and a length.
    fn parts(
        &self,
        offset: u64,
        len: usize,
    ) -> impl Iterator<Item = (u64, usize, usize, usize)> + use<> {
        let page = self.shape.page();
        let mut done = 0;
        std::iter::from_fn(move || {
            let at = offset.checked_add(done as u64)?;
            let within = (at % page) as usize;
            let size = (page as usize - within).min(len - done);
            let part = (at / page, within, done, size);
            done += size;
            (size > 0).then_some(part)
        })
    }

    /// Reads bytes of a file as `read(2)` does, but without changing the state. Returns the number of bytes
    /// read, which is smaller than requested at the end of the file.
    pub fn file_peek(&self, file: FileId, offset: u64, out: &mut [u8]) -> usize {
        let Some(held) = self.files.all.get(&file) else {
            return 0;
        };
        let len = usize::try_from(held.size.saturating_sub(offset))
            .unwrap_or(usize::MAX)
            .min(out.len());
        for (page, within, from, size) in self.parts(offset, len) {
            let out = &mut out[from..from + size];
            match held.mapped.get(&page) {
                Some(frame) => self.read_frame(*frame, within, out),
                None => held.read_disk(offset + from as u64, out, self.shape.page_bits),
            }
        }
        len
    }

    /// Reads bytes of a frame, starting at offset `at`.
    pub(super) fn read_frame(&self, frame: FrameNo, at: usize, out: &mut [u8]) {
        let first = self.machine.page_of(self.ppn(frame)).raw();
        if let Ok(pa) = self.machine.pa(first + at as u64) {
            self.machine.read_bytes(pa, out);
        }
    }

    /// Writes bytes to a frame, starting at offset `at`.
    pub(super) fn write_frame(&mut self, frame: FrameNo, at: usize, bytes: &[u8]) {
        let first = self.machine.page_of(self.ppn(frame)).raw();
        if let Ok(pa) = self.machine.pa(first + at as u64) {
            self.machine.write_bytes(pa, bytes);
        }
        self.mark_stored(frame);
    }

    /// Records that the page in a frame has been stored to without an entry that maps the frame.
    pub(super) fn mark_stored(&mut self, frame: FrameNo) {
        self.frames.change(frame).dirty = true;
        self.frames.pool.note_dirty(frame.0, true);
        self.free_stale_slot(frame);
    }

    /// Reads bytes of a file as `read(2)` does and leaves the pages in the page cache. Returns the number of
    /// bytes read.
    pub(super) fn file_read(&mut self, file: FileId, offset: u64, out: &mut [u8]) -> usize {
        let len = self.file_peek(file, offset, out);
        for (page, ..) in self.parts(offset, len) {
            self.use_page(file, page);
        }
        len
    }

    /// Records that the kernel uses a page of a file. Also adds the page to the page cache. Returns the
    /// page's frame if the page is mapped.
    fn use_page(&mut self, file: FileId, page: u64) -> Option<FrameNo> {
        self.work += 1;
        self.cache_page(file, page);
        let frame = *self.files.all.get(&file)?.mapped.get(&page)?;
        self.frames.pool.touch(frame.0);
        Some(frame)
    }

    /// Writes bytes to a file as `write(2)` does. The kernel writes the data for a mapped page to the page's
    /// frame. The file grows as needed.
    pub(super) fn file_write(&mut self, file: FileId, offset: u64, bytes: &[u8]) {
        let Some(end) = offset.checked_add(bytes.len() as u64) else {
            return;
        };
        let Some(held) = self.files.all.get(&file).filter(|_| !bytes.is_empty()) else {
            return;
        };
        if end > held.size {
            self.file_resize(file, end);
        }
        let bits = self.shape.page_bits;
        for (page, within, from, size) in self.parts(offset, bytes.len()) {
            let part = &bytes[from..from + size];
            if let Some(frame) = self.use_page(file, page) {
                self.write_frame(frame, within, part);
            } else if let Some(held) = self.file_mut(file) {
                held.write_disk(page, within, part, bits);
                self.journal.on_step(KernelStep::DiskWritten {
                    to: BackingStore::File { file, page },
                });
            }
        }
    }

    /// Changes a file's size. Unmaps whole pages past the end, including private copies, from every process.
    /// Fills the rest of the last page with zeros.
    pub(super) fn file_truncate(&mut self, file: FileId, size: u64) {
        let Some(held) = self.files.all.get(&file) else {
            return;
        };
        if size < held.size {
            let beyond = self.shape.pages_of(size);
            for (pid, area) in self.mappings_of(file) {
                self.unmap_beyond(pid, &area, beyond);
            }
        }
        self.file_resize(file, size);
    }

    /// Changes a file's size, after the caller has unmapped all pages past the new end. If the file shrinks,
    /// the rest of its last page becomes zeros.
    fn file_resize(&mut self, file: FileId, size: u64) {
        let bits = self.shape.page_bits;
        let Some(held) = self.file_mut(file) else {
            return;
        };
        let keep = size.min(held.size);
        held.resize(size, bits);
        let (page, within) = (keep >> bits, (keep & ((1 << bits) - 1)) as usize);
        if let Some(frame) = held.mapped.get(&page).copied().filter(|_| within > 0) {
            let dirty = self.frames.get(frame).dirty;
            self.write_frame(frame, within, &vec![0; (1 << bits) - within]);
            self.frames.change(frame).dirty = dirty;
        }
    }

    /// The areas of any process that map the given file.
    fn mappings_of(&mut self, file: FileId) -> Vec<(Pid, Vma)> {
        let is_of =
            |area: &Vma| matches!(area.backing, Backing::File { file: of, .. } if of == file);
        let mut found = Vec::new();
        for process in self.processes.values() {
            self.work += process.space.areas.count() as u64;
            let areas = process.space.areas.iter().filter(|area| is_of(area));
            found.extend(areas.map(|area| (process.pid, *area)));
        }
        found
    }

    /// Unmaps an area's pages from page `beyond` of the file onward.
    fn unmap_beyond(&mut self, pid: Pid, area: &Vma, beyond: u64) {
        let first = self.shape.vpn(area.offset_of(area.start).unwrap_or(0));
        let start = self
            .shape
            .vpn(area.start)
            .saturating_add(beyond.saturating_sub(first));
        self.unmap_vpns(pid, start..self.shape.vpn(area.end));
    }
}

/// The maximum number of descriptors of a process (`RLIMIT_NOFILE`).
const MOST_DESCRIPTORS: u32 = 1024;

impl Kernel {
    /// The open file description of a descriptor.
    ///
    /// # Errors
    /// Returns EBADF if the descriptor is not open.
    pub(super) fn descriptor(&self, pid: Pid, fd: i32) -> Result<(OpenId, OpenFile), Errno> {
        let number = u32::try_from(fd).map_err(|_| Errno::EBADF)?;
        let held = self
            .process(pid)
            .and_then(|process| process.descriptors.get(&number));
        let id = held.ok_or(Errno::EBADF)?.open;
        self.opens
            .get(&id)
            .map(|open| (id, *open))
            .ok_or(Errno::EBADF)
    }

    /// The lowest unused descriptor of a process.
    ///
    /// # Errors
    /// Returns EMFILE if the process has the maximum number of descriptors.
    pub(super) fn free_descriptor(&mut self, pid: Pid) -> Result<u32, Errno> {
        let taken = self
            .process(pid)
            .into_iter()
            .flat_map(|process| process.descriptors.keys());
        let free = (0..)
            .zip(taken)
            .find(|(number, fd)| number != *fd)
            .map(|(number, _)| number);
        let count = self
            .process(pid)
            .map_or(0, |process| process.descriptors.len());
        let number = free.unwrap_or(count as u32);
        self.work += u64::from(number) / 16;
        if number < MOST_DESCRIPTORS {
            Ok(number)
        } else {
            Err(Errno::EMFILE)
        }
    }

    /// Opens a file or the terminal with an unused descriptor.
    pub(super) fn install(&mut self, pid: Pid, fd: u32, open: OpenFile, close_on_exec: bool) {
        let id = OpenId(self.opens.get_max().map_or(0, |(last, _)| last.0 + 1));
        let serial = self.new_serial();
        self.opens.insert(
            id,
            OpenFile {
                users: 1,
                serial,
                ..open
            },
        );
        if let Some(file) = open.file {
            self.count_users(of_file(file), 1);
        }
        if let Some(process) = self.process_mut(pid) {
            process.descriptors.insert(
                fd,
                Descriptor {
                    open: id,
                    close_on_exec,
                    is_error: false,
                },
            );
        }
    }

    /// A number that the kernel has not used before.
    pub(super) fn new_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// Opens the terminal as standard input, output, and error. The three descriptors share one open file
    /// description, as after a login.
    pub(super) fn open_terminal(&mut self, pid: Pid) {
        let open = OpenFile {
            file: None,
            offset: 0,
            read: true,
            write: true,
            append: false,
            users: 1,
            serial: 0,
        };
        self.install(pid, 0, open, false);
        for fd in 1..=2 {
            // Duplicating cannot fail, because descriptor 0 has just been opened.
            let _ = self.duplicate(pid, 0, Some(fd));
        }
        if let Some(process) = self.process_mut(pid)
            && let Some(error) = process.descriptors.get_mut(&2)
        {
            error.is_error = true;
        }
    }

    /// Whether a descriptor is standard error or a copy of it.
    pub(crate) fn is_standard_error(&self, pid: Pid, fd: i32) -> bool {
        let process = self.process(pid);
        process.is_some_and(|process| {
            let descriptor = process.descriptors.get(&fd.cast_unsigned());
            descriptor.is_some_and(|descriptor| descriptor.is_error)
        })
    }

    /// Lets a descriptor refer to the open file description of another one: the descriptor `new`, which is closed
    /// first, or else the lowest unused one. Returns it.
    ///
    /// # Errors
    /// Returns EBADF if `fd` is not open or no descriptor can be `new`, or EMFILE if the process has the maximum number.
    pub(super) fn duplicate(&mut self, pid: Pid, fd: i32, new: Option<i32>) -> Result<u64, Errno> {
        let (id, _) = self.descriptor(pid, fd)?;
        let number = match new {
            Some(new) => u32::try_from(new)
                .ok()
                .filter(|new| *new < MOST_DESCRIPTORS),
            None => Some(self.free_descriptor(pid)?),
        };
        let number = number.ok_or(Errno::EBADF)?;
        if new != Some(fd) {
            // A descriptor that is not open needs no closing.
            let _ = self.close_descriptor(pid, number as i32);
            self.count_descriptor(id);
            let copy = Descriptor {
                open: id,
                close_on_exec: false,
                is_error: self.is_standard_error(pid, fd),
            };
            if let Some(process) = self.process_mut(pid) {
                process.descriptors.insert(number, copy);
            }
        }
        Ok(number.into())
    }

    /// Counts an additional descriptor for an open file description.
    fn count_descriptor(&mut self, id: OpenId) {
        if let Some(open) = self.opens.get_mut(&id) {
            open.users += 1;
        }
    }

    /// Counts the descriptors that a child inherits from its parent.
    pub(super) fn share_descriptors(&mut self, child: Pid) {
        for id in self.open_ids(child, |_| true).into_iter().map(|(_, id)| id) {
            self.count_descriptor(id);
        }
    }

    /// The process's descriptors that satisfy the predicate `of`.
    fn open_ids(&mut self, pid: Pid, of: fn(&Descriptor) -> bool) -> Vec<(u32, OpenId)> {
        let all = self
            .process(pid)
            .into_iter()
            .flat_map(|process| process.descriptors.iter());
        let found: Vec<_> = all
            .filter(|(_, held)| of(held))
            .map(|(fd, held)| (*fd, held.open))
            .collect();
        self.work += found.len() as u64;
        found
    }

    /// Closes a descriptor. Closing the last descriptor frees the open file description.
    ///
    /// # Errors
    /// Returns EBADF if the descriptor is not open.
    pub(super) fn close_descriptor(&mut self, pid: Pid, fd: i32) -> Result<(), Errno> {
        let (id, open) = self.descriptor(pid, fd)?;
        if let Some(process) = self.process_mut(pid) {
            process.descriptors.remove(&fd.unsigned_abs());
        }
        if open.users > 1 {
            self.opens.insert(
                id,
                OpenFile {
                    users: open.users - 1,
                    ..open
                },
            );
            return Ok(());
        }
        self.opens.remove(&id);
        if let Some(file) = open.file {
            self.count_users(of_file(file), -1);
            self.forget_file(file);
        }
        Ok(())
    }

    /// Closes all descriptors, or only those that `execve` closes.
    pub(super) fn close_descriptors(&mut self, pid: Pid, on_exec: bool) {
        let of: fn(&Descriptor) -> bool = if on_exec {
            |held| held.close_on_exec
        } else {
            |_| true
        };
        for (fd, _) in self.open_ids(pid, of) {
            // Closing cannot fail, because the descriptor has just been listed.
            let _ = self.close_descriptor(pid, fd as i32);
        }
    }

    /// The open file description of a descriptor.
    pub fn open_of(&self, pid: Pid, descriptor: u32) -> Option<OpenFile> {
        let open = self.process(pid)?.descriptors.get(&descriptor)?.open;
        self.opens.get(&open).copied()
    }

    /// The name and size of a file.
    pub fn name_and_size(&self, file: FileId) -> Option<(Arc<str>, u64)> {
        self.files
            .all
            .get(&file)
            .map(|file| (file.name.clone(), file.size))
    }
}

/// A backing that refers to an open file, for counting the file's users.
fn of_file(file: FileId) -> Backing {
    Backing::File {
        file,
        offset: 0,
        writable: false,
        opened: 0,
    }
}
