//! Loads the pages of files for processes, and writes them back.

use std::ops::Range;
use std::sync::Arc;

use crate::machine::pte::{Bit, Pte};

use super::config::FRAME_LIMIT;
use super::event::{BackingStore, FaultClass, KernelObserver, KernelStep, Observer};
use super::fault::{FaultContext, FaultOutcome};
use super::file::File;
use super::frames::FrameContents;
use super::ids::{FileId, FrameNo};
use super::state::{Kernel, OutOfMemory};

impl Kernel {
    pub(super) fn file_mut(&mut self, file: FileId) -> Option<&mut File> {
        self.files.all.get_mut(&file).map(Arc::make_mut)
    }

    /// Resolves a fault on a file page that the process has not mapped. A store to a private area immediately
    /// makes a private copy.
    ///
    /// # Errors
    /// Fails if memory is exhausted.
    pub(super) fn resolve_file(
        &mut self,
        fault: &FaultContext,
        file: FileId,
        watch: Observer<'_>,
    ) -> Result<FaultOutcome, OutOfMemory> {
        let page = self.backing_page(fault);
        let Some(held) = self.files.all.get(&file) else {
            return Ok(FaultOutcome::Fatal(FaultClass::Bus));
        };
        if page >= self.shape.pages_of(held.size) {
            self.map_around(fault, watch);
            return Ok(FaultOutcome::Fatal(FaultClass::Bus));
        }
        let (framed, major) = (
            held.mapped.get(&page).copied(),
            !held.is_cached(page, self.config.warm),
        );
        self.make_path(fault.pid, fault.vpn, watch)?;
        if !fault.area.shared && (fault.write || !self.shape.read_only) {
            self.own_faulting_area(fault);
            let frame = match framed {
                Some(frame) => self.copy_frame(fault, Some(frame), watch)?,
                None => self.copy_from_file(fault, file, page, watch)?,
            };
            self.map_frame(fault, frame, fault.area.prot.write, watch);
            return Ok(FaultOutcome::Resolved {
                class: FaultClass::File,
                major,
            });
        }
        let frame = if let Some(frame) = framed {
            self.report(watch, KernelStep::Shared { frame });
            frame
        } else {
            let frame =
                self.allocate_frame(fault.pid, None, FrameContents::File { file, page }, watch)?;
            self.report(
                watch,
                KernelStep::Filled {
                    frame,
                    from: self.store_of(file, page),
                },
            );
            self.fill_from_file(frame, file, page);
            frame
        };
        self.frames.change(frame).dirty |= fault.write;
        self.map_frame(
            fault,
            frame,
            fault.write || (!self.shape.read_only && fault.area.prot.write),
            watch,
        );
        self.map_around(fault, watch);
        Ok(FaultOutcome::Resolved {
            class: FaultClass::File,
            major,
        })
    }

    /// The location from which the kernel reads a file page.
    fn store_of(&self, file: FileId, page: u64) -> BackingStore {
        let cached = |held: &Arc<File>| held.is_cached(page, self.config.warm);
        if self.files.all.get(&file).is_some_and(cached) {
            BackingStore::PageCache { file, page }
        } else {
            BackingStore::File { file, page }
        }
    }

    /// Allocates a private frame with a copy of a file page that is in no frame. The kernel first reads the
    /// page into the page cache.
    fn copy_from_file(
        &mut self,
        fault: &FaultContext,
        file: FileId,
        page: u64,
        watch: Observer<'_>,
    ) -> Result<FrameNo, OutOfMemory> {
        let to = self.allocate_frame(fault.pid, None, FrameContents::Anonymous, watch)?;
        self.report(
            watch,
            KernelStep::Filled {
                frame: to,
                from: self.store_of(file, page),
            },
        );
        self.read_in(to, file, page);
        self.report(watch, KernelStep::Copied { from: None, to });
        Ok(to)
    }

    /// Fills a frame that will hold a file page.
    pub(super) fn fill_from_file(&mut self, frame: FrameNo, file: FileId, page: u64) {
        self.read_in(frame, file, page);
        if let Some(held) = self.file_mut(file) {
            held.mapped.insert(page, frame);
        }
    }

