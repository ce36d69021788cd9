//! The page-fault handler, which checks in Linux's order: the area, its permissions, then the page.

use super::entries::flags_of;
use super::event::{FaultClass, KernelStep, Observer, ProcessPage};
use super::frames::FrameContents;
use super::ids::{FileId, FrameNo, Pid};
use super::process::PageLocation;
use super::state::{Kernel, OutOfMemory};
use super::vma::{Backing, Prot, Vma};
use super::work;
use crate::machine::event::AccessKind;

/// A faulting access that the page's area permits.
#[derive(Debug, Clone, Copy)]
pub(super) struct FaultContext {
    pub(crate) pid: Pid,
    pub(crate) vpn: u64,
    /// The area of the page.
    pub(crate) area: Vma,
    pub(crate) write: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FaultOutcome {
    /// The page is now present.
    Resolved {
        /// The class of the fault.
        class: FaultClass,
        /// Whether the handler read from disk.
        major: bool,
    },
    /// Spurious fault: the PTE already permits the access, but a TLB entry was stale.
    Spurious,
    Fatal(FaultClass),
}

impl FaultOutcome {
    /// Creates a minor fault of this class.
    pub(crate) const fn minor(class: FaultClass) -> Self {
        FaultOutcome::Resolved {
            class,
            major: false,
        }
    }
}

/// Whether an area permits an access. Writable and executable areas are also readable.
pub(super) fn permits(prot: Prot, kind: AccessKind) -> bool {
    match kind {
        AccessKind::Read => prot.read || prot.write || prot.exec,
        AccessKind::Write => prot.write,
        AccessKind::Execute => prot.exec,
    }
}

impl Kernel {
    /// Handles a process's fault at an address. On success, the access can be retried. For a fatal fault,
    /// this method returns the class without counting the fault or sending the signal.
    ///
    /// # Errors
    /// Fails if memory is exhausted.
    pub(super) fn handle_fault(
        &mut self,
        pid: Pid,
        va: u64,
        kind: AccessKind,
        watch: Observer<'_>,
    ) -> Result<Result<(), FaultClass>, OutOfMemory> {
        self.work += work::FAULT;
        self.frames.just_filled = None;
        let found = self.area_at(pid, va);
        let area = found.or_else(|| self.grow_stack(pid, va));
        self.report(
            watch,
            KernelStep::Area {
                start: area.map(|area| area.start),
            },
        );
        let Some(area) = area else {
            return Ok(Err(FaultClass::Segmentation));
        };
        if found.is_none() {
            self.report(watch, KernelStep::StackGrew { start: area.start });
        }
        // The permission first: a fetch past the end of a file in a non-executable area is a SIGSEGV here. On
        // x86, it is a SIGBUS, because the processor checks XD only for present pages.
        if !permits(area.prot, kind) {
            return Ok(Err(FaultClass::Protection));
        }
        let fault = FaultContext {
            pid,
            vpn: self.shape.vpn(va),
            area,
            write: kind == AccessKind::Write,
        };
        match self.resolve(&fault, watch)? {
            FaultOutcome::Resolved { class, major } => {
                self.count_fault(pid, major);
                self.report(watch, KernelStep::Resolved { class, major });
                Ok(Ok(()))
            }
            FaultOutcome::Spurious => Ok(Ok(())),
            FaultOutcome::Fatal(class) => Ok(Err(class)),
        }
    }

    /// The area that contains an address.
    pub(super) fn area_at(&self, pid: Pid, va: u64) -> Option<Vma> {
        self.process(pid)?.space.areas.find(va).copied()
    }

    /// Whether a store to an address would complete without a fatal fault.
    pub(super) fn may_be_stored_to(&self, pid: Pid, va: u64) -> bool {
        let area = self
            .area_at(pid, va)
            .or_else(|| self.growing_stack(pid, va));
        area.is_some_and(|area| {
            let page = self.shape.vpn(area.offset_of(va).unwrap_or(0));
            let size = match area.backing {
                Backing::Anonymous => None,
                Backing::File { file, .. } => self.files.all.get(&file).map(|file| file.size),
                Backing::Object { object, .. } => {
                    self.objects.all.get(&object).map(|object| object.size)
                }
            };
            permits(area.prot, AccessKind::Write)
                && size.is_none_or(|size| page < self.shape.pages_of(size))
        })
    }

