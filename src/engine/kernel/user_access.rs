//! The kernel's accesses to a process's memory, for system calls and inspection.

use std::ops::Range;

use crate::machine::addr::Va;
use crate::machine::event::{AccessKind, Fault, ProtectionCause};
use crate::machine::pte::Bit;

use super::config::FRAME_LIMIT;
use super::event::{KernelStep, Observer};
use super::fault::permits;
use super::ids::{FileId, FrameNo, ObjectId, Pid};
use super::process::PageLocation;
use super::state::{Kernel, OutOfMemory};
use super::vma::{Backing, Vma};

/// A part of a buffer within one page.
#[derive(Debug, Clone, Copy)]
struct PagePart {
    va: u64,
    from: usize,
    size: usize,
}

impl Kernel {
    /// Splits a buffer at page boundaries.
    fn parts_of(&self, va: u64, len: usize) -> impl Iterator<Item = PagePart> + use<> {
        let page = self.shape.page();
        let mut from = 0;
        std::iter::from_fn(move || {
            let at = va.checked_add(from as u64)?;
            let room = usize::try_from(page - at % page).unwrap_or(usize::MAX);
            let size = room.min(len - from);
            from += size;
            (size > 0).then_some(PagePart {
                va: at,
                from: from - size,
                size,
            })
        })
    }

    /// Copies bytes from a process to the kernel, as a system call does. Handles and counts the faults.
    /// Returns the number of bytes before the first fatal fault, which sends no signal.
    ///
    /// # Errors
    /// Fails if memory is exhausted.
    pub(super) fn copy_in(
        &mut self,
        pid: Pid,
        va: u64,
        out: &mut [u8],
        watch: Observer<'_>,
    ) -> Result<usize, OutOfMemory> {
        for PagePart { va, from, size } in self.parts_of(va, out.len()) {
            if !self.fault_in(pid, va, AccessKind::Read, watch)? {
                return Ok(from);
            }
            let out = &mut out[from..from + size];
            match self.page_location(pid, self.shape.vpn(va)) {
                Some(PageLocation::Frame(frame)) => {
                    self.read_frame(frame, self.page_offset(va), out);
                    self.touch_frame(frame);
                }
                _ => out.fill(0),
            }
        }
        Ok(out.len())
    }

    /// Copies bytes to a process as [`Kernel::copy_in`] copies them from a process. Marks the frame as dirty,
    /// but leaves D clear. Linux stores through the page table, so after an `mprotect`, a store may fault
    /// once more than on Linux.
    ///
    /// # Errors
    /// Fails if memory is exhausted.
    pub(super) fn copy_out(
        &mut self,
        pid: Pid,
        va: u64,
        bytes: &[u8],
        watch: Observer<'_>,
    ) -> Result<usize, OutOfMemory> {
        for PagePart { va, from, size } in self.parts_of(va, bytes.len()) {
            let there = self.fault_in(pid, va, AccessKind::Write, watch)?;
            let Some(PageLocation::Frame(frame)) = self
                .page_location(pid, self.shape.vpn(va))
                .filter(|_| there)
            else {
                return Ok(from);
            };
            self.write_frame(frame, self.page_offset(va), &bytes[from..from + size]);
            self.touch_frame(frame);
        }
        Ok(bytes.len())
    }

    /// The offset of an address within its page.
    fn page_offset(&self, va: u64) -> usize {
        (va & (self.shape.page() - 1)) as usize
    }

    /// Records that the kernel uses a frame, unless the frame has just been filled.
    fn touch_frame(&mut self, frame: FrameNo) {
        if self.frames.just_filled.take() != Some(frame) {
            self.frames.pool.touch(frame.0);
        }
    }

