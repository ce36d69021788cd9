//! Reports steps to an observer and, on request, every change of an entry, a TLB, or a disk.

use super::event::{KernelStep, Observer};
use super::journal::Journal;
use super::state::Kernel;

impl Kernel {
    /// Turns details on or off. Details are off by default and cost nothing while they are off. Details are
    /// [`KernelStep::EntryWritten`], [`KernelStep::DiskRead`], [`KernelStep::DiskWritten`],
    /// [`Event::TlbInvalidated`](crate::machine::event::Event::TlbInvalidated), and the steps of a `fork`.
    ///
    /// An observer receives details in order with the other steps. A function without an observer, such as
    /// [`Kernel::switch_to`], saves the details. The next function with an observer, or
    /// [`Kernel::report_details`], reports the saved details.
    pub fn record_details(&mut self, on: bool) {
        self.journal = Journal::new(on);
    }

    /// Reports the saved details.
    #[inline]
    pub fn report_details(&mut self, watch: Observer<'_>) {
        if self.journal.records() {
            self.journal.drain_into(watch);
        }
    }

    /// Reports a step after the saved details.
    pub(super) fn report(&mut self, watch: Observer<'_>, step: KernelStep) {
        self.report_details(watch);
        watch.on_step(step);
    }

    /// Runs a function that needs an observer and records its steps as details.
    pub(super) fn without_observer<T>(
        &mut self,
        act: impl FnOnce(&mut Self, Observer<'_>) -> T,
    ) -> T {
        let mut steps = Journal::new(self.journal.records());
        self.journal.drain_into(&mut steps);
        let done = act(self, &mut steps);
        self.journal.drain_into(&mut steps);
        self.journal = steps;
        done
    }
}