    /// The stack area that may grow down to an address, with its new start. The stack is the next area above
    /// the address. The new size must be within the limit, and the guard gap below must remain free.
    pub(super) fn growing_stack(&self, pid: Pid, va: u64) -> Option<Vma> {
        let above = self.process(pid)?.space.areas.at_or_above(va)?;
        let lowest = above.end.saturating_sub(self.config.stack_size);
        let start = va & !(self.shape.page() - 1);
        let grows =
            above.stack && va < above.start && start >= lowest && self.leaves_guard_gap(pid, start);
        grows.then_some(Vma { start, ..*above })
    }

    fn grow_stack(&mut self, pid: Pid, va: u64) -> Option<Vma> {
        let grown = self.growing_stack(pid, va)?;
        // A stack gets an owner before it grows, and it never merges with the area that it grows towards.
        self.own_area(pid, grown.end - 1);
        self.update_area(pid, grown.end - 1, |area| area.start = grown.start);
        self.area_at(pid, va)
    }

    pub(super) fn count_fault(&mut self, pid: Pid, major: bool) {
        if let Some(process) = self.process_mut(pid) {
            let counts = &mut process.faults;
            *(if major {
                &mut counts.major
            } else {
                &mut counts.minor
            }) += 1;
        }
    }

    /// Gives the area of a fault an owner if it is private and has none.
    pub(super) fn own_faulting_area(&mut self, fault: &FaultContext) {
        self.own_area(fault.pid, fault.vpn << self.shape.page_bits);
    }

    /// Whether the first access to this address reads the page from disk (`pages on-disk`). Such a page has no swap
    /// slot yet.
    pub fn reads_from_disk(&self, pid: Pid, va: u64) -> bool {
        let untouched = self.page_location(pid, self.shape.vpn(va)).is_none();
        let is_anonymous = |area: Vma| matches!(area.backing, Backing::Anonymous);
        self.config.on_disk && untouched && self.area_at(pid, va).is_some_and(is_anonymous)
    }

    /// Resolves the fault of an access.
    fn resolve(
        &mut self,
        fault: &FaultContext,
        watch: Observer<'_>,
    ) -> Result<FaultOutcome, OutOfMemory> {
        if fault.write {
            // Linux does this even for a store that fails because the page is past the end of a file.
            self.own_faulting_area(fault);
        }
        match self.page_location(fault.pid, fault.vpn) {
            Some(PageLocation::Frame(frame)) => self.resolve_present(fault, frame, watch),
            Some(PageLocation::Zero) if fault.write => self.copy_on_write(fault, None, watch),
            Some(PageLocation::Zero) => Ok(self.repair_entry(fault, PageLocation::Zero)),
            Some(PageLocation::Swap(slot)) => self.swap_in(fault, slot, watch),
            None => match fault.area.backing {
                Backing::Anonymous if self.config.on_disk => self.first_read(fault, watch),
                Backing::Anonymous => self.demand_zero(fault, watch),
                Backing::File { file, .. } => self.resolve_file(fault, file, watch),
                Backing::Object { object, .. } => self.resolve_object(fault, object, watch),
            },
        }
    }

    /// Resolves a fault on a resident page: a store that its entry forbids, or a stale TLB entry.
    fn resolve_present(
        &mut self,
        fault: &FaultContext,
        frame: FrameNo,
        watch: Observer<'_>,
    ) -> Result<FaultOutcome, OutOfMemory> {
        let pte = self.pte(fault.pid, fault.vpn).unwrap_or_default();
        let allowed = pte.flags.has(crate::machine::pte::Bit::Rw);
        if !fault.write || allowed {
            return Ok(self.repair_entry(fault, PageLocation::Frame(frame)));
        }
        match (fault.area.shared, self.frames.get(frame).contents) {
            (true, FrameContents::File { .. }) => {
                self.frames.change(frame).dirty = true;
                self.set_permissions(fault.pid, fault.vpn, flags_of(fault.area.prot, true));
                self.report_mapped(fault, Some(frame), true, watch);
                Ok(FaultOutcome::minor(FaultClass::File))
            }
            (true, _) => Ok(self.repair_entry(fault, PageLocation::Frame(frame))),
            (false, _) => self.copy_on_write(fault, Some(frame), watch),
        }
    }

