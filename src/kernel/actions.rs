//! What the kernel does of its own accord, when a script says so: merging, reclaiming, syncing, ticking.

use crate::machine::addr::Vpn;

use super::event::Watch;
use super::ids::Pid;
use super::kernel::{Kernel, OutOfMemory};

impl Kernel {
    /// Same-page merging: pages of mergeable private areas with equal bytes share one read-only frame, the
    /// lowest-numbered. Answers the frames freed.
    pub fn ksm_scan(&mut self, _watch: &mut dyn Watch) -> u64 {
        todo!()
    }

    /// Evicts up to so many pages, by the policy. Answers how many went.
    pub fn reclaim(&mut self, _pages: u64, _watch: &mut dyn Watch) -> u64 {
        todo!()
    }

    /// Writes every dirty file page to its file.
    pub fn sync(&mut self) {
        todo!()
    }

    /// Moves one page of a process to swap. False if it is not an anonymous page in memory.
    ///
    /// # Errors
    /// If swap is full.
    pub fn swap_out(&mut self, _pid: Pid, _vpn: Vpn, _watch: &mut dyn Watch) -> Result<bool, OutOfMemory> {
        todo!()
    }

    /// The clock interrupt that ages reference bits (`nru`, `aging`).
    pub fn tick(&mut self) {
        self.frames.pool.tick();
    }
}
