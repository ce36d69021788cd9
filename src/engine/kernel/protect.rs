//! Changes the permissions of mapped pages, for `mprotect`.

use std::ops::Range;

use crate::machine::pte::Bit;

use super::entries::flags_of;
use super::frames::FrameContents;
use super::ids::{FrameNo, Pid};
use super::process::PageLocation;
use super::state::Kernel;
use super::vma::Vma;

impl Kernel {
    /// Updates entries and TLBs after the permissions of areas in a range have changed. An exclusive page
    /// immediately becomes writable if its area is writable.
    pub(super) fn reprotect(&mut self, pid: Pid, range: Range<u64>) {
        let Some(process) = self.process(pid) else {
            return;
        };
        let areas = process.space.areas.within(range);
        self.work += areas.len() as u64;
        for area in areas {
            for (vpn, place) in self.pages_in(pid, self.shape.vpns(&(area.start..area.end))) {
                self.work += 1;
                self.set_area_permissions(pid, vpn, &area, place);
            }
        }
    }

    /// Sets the permissions of an entry according to its area and the state of its page.
    pub(super) fn set_area_permissions(
        &mut self,
        pid: Pid,
        vpn: u64,
        area: &Vma,
        place: PageLocation,
    ) {
        let writable = match place {
            PageLocation::Frame(frame) => area.prot.write && self.may_store(pid, vpn, area, frame),
            PageLocation::Zero => false,
            PageLocation::Swap(_) => return,
        };
        self.set_permissions(pid, vpn, flags_of(area.prot, writable));
    }

    /// Whether a store to a page in a frame can proceed without a fault. The page must be exclusive to the
    /// process, or shared and known to be dirty.
    fn may_store(&self, pid: Pid, vpn: u64, area: &Vma, frame: FrameNo) -> bool {
        let held = self.frames.get(frame);
        match held.contents {
            FrameContents::Object { .. } => true,
            FrameContents::Anonymous => {
                held.refs == 1
                    && !held.maybe_shared
                    && !held.slot.is_some_and(|slot| self.swap.holds_pages(slot))
            }
            FrameContents::File { .. } if area.shared && self.shape.dirty => {
                self.pte(pid, vpn).is_some_and(|pte| pte.flags.has(Bit::D))
            }
            FrameContents::File { .. } => area.shared && held.dirty,
            FrameContents::Merged | FrameContents::Free => false,
        }
    }
}