    /// Corrects a present page's entry and invalidates its TLB entries.
    fn repair_entry(&mut self, fault: &FaultContext, place: PageLocation) -> FaultOutcome {
        self.set_area_permissions(fault.pid, fault.vpn, &fault.area, place);
        FaultOutcome::Spurious
    }

    /// The first touch of a private anonymous page.
    fn demand_zero(
        &mut self,
        fault: &FaultContext,
        watch: Observer<'_>,
    ) -> Result<FaultOutcome, OutOfMemory> {
        self.make_path(fault.pid, fault.vpn, watch)?;
        if !fault.write && self.has_zero_frame() {
            self.map_page(
                fault.pid,
                fault.vpn,
                PageLocation::Zero,
                flags_of(fault.area.prot, false),
            );
            self.report_mapped(fault, None, false, watch);
        } else {
            self.own_faulting_area(fault);
            let frame = self.allocate_zeroed(fault.pid, FrameContents::Anonymous, watch)?;
            self.map_frame(fault, frame, fault.area.prot.write, watch);
        }
        Ok(FaultOutcome::minor(FaultClass::DemandZero))
    }

    /// Whether a shared zero frame exists. The kernel allocates the zero frame on its first use. Formats
    /// without an R/W bit have no zero frame.
    fn has_zero_frame(&mut self) -> bool {
        if self.zero.is_none() && self.config.zero_page && self.shape.read_only {
            let floor = self.config.frames.unwrap_or_else(|| self.frames.end());
            self.zero = self.space.allocate(1, floor.into());
            if let Some(Ok(ppn)) = self.zero.map(|ppn| self.machine.ppn(ppn)) {
                self.machine.zero_page(ppn);
            }
        }
        self.zero.is_some()
    }

    pub(super) fn allocate_zeroed(
        &mut self,
        pid: Pid,
        holds: FrameContents,
        watch: Observer<'_>,
    ) -> Result<FrameNo, OutOfMemory> {
        let frame = self.allocate_frame(pid, None, holds, watch)?;
        self.machine.zero_page(self.ppn(frame));
        self.report(watch, KernelStep::Zeroed { frame });
        Ok(frame)
    }

    /// Maps a frame for the faulting page.
    pub(super) fn map_frame(
        &mut self,
        fault: &FaultContext,
        frame: FrameNo,
        writable: bool,
        watch: Observer<'_>,
    ) {
        self.map_page(
            fault.pid,
            fault.vpn,
            PageLocation::Frame(frame),
            flags_of(fault.area.prot, writable),
        );
        self.report_mapped(fault, Some(frame), writable, watch);
    }

    fn report_mapped(
        &mut self,
        fault: &FaultContext,
        frame: Option<FrameNo>,
        writable: bool,
        watch: Observer<'_>,
    ) {
        if let Some(page) = self.page_of(fault.pid, fault.vpn) {
            self.report(
                watch,
                KernelStep::Mapped {
                    page,
                    frame,
                    writable,
                },
            );
        }
    }

    /// The number of a process and the number of one of its pages, for reports.
    pub(super) fn page_of(&self, pid: Pid, vpn: u64) -> Option<ProcessPage> {
        self.vpn(vpn).map(|vpn| ProcessPage { pid, vpn })
    }
}

impl Kernel {
    /// Maps the pages in a read fault's window that are resident but not yet mapped. Fault-around uses only
    /// free frames. The window starts at the faulting page, rounded down to a multiple of `fault-around`
    /// pages, but never before the area's start. The window ends at the end of the area or leaf table
    /// (Linux's `do_fault_around`).
    pub(super) fn map_around(&mut self, fault: &FaultContext, watch: Observer<'_>) {
        let pages = self.config.fault_around;
        if fault.write || pages <= 1 || self.make_path(fault.pid, fault.vpn, watch).is_err() {
            return;
        }
        let first = (fault.vpn - fault.vpn % pages).max(self.shape.vpn(fault.area.start));
        let end = first
            .saturating_add(pages)
            .min(self.shape.vpn(fault.area.end));
        let last = (end - 1).min(self.shape.last_page(self.shape.levels, fault.vpn));
        let mut mapped = 0;
        for vpn in first..=last {
            self.work += 1;
            if self.page_location(fault.pid, vpn).is_none() {
                let one = self.map_one_around(&FaultContext { vpn, ..*fault });
                self.work += if one { work::NEIGHBOR } else { 0 };
                mapped += u32::from(one);
            }
        }
        if mapped > 0 {
            self.report(watch, KernelStep::MappedAround { pages: mapped });
        }
    }

