//! Fault-around. A read fault also maps nearby resident pages of the same file or object.

use super::event::{KernelStep, Observer};
use super::fault::FaultContext;
use super::frames::FrameContents;
use super::ids::FileId;
use super::state::Kernel;
use super::vma::Backing;
use super::work;

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
