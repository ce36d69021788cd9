//! Who watches a replay.

use crate::kernel::event::{KernelObserver, KernelStep};
use crate::machine::event::{AccessKind, Event, MachineObserver};

/// A reference to memory: a record, or the half of a modifying one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    pub(crate) kind: AccessKind,
    /// Its first byte, as the program calls it.
    pub(crate) va: u64,
    /// Its bytes.
    pub(crate) size: u32,
    /// The instruction that makes it: what was fetched last. 0 before the first fetch of a trace, and in traces without
    /// fetches.
    pub(crate) code: u64,
}

/// Watches a replay: each reference as it begins, and then what the machine and the kernel do for it. `()` watches nothing
/// and costs nothing; of two, both watch.
pub trait ReplayObserver: KernelObserver {
    /// A reference begins; what follows up to the next one is done for it.
    fn on_reference(&mut self, reference: Reference);
}

impl ReplayObserver for () {
    #[inline(always)]
    fn on_reference(&mut self, _: Reference) {}
}

impl<A: MachineObserver, B: MachineObserver> MachineObserver for (A, B) {
    #[inline(always)]
    fn on_event(&mut self, event: Event) {
        self.0.on_event(event);
        self.1.on_event(event);
    }
}

impl<A: KernelObserver, B: KernelObserver> KernelObserver for (A, B) {
    #[inline(always)]
    fn on_step(&mut self, step: KernelStep) {
        self.0.on_step(step);
        self.1.on_step(step);
    }
}

impl<A: ReplayObserver, B: ReplayObserver> ReplayObserver for (A, B) {
    #[inline(always)]
    fn on_reference(&mut self, reference: Reference) {
        self.0.on_reference(reference);
        self.1.on_reference(reference);
    }
}

/// Watches if it is there.
impl<A: MachineObserver> MachineObserver for Option<A> {
    #[inline(always)]
    fn on_event(&mut self, event: Event) {
        if let Some(observer) = self {
            observer.on_event(event);
        }
    }
}

impl<A: KernelObserver> KernelObserver for Option<A> {
    #[inline(always)]
    fn on_step(&mut self, step: KernelStep) {
        if let Some(observer) = self {
            observer.on_step(step);
        }
    }
}

impl<A: ReplayObserver> ReplayObserver for Option<A> {
    #[inline(always)]
    fn on_reference(&mut self, reference: Reference) {
        if let Some(observer) = self {
            observer.on_reference(reference);
        }
    }
}