    fn map_one_around(&mut self, fault: &FaultContext) -> bool {
        match fault.area.backing {
            Backing::Anonymous => false,
            Backing::Object { object, .. } => self.map_object_around(fault, object),
            Backing::File { file, .. } => self.map_file_around(fault, file),
        }
    }

    /// Maps a nearby file page if the page is in the page cache and a frame is free. Returns whether the page
    /// was mapped.
    fn map_file_around(&mut self, fault: &FaultContext, file: FileId) -> bool {
        let page = self.backing_page(fault);
        let Some(held) = self.files.all.get(&file) else {
            return false;
        };
        let private_copy = !fault.area.shared && !self.shape.read_only;
        let beyond = page >= self.shape.pages_of(held.size);
        if private_copy || beyond || !held.is_cached(page, self.config.warm) {
            return false;
        }
        let frame = held.mapped.get(&page).copied().or_else(|| {
            let frame = self
                .frames
                .allocate(self.frame_limit(), FrameContents::File { file, page })?;
            self.fill_from_file(frame, file, page);
            Some(frame)
        });
        let Some(frame) = frame else { return false };
        self.map_beside(fault, frame, false);
        true
    }
}

impl Kernel {
    /// Handles a store to a read-only private page, which is either in a possibly shared frame or in the zero
    /// frame (`from` is `None`).
    ///
    /// # Errors
    /// Fails if no frame is free for the copy.
    pub(super) fn copy_on_write(
        &mut self,
        fault: &FaultContext,
        from: Option<FrameNo>,
        watch: Observer<'_>,
    ) -> Result<FaultOutcome, OutOfMemory> {
        if let Some(frame) = from.filter(|frame| self.is_last_sharer(*frame)) {
            self.make_exclusive(frame);
            self.set_permissions(fault.pid, fault.vpn, flags_of(fault.area.prot, true));
            self.report(watch, KernelStep::Reused { frame });
            return Ok(FaultOutcome::minor(FaultClass::CopyOnWrite));
        }
        let to = self.copy_frame(fault, from, watch)?;
        self.unmap_page(fault.pid, fault.vpn, None);
        self.shoot_down(fault.pid, fault.vpn);
        if let Some(frame) = from {
            self.release(frame);
        }
        self.map_frame(fault, to, true, watch);
        Ok(FaultOutcome::minor(FaultClass::CopyOnWrite))
    }

    /// Whether an anonymous frame has only one mapping. A merged frame is always copied. Linux does the same,
    /// even if no other process still shares the frame.
    fn is_last_sharer(&self, frame: FrameNo) -> bool {
        let held = self.frames.get(frame);
        held.contents == FrameContents::Anonymous && held.refs == 1
    }

    /// Makes a frame exclusive to its process. If other pages still use the frame's swap slot, this method
    /// detaches the frame from the slot.
    pub(super) fn make_exclusive(&mut self, frame: FrameNo) {
        let shared = |slot: &super::ids::SlotNo| self.swap.holds_pages(*slot);
        if let Some(slot) = self.frames.get(frame).slot.filter(shared) {
            self.detach_from_slot(frame, slot);
            self.frames.change(frame).dirty = true;
        }
        self.frames.change(frame).maybe_shared = false;
    }

    /// Allocates a frame with a copy of another frame, or with zeros if `from` is `None`.
    ///
    /// # Errors
    /// Fails if no frame is free.
    pub(super) fn copy_frame(
        &mut self,
        fault: &FaultContext,
        from: Option<FrameNo>,
        watch: Observer<'_>,
    ) -> Result<FrameNo, OutOfMemory> {
        let to = self.allocate_frame(fault.pid, from, FrameContents::Anonymous, watch)?;
        match from {
            Some(frame) => self.machine.copy_page(self.ppn(frame), self.ppn(to)),
            None => self.machine.zero_page(self.ppn(to)),
        }
        self.report(watch, KernelStep::Copied { from, to });
        Ok(to)
    }
}
