//! Copy-on-write: a store to a private page that is not the process's own.

use super::event::{FaultClass, KernelStep, Observer};
use super::fault::{FaultContext, FaultOutcome};
use super::frames::FrameContents;
use super::ids::FrameNo;
use super::state::{Kernel, OutOfMemory};

use super::entries::flags_of;

impl Kernel {
    /// A store to a private page that is read-only: in a frame that others may see, or (none) in the zero frame.
    ///
    /// # Errors
    /// If there is no frame for the copy.
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

    /// Only one page leads to an anonymous frame: no other process sees a store to it. A merged frame is always copied.
    fn is_last_sharer(&self, frame: FrameNo) -> bool {
        let held = self.frames.get(frame);
        held.contents == FrameContents::Anonymous && held.refs == 1
    }

    /// A frame is written to by its only process from now on: pages of others that are still in its slot stay what they
    /// are.
    pub(super) fn make_exclusive(&mut self, frame: FrameNo) {
        let shared = |slot: &super::ids::SlotNo| self.swap.holds_pages(*slot);
        if let Some(slot) = self.frames.get(frame).slot.filter(shared) {
            self.detach_from_slot(frame, slot);
            self.frames.change(frame).dirty = true;
        }
        self.frames.change(frame).maybe_shared = false;
    }

    /// A new frame for the process, with what stands in another one, or (none) zeros.
    ///
    /// # Errors
    /// If there is none.
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
