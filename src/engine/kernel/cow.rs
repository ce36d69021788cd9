//! Copy-on-write, which handles stores to private pages that processes may share.

use super::event::{FaultClass, KernelStep, Observer};
use super::fault::{FaultContext, FaultOutcome};
use super::frames::FrameContents;
use super::ids::FrameNo;
use super::state::{Kernel, OutOfMemory};

use super::entries::flags_of;

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
