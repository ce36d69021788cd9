//! Background activities that the kernel performs when a script requests them: reclaiming frames, syncing
//! files, and clock ticks. `ksm` merges pages.

use std::ops::Range;

use crate::machine::addr::Vpn;

use super::event::Observer;
use super::frames::FrameContents;
use super::ids::{FileId, Pid};
use super::process::PageLocation;
use super::state::{Kernel, OutOfMemory};

impl Kernel {
    /// Evicts up to `pages` pages, which the replacement policy chooses. Returns the number of evicted pages.
    pub fn reclaim(&mut self, pages: u64, watch: Observer<'_>) -> u64 {
        let evicted = (0..pages)
            .take_while(|_| self.evict(None, None, watch).is_ok())
            .count();
        self.report_details(watch);
        evicted as u64
    }

    /// Writes all dirty file pages to disk.
    pub fn sync(&mut self) {
        let files: Vec<FileId> = self.files.all.keys().copied().collect();
        for file in files {
            self.file_sync(file, 0..u64::MAX);
        }
    }

    /// Moves a page to swap, for all processes that share the page. Returns false if the page is locked or is
    /// not a resident anonymous page.
    ///
    /// # Errors
    /// Fails if the swap file is full.
    pub fn swap_out(
        &mut self,
        pid: Pid,
        vpn: Vpn,
        watch: Observer<'_>,
    ) -> Result<bool, OutOfMemory> {
        let Some(PageLocation::Frame(frame)) = self.page_location(pid, vpn.raw()) else {
            return Ok(false);
        };
        let held = self.frames.get(frame);
        if matches!(
            held.contents,
            FrameContents::File { .. } | FrameContents::Free
        ) || self.is_locked(frame)
        {
            return Ok(false);
        }
        if Self::needs_slot(&held) && !self.swap.has_room() {
            return Err(OutOfMemory::Frames);
        }
        self.evict_frame(frame, watch);
        Ok(true)
    }

    /// Evicts the pages of a range that only one page-table entry maps (`MADV_PAGEOUT`). As in Linux, pages
    /// that need a swap slot remain if none is free.
    pub(super) fn page_out(&mut self, pid: Pid, range: Range<u64>, watch: Observer<'_>) {
        for (_, place) in self.pages_in(pid, self.shape.vpns(&range)) {
            self.work += 1;
            let PageLocation::Frame(frame) = place else {
                continue;
            };
            let alone = self.frames.maps(frame).count() == 1;
            let room = !Self::needs_slot(&self.frames.get(frame)) || self.swap.has_room();
            if alone && room {
                self.evict_frame(frame, watch);
            }
        }
    }

    /// Simulates a clock interrupt, at which `nru` and `aging` update the reference bits.
    pub fn tick(&mut self) {
        self.frames.pool.tick();
    }
}