    /// Reads a file page into a frame and adds it to the page cache.
    fn read_in(&mut self, frame: FrameNo, file: FileId, page: u64) {
        let bits = self.shape.page_bits;
        self.cache_page(file, page);
        let Some(held) = self.files.all.get(&file) else {
            return;
        };
        let mut bytes = vec![0; 1 << bits];
        held.read_disk(page << bits, &mut bytes, bits);
        let to = self.machine.page_of(self.ppn(frame));
        self.machine.write_bytes(to, &bytes);
    }

    /// The pages of a file that are in user frames, in page order.
    pub fn framed_pages(&self, file: FileId) -> impl Iterator<Item = (u64, FrameNo)> + '_ {
        let held = self.files.all.get(&file).into_iter();
        held.flat_map(|held| held.mapped.iter().map(|(page, frame)| (*page, *frame)))
    }

    /// Reads a file page into the page cache unless the page is already there.
    pub(super) fn cache_page(&mut self, file: FileId, page: u64) {
        let warm = self.config.warm;
        let Some(held) = self.files.all.get_mut(&file).map(Arc::make_mut) else {
            return;
        };
        if self.journal.records() && !held.is_cached(page, warm) {
            self.journal.on_step(KernelStep::DiskRead {
                from: BackingStore::File { file, page },
            });
        }
        held.set_cached(page, true, warm);
    }

    /// Reads pages into the page cache up to the end of the file, but at most as many as the frame limit
    /// (`MADV_WILLNEED`).
    pub(super) fn cache_pages(&mut self, file: FileId, pages: Range<u64>) {
        let shape = self.shape;
        let Some(held) = self.files.all.get(&file) else {
            return;
        };
        let end = pages
            .end
            .min(shape.pages_of(held.size))
            .min(pages.start.saturating_add(FRAME_LIMIT));
        for page in pages.start..end {
            self.cache_page(file, page);
        }
        self.work += end.saturating_sub(pages.start);
    }

    pub(super) fn frame_bytes(&self, frame: FrameNo) -> Vec<u8> {
        let mut bytes = vec![0; self.shape.page() as usize];
        self.machine.read_page(self.ppn(frame), &mut bytes);
        bytes
    }

    /// Writes the contents of a frame back to its file page.
    pub(super) fn write_back(&mut self, frame: FrameNo, file: FileId, page: u64) {
        let (bytes, bits) = (self.frame_bytes(frame), self.shape.page_bits);
        if let Some(held) = self.file_mut(file) {
            held.write_disk(page, 0, &bytes, bits);
        }
        self.journal.on_step(KernelStep::DiskWritten {
            to: BackingStore::File { file, page },
        });
        self.frames.pool.note_dirty(frame.0, false);
    }

    /// Removes an unmapped frame from its file. Writes a dirty frame back first.
    pub(super) fn unframe_file_page(&mut self, frame: FrameNo, file: FileId, page: u64) {
        if self.frames.get(frame).dirty {
            self.write_back(frame, file, page);
        }
        if let Some(held) = self.file_mut(file) {
            held.mapped.remove(&page);
        }
    }

    /// Writes back a file's dirty resident pages that are in the range `pages`. The next store to each page
    /// faults and makes it dirty again.
    pub(super) fn file_sync(&mut self, file: FileId, pages: Range<u64>) {
        let Some(held) = self
            .files
            .all
            .get(&file)
            .filter(|_| pages.start < pages.end)
        else {
            return;
        };
        let framed: Vec<_> = held
            .mapped
            .range(pages)
            .map(|(page, frame)| (*page, *frame))
            .collect();
        for (page, frame) in framed {
            self.work += 1;
            if self.is_dirty(frame) {
                self.write_back(frame, file, page);
                self.clean(frame);
            }
        }
    }

    /// Clears the dirty state of a frame and makes all its entries read-only.
    fn clean(&mut self, frame: FrameNo) {
        self.frames.change(frame).dirty = false;
        for (pid, vpn) in self.frames.maps(frame).collect::<Vec<_>>() {
            let Some(pte) = self.pte(pid, vpn) else {
                continue;
            };
            let flags = pte.flags.without(Bit::D).without(Bit::Rw);
            self.write_entry(pid, vpn, Pte { flags, ..pte });
            self.shoot_down(pid, vpn);
        }
    }
}
