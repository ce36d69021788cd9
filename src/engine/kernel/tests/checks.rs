//! Checks the invariants of the kernel and the model while a program runs.

use super::pair::Pair;
use super::programs::PAGES;
use crate::kernel::ids::Pid;
use crate::kernel::process::PageLocation;
use crate::machine::event::AccessKind;

impl Pair {
    /// Flushes all caches so that main memory holds every byte of the processes' frames.
    pub(crate) fn flush(&mut self) {
        let machine = &mut self.lab.kernel.machine;
        let current = machine.core();
        for core in (0..machine.core_count()).chain([current]) {
            machine.set_core(core).expect("a core");
            machine.flush_cache(None);
        }
        for pid in self.alive.clone() {
            for vpn in self.vpns(0, PAGES + 8) {
                let Some(PageLocation::Frame(frame)) = self.lab.kernel.page_location(pid, vpn)
                else {
                    continue;
                };
                let first = u64::from(frame.0) * self.page;
                let byte = |at| {
                    self.lab
                        .kernel
                        .machine
                        .memory_byte(self.lab.kernel.machine.pa(at).ok()?)
                };
                let beneath: Vec<u8> = (first..first + self.page)
                    .map(|at| byte(at).unwrap_or(0))
                    .collect();
                let (expected, end) = self.model.load(
                    pid,
                    vpn * self.page,
                    self.page as usize,
                    AccessKind::Read,
                    false,
                );
                assert!(
                    end.is_some() || beneath == expected,
                    "{pid} {vpn:#x}: {beneath:x?} {expected:x?}"
                );
            }
        }
    }

    /// Checks that a child has copies of all pages of every private area that ever had private pages. The
    /// child's accesses to all other pages fault again.
    pub(crate) fn check_child(&self, child: Pid) {
        let space = &self.lab.kernel.process(child).expect("it lives").space;
        for area in space.areas.iter() {
            let pages = || {
                space
                    .pages
                    .range(area.start / self.page..area.end / self.page)
            };
            let owned = area.anon_vma.is_some() && !area.shared;
            assert!(
                pages().next().is_none() || owned,
                "{area:?} has pages in {child}"
            );
        }
    }

    /// Checks that the fault counts match the resolved faults, and that `vsize` is the total size of the
    /// areas.
    pub(crate) fn check_counts(&self) {
        for pid in &self.alive {
            let process = self.lab.kernel.process(*pid).expect("it lives");
            let counted = (process.faults.minor, process.faults.major);
            assert_eq!(
                counted,
                self.tally.faults(*pid),
                "minor and major faults of {pid}"
            );
            let pages = self.model.spaces[pid].pages.len() as u64;
            assert_eq!(
                process.space.areas.size(),
                pages * self.page,
                "vsize of {pid}"
            );
        }
    }

    pub(crate) fn peek(&self, pid: Pid, va: u64, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        let va = self.lab.kernel.machine.va(va).expect("an address");
        let count = self.lab.kernel.peek(pid, va, &mut bytes);
        bytes.truncate(count);
        bytes
    }

    /// Compares every readable byte of all processes and files with the model.
    pub(crate) fn compare(&mut self) {
        for pid in self.alive.clone() {
            for vpn in self.vpns(0, PAGES + 8) {
                let (expected, _) = self.model.load(
                    pid,
                    vpn * self.page,
                    self.page as usize,
                    AccessKind::Read,
                    false,
                );
                assert_eq!(
                    self.peek(pid, vpn * self.page, self.page as usize),
                    expected,
                    "{pid} {vpn:#x}"
                );
            }
        }
        for file in &self.files {
            let expected = &self.model.files[file];
            let mut bytes = vec![0; expected.len() + 1];
            let count = self.lab.kernel.file_peek(*file, 0, &mut bytes);
            assert_eq!(&bytes[..count], expected, "file {file}");
        }
    }
}
