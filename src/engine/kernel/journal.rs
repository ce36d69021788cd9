//! The details of functions without an observer. The kernel saves these details for the next report.

use crate::machine::event::{Event, MachineObserver};

use super::event::{KernelObserver, KernelStep, Observer};

#[derive(Debug, Clone, Copy)]
enum MicroStep {
    Event(Event),
    Step(KernelStep),
}

/// The saved details, in order. `None` means that recording is off.
#[derive(Debug, Clone, Default)]
pub(super) struct Journal(Option<Vec<MicroStep>>);

impl Journal {
    pub(crate) fn new(records: bool) -> Self {
        Self(records.then(Vec::new))
    }

    pub(crate) fn records(&self) -> bool {
        self.0.is_some()
    }

    fn push(&mut self, step: MicroStep) {
        if let Some(steps) = &mut self.0 {
            steps.push(step);
        }
    }

    /// Reports all saved details to an observer.
    pub(crate) fn drain_into(&mut self, watch: Observer<'_>) {
        for step in self.0.iter_mut().flat_map(|steps| steps.drain(..)) {
            match step {
                MicroStep::Event(event) => watch.on_event(event),
                MicroStep::Step(step) => watch.on_step(step),
            }
        }
    }
}

impl MachineObserver for Journal {
    fn on_event(&mut self, event: Event) {
        self.push(MicroStep::Event(event));
    }
}

impl KernelObserver for Journal {
    fn on_step(&mut self, step: KernelStep) {
        self.push(MicroStep::Step(step));
    }
}
