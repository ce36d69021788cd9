//! What an observer is told: the steps, and if it asks for details, every change of an entry, a TLB, or a disk.

use super::event::{KernelStep, Observer};
use super::journal::Journal;
use super::state::Kernel;

impl Kernel {
    /// Switches details on or off. They are off at first, and cost nothing then. Details are
    /// [`KernelStep::EntryWritten`], [`KernelStep::DiskRead`], [`KernelStep::DiskWritten`], and
    /// [`Event::TlbInvalidated`](crate::machine::event::Event::TlbInvalidated), and the steps of a `fork`.
    ///
    /// An observer gets them in order with the other steps. A function without an observer, such as
    /// [`Kernel::switch_to`], leaves its details to the next one that has an observer, or to
    /// [`Kernel::report_details`].
    pub fn record_details(&mut self, on: bool) {
        self.journal = Journal::new(on);
    }

    /// Reports the details that no observer has taken yet.
    #[inline]
    pub fn report_details(&mut self, watch: Observer<'_>) {
        if self.journal.records() {
            self.journal.drain_into(watch);
        }
    }

    /// Reports a step, after the details that came before it.
    pub(super) fn report(&mut self, watch: Observer<'_>, step: KernelStep) {
        self.report_details(watch);
        watch.on_step(step);
    }

    /// Does what needs an observer where there is none. Its steps are details.
    pub(super) fn without_observer<T>(&mut self, act: impl FnOnce(&mut Self, Observer<'_>) -> T) -> T {
        let mut steps = Journal::new(self.journal.records());
        self.journal.drain_into(&mut steps);
        let done = act(self, &mut steps);
        self.journal.drain_into(&mut steps);
        self.journal = steps;
        done
    }
}
