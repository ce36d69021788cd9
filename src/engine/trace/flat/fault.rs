//! Observes the kernel that resolves the page faults of the flat simulation.

use crate::kernel::event::{KernelObserver, KernelStep};
use crate::machine::event::{Event, MachineObserver};
use crate::trace::tally::Tally;

/// Observes a faulting access on the kernel's machine.
#[derive(Debug)]
pub(super) struct FaultObserver<'a> {
    tally: &'a mut Tally,
    /// The addresses of the entries that the failed walk fetched.
    pub(super) failed_walk: Vec<u64>,
    /// The addresses of the entries that the last walk fetched.
    pub(super) walk: Vec<u64>,
    /// The physical address of the access.
    pub(super) pa: u64,
    /// The pages that the kernel evicted.
    pub(super) evicted: Vec<u64>,
    /// The frames whose contents the kernel replaced.
    pub(super) filled: Vec<u32>,
}

impl<'a> FaultObserver<'a> {
    pub(super) fn new(tally: &'a mut Tally) -> Self {
        let (failed_walk, walk) = (Vec::new(), Vec::new());
        Self { tally, failed_walk, walk, pa: 0, evicted: Vec::new(), filled: Vec::new() }
    }
}

impl MachineObserver for FaultObserver<'_> {
    fn on_event(&mut self, event: Event) {
        match event {
            Event::Pte { address: Some(address), .. } => self.walk.push(address.raw()),
            Event::Translated { pa, .. } => self.pa = pa.raw(),
            _ => {}
        }
    }
}

impl KernelObserver for FaultObserver<'_> {
    fn on_step(&mut self, step: KernelStep) {
        self.tally.on_step(step);
        match step {
            KernelStep::Fault { .. } => self.failed_walk.append(&mut self.walk),
            KernelStep::Evicted { page, .. } => self.evicted.extend(page.map(|page| page.vpn.raw())),
            KernelStep::Zeroed { frame } | KernelStep::Filled { frame, .. } => self.filled.push(frame.0),
            _ => {}
        }
    }
}
