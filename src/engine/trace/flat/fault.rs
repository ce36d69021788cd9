//! Observes the kernel that resolves the page faults of the flat simulation.

use crate::kernel::event::{KernelObserver, KernelStep};
use crate::machine::event::{Event, MachineObserver};
use crate::trace::tally::Tally;

/// Observes the handling of a fault.
#[derive(Debug)]
pub(super) struct FaultObserver<'a> {
    pub(super) tally: &'a mut Tally,
    /// The pages that the kernel evicted.
    pub(super) evicted: Vec<u64>,
    /// The levels and first physical pages of the page tables that the kernel allocated.
    pub(super) tables: Vec<(u32, u64)>,
}

impl MachineObserver for FaultObserver<'_> {
    fn on_event(&mut self, _: Event) {}
}

impl KernelObserver for FaultObserver<'_> {
    fn on_step(&mut self, step: KernelStep) {
        self.tally.on_step(step);
        match step {
            KernelStep::Evicted {
                page: Some(page), ..
            } => self.evicted.push(page.vpn.raw()),
            KernelStep::Table { level, ppn } => self.tables.push((level, ppn)),
            _ => {}
        }
    }
}
