//! Copy-on-write: a store to a private page that is not the process's own.

use super::event::{Class, Step, Watch};
use super::fault::{Answer, Touch};
use super::frames::Holds;
use super::ids::FrameNo;
use super::state::{Kernel, OutOfMemory};

use super::entries::flags_of;

impl Kernel {
    /// A store to a private page that is read-only: in a frame that others may see, or (none) in the zero frame.
    ///
    /// # Errors
    /// If there is no frame for the copy.
    pub(in crate::kernel) fn copy_on_write(
        &mut self,
        touch: &Touch,
        from: Option<FrameNo>,
        watch: &mut dyn Watch,
    ) -> Result<Answer, OutOfMemory> {
        if let Some(frame) = from.filter(|frame| self.is_last_sharer(*frame)) {
            self.make_own(frame);
            self.permit(touch.pid, touch.vpn, flags_of(touch.area.prot, true));
            watch.step(Step::Reused { frame });
            return Ok(Answer::minor(Class::CopyOnWrite));
        }
        let to = self.copy_frame(touch, from, watch)?;
        self.unmap_page(touch.pid, touch.vpn, None);
        self.shoot_down(touch.pid, touch.vpn);
        if let Some(frame) = from {
            self.release(frame);
        }
        self.map_frame(touch, to, true, watch);
        Ok(Answer::minor(Class::CopyOnWrite))
    }

    /// Only one page leads to an anonymous frame: no other process sees a store to it. A merged frame is always copied.
    fn is_last_sharer(&self, frame: FrameNo) -> bool {
        let held = self.frames.get(frame);
        held.holds == Holds::Anonymous && held.refs == 1
    }

    /// A frame is written to by its only process from now on: pages of others that are still in its slot stay what they
    /// are.
    pub(in crate::kernel) fn make_own(&mut self, frame: FrameNo) {
        let shared = |slot: &super::ids::SlotNo| self.swap.holds_pages(*slot);
        if let Some(slot) = self.frames.get(frame).slot.filter(shared) {
            self.part_from_slot(frame, slot);
        }
        self.frames.change(frame).lent = false;
    }

    /// A new frame for the process, with what stands in another one, or (none) zeros.
    ///
    /// # Errors
    /// If there is none.
    pub(in crate::kernel) fn copy_frame(
        &mut self,
        touch: &Touch,
        from: Option<FrameNo>,
        watch: &mut dyn Watch,
    ) -> Result<FrameNo, OutOfMemory> {
        let to = self.take_frame(touch.pid, from, Holds::Anonymous, watch)?;
        match from {
            Some(frame) => self.machine.copy_page(self.ppn(frame), self.ppn(to)),
            None => self.machine.zero_page(self.ppn(to)),
        }
        watch.step(Step::Copied { from, to });
        Ok(to)
    }
}
