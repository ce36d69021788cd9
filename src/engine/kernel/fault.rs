//! The page-fault handler, in Linux's order: the area, its permissions, then what is there.

use crate::machine::event::Kind;

use super::area::{Area, Backing, Prot};
use super::entries::flags_of;
use super::event::{Class, PageOf, Step, Watch};
use super::frames::Holds;
use super::ids::{FrameNo, Pid};
use super::process::Place;
use super::state::{Kernel, OutOfMemory};

/// A touch of a page that faulted, and that its area allows.
#[derive(Debug, Clone, Copy)]
pub(in crate::kernel) struct Touch {
    /// The process.
    pub pid: Pid,
    /// Its page.
    pub vpn: u64,
    /// The area of the page.
    pub area: Area,
    /// It is a store.
    pub write: bool,
}

/// What the handler found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::kernel) enum Answer {
    /// The page is there now; a major fault read from a disk.
    Resolved {
        /// What the fault was.
        class: Class,
        /// A disk was read.
        major: bool,
    },
    /// It was there all along: a TLB held something else.
    Nothing,
    /// It cannot be done.
    Fatal(Class),
}

impl Answer {
    /// A minor fault of this class.
    pub const fn minor(class: Class) -> Self {
        Answer::Resolved { class, major: false }
    }
}

/// What an area must allow for an access. There is no read bit: what may be written or executed may be read.
pub(in crate::kernel) fn permits(prot: Prot, kind: Kind) -> bool {
    match kind {
        Kind::Read => prot.read || prot.write || prot.exec,
        Kind::Write => prot.write,
        Kind::Execute => prot.exec,
    }
}

impl Kernel {
    /// Handles a fault of a process at an address: done if the access may be done again, a class if it is fatal (nothing is
    /// counted or sent then).
    ///
    /// # Errors
    /// If memory runs out.
    pub(in crate::kernel) fn handle(
        &mut self,
        pid: Pid,
        va: u64,
        kind: Kind,
        watch: &mut dyn Watch,
    ) -> Result<Result<(), Class>, OutOfMemory> {
        self.frames.fresh = None;
        let found = self.area_at(pid, va);
        let area = found.or_else(|| self.grow_stack(pid, va));
        watch.step(Step::Area { start: area.map(|area| area.start) });
        let Some(area) = area else { return Ok(Err(Class::Segmentation)) };
        if found.is_none() {
            watch.step(Step::Grew { start: area.start });
        }
        if !permits(area.prot, kind) {
            return Ok(Err(Class::Protection));
        }
        let touch = Touch { pid, vpn: self.shape.vpn(va), area, write: kind == Kind::Write };
        match self.resolve(&touch, watch)? {
            Answer::Resolved { class, major } => {
                self.count_fault(pid, major);
                watch.step(Step::Resolved { class, major });
                Ok(Ok(()))
            }
            Answer::Nothing => Ok(Ok(())),
            Answer::Fatal(class) => Ok(Err(class)),
        }
    }

    /// The area of an address.
    pub(in crate::kernel) fn area_at(&self, pid: Pid, va: u64) -> Option<Area> {
        self.process(pid)?.space.areas.find(va).copied()
    }

    /// The area of a stack that may grow down to an address, with its new start: the next area above, within the stack's
    /// size, and with a gap to what lies below.
    pub(in crate::kernel) fn growing_stack(&self, pid: Pid, va: u64) -> Option<Area> {
        let above = self.process(pid)?.space.areas.at_or_above(va)?;
        let lowest = above.end.saturating_sub(self.config.stack_size);
        let start = va & !(self.shape.page() - 1);
        let grows = above.stack && va < above.start && start >= lowest && self.leaves_guard_gap(pid, start);
        grows.then_some(Area { start, ..*above })
    }

    fn grow_stack(&mut self, pid: Pid, va: u64) -> Option<Area> {
        let grown = self.growing_stack(pid, va)?;
        let areas = &mut self.process_mut(pid)?.space.areas;
        let old = areas.at_or_above(va)?.start;
        areas.insert(grown.part(grown.start, old));
        self.area_at(pid, va)
    }

    /// A fault was resolved.
    pub(in crate::kernel) fn count_fault(&mut self, pid: Pid, major: bool) {
        if let Some(process) = self.process_mut(pid) {
            let counts = &mut process.faults;
            *(if major { &mut counts.major } else { &mut counts.minor }) += 1;
        }
    }