    /// Makes a page accessible to the kernel if the process may access it. Returns false if the process is
    /// not allowed to access the page.
    fn fault_in(
        &mut self,
        pid: Pid,
        va: u64,
        kind: AccessKind,
        watch: Observer<'_>,
    ) -> Result<bool, OutOfMemory> {
        self.work += 1;
        self.frames.just_filled = None;
        let Some(fault) = self.would_fault(pid, va, kind) else {
            return Ok(true);
        };
        if let Ok(va) = self.machine.va(va) {
            self.report(watch, KernelStep::Fault { va, kind, fault });
        }
        let handled = self.handle_fault(pid, va, kind, watch)?;
        if let Err(class) = handled {
            self.report(watch, KernelStep::Killed { class });
        }
        Ok(handled.is_ok())
    }

    /// Makes a page that is not present accessible, as [`Kernel::touch`] does, but without the failed walk and the retried
    /// access: no bit of an entry changes. Returns the page's frame, or `None` if the fault is fatal.
    ///
    /// # Errors
    /// Fails if memory is exhausted.
    pub(crate) fn touch_absent(
        &mut self,
        pid: Pid,
        va: u64,
        kind: AccessKind,
        watch: Observer<'_>,
    ) -> Result<Option<FrameNo>, OutOfMemory> {
        let handled = self.handle_fault(pid, va, kind, watch)?;
        let location = handled
            .ok()
            .and_then(|()| self.page_location(pid, self.shape.vpn(va)));
        let Some(PageLocation::Frame(frame)) = location else {
            return Ok(None);
        };
        if kind == AccessKind::Write {
            self.mark_stored(frame);
        }
        Ok(Some(frame))
    }

    /// Whether no frame is in use, the kernel has no zero page, and it reports no details, so that a trace's new process only
    /// has pages that it accesses.
    pub(crate) fn is_empty_for_trace(&self) -> bool {
        self.frames.used() == 0 && !self.config.zero_page && !self.journal.records()
    }

    /// Number of physical pages of a page table at a level.
    pub(crate) fn pages_of_table(&self, level: u32) -> u64 {
        self.shape.table_pages(level).unwrap_or(0)
    }

    /// The fault that an access would raise, based on the page's entry and its area. Returns `None` if the
    /// access is permitted.
    pub(super) fn would_fault(&self, pid: Pid, va: u64, kind: AccessKind) -> Option<Fault> {
        let vpn = self.shape.vpn(va);
        let pte = self.pte(pid, vpn).filter(|pte| pte.flags.has(Bit::P));
        let Some(pte) = pte else {
            return Some(Fault::NotPresent {
                level: self.deepest_table(pid, vpn),
            });
        };
        let allowed = self
            .area_at(pid, va)
            .is_some_and(|area| permits(area.prot, kind));
        let why = if kind == AccessKind::Execute {
            ProtectionCause::NoExecute
        } else {
            ProtectionCause::ReadOnly
        };
        let writable = kind != AccessKind::Write || pte.flags.has(Bit::Rw);
        (!allowed || !writable).then_some(Fault::Protection { why })
    }

    /// Makes every page in a range resident (`MAP_POPULATE`, `mlock`), with stores to private writable areas
    /// and loads from other areas. Stops at the first fatal fault, or after populating as many pages as there
    /// are frames, because more pages would only evict each other. Faults are counted.
    ///
    /// # Errors
    /// Fails if memory is exhausted.
    pub(crate) fn populate(
        &mut self,
        pid: Pid,
        range: Range<u64>,
        watch: Observer<'_>,
    ) -> Result<(), OutOfMemory> {
        self.populate_with(pid, range, None, watch)
    }

