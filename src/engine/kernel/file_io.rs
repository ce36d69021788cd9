//! Performs `read`, `write`, and `ftruncate` on files whose pages may be on disk or in frames.

use super::event::{BackingStore, KernelObserver, KernelStep};
use super::ids::{FileId, FrameNo, Pid};
use super::state::Kernel;
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