    /// Brings the page of a touch to where it can be done.
    fn resolve(&mut self, touch: &Touch, watch: &mut dyn Watch) -> Result<Answer, OutOfMemory> {
        match self.place(touch.pid, touch.vpn) {
            Some(Place::Frame(frame)) => self.touch_present(touch, frame, watch),
            Some(Place::Zero) if touch.write => self.copy_on_write(touch, None, watch),
            Some(Place::Zero) => Ok(self.repair(touch, Place::Zero)),
            Some(Place::Swap(slot)) => self.swap_in(touch, slot, watch),
            None => match touch.area.backing {
                Backing::Anonymous => self.demand_zero(touch, watch),
                Backing::File { file, .. } => self.touch_file(touch, file, watch),
                Backing::Object { object, .. } => self.touch_object(touch, object, watch),
            },
        }
    }

    /// A touch of a page in a frame: a store that its entry does not allow, or nothing but a TLB that was mistaken.
    fn touch_present(
        &mut self,
        touch: &Touch,
        frame: FrameNo,
        watch: &mut dyn Watch,
    ) -> Result<Answer, OutOfMemory> {
        let pte = self.pte(touch.pid, touch.vpn).unwrap_or_default();
        let allowed = pte.flags.has(crate::machine::pte::Bit::Rw);
        if !touch.write || allowed {
            return Ok(self.repair(touch, Place::Frame(frame)));
        }
        match (touch.area.shared, self.frames.get(frame).holds) {
            (true, Holds::File { .. }) => {
                self.frames.change(frame).dirty = true;
                self.permit(touch.pid, touch.vpn, flags_of(touch.area.prot, true));
                self.tell_mapped(touch, Some(frame), true, watch);
                Ok(Answer::minor(Class::File))
            }
            (true, _) => Ok(self.repair(touch, Place::Frame(frame))),
            (false, _) => self.copy_on_write(touch, Some(frame), watch),
        }
    }

    /// Makes the entry of a page that is there what it should be, and drops it from the TLBs.
    fn repair(&mut self, touch: &Touch, place: Place) -> Answer {
        self.permit_by(touch.pid, touch.vpn, &touch.area, place);
        Answer::Nothing
    }

    /// The first touch of a private anonymous page.
    fn demand_zero(&mut self, touch: &Touch, watch: &mut dyn Watch) -> Result<Answer, OutOfMemory> {
        self.make_path(touch.pid, touch.vpn, watch)?;
        if !touch.write && self.has_zero_frame() {
            self.map_page(touch.pid, touch.vpn, Place::Zero, flags_of(touch.area.prot, false));
            self.tell_mapped(touch, None, false, watch);
        } else {
            let frame = self.take_zeroed(touch.pid, Holds::Anonymous, watch)?;
            self.map_frame(touch, frame, touch.area.prot.write, watch);
        }
        Ok(Answer::minor(Class::DemandZero))
    }

    /// There is a shared frame of zeros; it is taken when it is first needed. Without an R/W bit there can be none.
    fn has_zero_frame(&mut self) -> bool {
        if self.zero.is_none() && self.config.zero_page && self.shape.read_only {
            let floor = self.config.frames.unwrap_or_else(|| self.frames.end());
            self.zero = self.space.take(1, floor.into());
            if let Some(Ok(ppn)) = self.zero.map(|ppn| self.machine.ppn(ppn)) {
                self.machine.zero_page(ppn);
            }
        }
        self.zero.is_some()
    }

    /// A frame full of zeros.
    pub(in crate::kernel) fn take_zeroed(
        &mut self,
        pid: Pid,
        holds: Holds,
        watch: &mut dyn Watch,
    ) -> Result<FrameNo, OutOfMemory> {
        let frame = self.take_frame(pid, None, holds, watch)?;
        self.machine.zero_page(self.ppn(frame));
        watch.step(Step::Zeroed { frame });
        Ok(frame)
    }

    /// Leads the page of a touch to a frame.
    pub(in crate::kernel) fn map_frame(
        &mut self,
        touch: &Touch,
        frame: FrameNo,
        writable: bool,
        watch: &mut dyn Watch,
    ) {
        self.map_page(touch.pid, touch.vpn, Place::Frame(frame), flags_of(touch.area.prot, writable));
        self.tell_mapped(touch, Some(frame), writable, watch);
    }

    fn tell_mapped(&self, touch: &Touch, frame: Option<FrameNo>, writable: bool, watch: &mut dyn Watch) {
        if let Some(page) = self.page_of(touch.pid, touch.vpn) {
            watch.step(Step::Mapped { page, frame, writable });
        }
    }

    /// A page of a process, as it is told.
    pub(in crate::kernel) fn page_of(&self, pid: Pid, vpn: u64) -> Option<PageOf> {
        self.vpn(vpn).map(|vpn| PageOf { pid, vpn })
    }
}