    /// Makes every page in a range resident as [`Kernel::populate`] does, with accesses of a given kind.
    ///
    /// # Errors
    /// Fails if memory is exhausted.
    pub(super) fn populate_with(
        &mut self,
        pid: Pid,
        range: Range<u64>,
        kind: Option<AccessKind>,
        watch: Observer<'_>,
    ) -> Result<(), OutOfMemory> {
        let Some(process) = self.process(pid) else {
            return Ok(());
        };
        let areas = process.space.areas.within(range);
        let (mut frames, mut pages) = (self.frame_limit(), FRAME_LIMIT);
        for area in areas {
            let store = area.prot.write && !area.shared;
            let kind = kind.unwrap_or(if store {
                AccessKind::Write
            } else {
                AccessKind::Read
            });
            for vpn in self.shape.vpns(&(area.start..area.end)) {
                let va = vpn << self.shape.page_bits;
                self.work += 1;
                if self.would_fault(pid, va, kind).is_none() {
                    continue;
                }
                // Even after enough pages have been populated, a lack of frames for the next page is an
                // error.
                let enough = (frames == 0 && !area.locked) || pages == 0;
                if !self.fault_in(pid, va, kind, watch)? || enough {
                    return Ok(());
                }
                pages -= 1;
                frames = frames.saturating_sub(u32::from(self.frames.just_filled.is_some()));
            }
        }
        Ok(())
    }

    /// Reads bytes as the process would, including from pages that are not resident. Returns the number of
    /// bytes before the first unreadable byte. A byte is unreadable if it is outside every area, forbidden,
    /// or past the end of a file. No state changes.
    pub fn peek(&self, pid: Pid, va: Va, out: &mut [u8]) -> usize {
        for PagePart { va, from, size } in self.parts_of(va.raw(), out.len()) {
            if !self.peek_part(pid, va, &mut out[from..from + size]) {
                return from;
            }
        }
        out.len()
    }

    /// Reads bytes within one page as [`Kernel::peek`] does. Returns false if the bytes are unreadable.
    fn peek_part(&self, pid: Pid, va: u64, out: &mut [u8]) -> bool {
        let area = self
            .area_at(pid, va)
            .or_else(|| self.growing_stack(pid, va));
        let Some(area) = area.filter(|area| permits(area.prot, AccessKind::Read)) else {
            return false;
        };
        match self.page_location(pid, self.shape.vpn(va)) {
            Some(PageLocation::Frame(frame)) => self.read_frame(frame, self.page_offset(va), out),
            Some(PageLocation::Swap(slot)) => self.read_slot(slot, self.page_offset(va), out),
            Some(PageLocation::Zero) => out.fill(0),
            None => return self.peek_backing(&area, va, out),
        }
        true
    }

    fn peek_backing(&self, area: &Vma, va: u64, out: &mut [u8]) -> bool {
        let offset = area.offset_of(va).unwrap_or(0);
        match area.backing {
            Backing::Anonymous => out.fill(0),
            Backing::File { file, .. } => return self.peek_file(file, offset, out),
            Backing::Object { object, .. } => return self.peek_object(object, offset, out),
        }
        true
    }

    /// Reads bytes of a mapped file page. Bytes past the end of the file are readable up to the end of its
    /// last page.
    fn peek_file(&self, file: FileId, offset: u64, out: &mut [u8]) -> bool {
        let Some(held) = self.files.all.get(&file) else {
            return false;
        };
        let page = self.shape.vpn(offset);
        if page >= self.shape.pages_of(held.size) {
            return false;
        }
        match held.mapped.get(&page) {
            Some(frame) => self.read_frame(*frame, self.page_offset(offset), out),
            None => held.read_disk(offset, out, self.shape.page_bits),
        }
        true
    }

    fn peek_object(&self, object: ObjectId, offset: u64, out: &mut [u8]) -> bool {
        let Some(held) = self.objects.all.get(&object) else {
            return false;
        };
        let page = self.shape.vpn(offset);
        let at = self.object_page(object, page);
        match (at.frame, at.slot) {
            _ if page >= self.shape.pages_of(held.size) => return false,
            (Some(frame), _) => self.read_frame(frame, self.page_offset(offset), out),
            (None, Some(slot)) => self.read_slot(slot, self.page_offset(offset), out),
            (None, None) => out.fill(0),
        }
        true
    }
}
