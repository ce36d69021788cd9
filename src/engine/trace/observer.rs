//! Observers of a replay.

use crate::kernel::event::{KernelObserver, KernelStep};
use crate::machine::event::{AccessKind, Event, MachineObserver};

/// A memory reference: a record, or the load or store of a modifying record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    pub(crate) kind: AccessKind,
    /// The address of the first byte, as given in the trace.
    pub(crate) va: u64,
    /// The size in bytes.
    pub(crate) size: u32,
    /// The address of the last fetched instruction, which makes the reference. The address is 0 before the
    /// first fetch.
    pub(crate) code: u64,
}

/// Observes a replay: each reference, followed by its machine events and kernel steps. `()` ignores
/// everything and costs nothing. A pair forwards everything to both observers.
pub trait ReplayObserver: KernelObserver {
    /// A reference starts. The events and steps up to the next reference belong to the reference just
    /// received.
    fn on_reference(&mut self, reference: Reference);

    /// Receives a reference for which the machine has neither a TLB nor a cache. The replay counts the
    /// reference but does not perform it.
    #[inline(always)]
    fn on_uncached(&mut self, _reference: Reference) {}
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

    #[inline(always)]
    fn on_uncached(&mut self, reference: Reference) {
        self.0.on_uncached(reference);
        self.1.on_uncached(reference);
    }
}

/// `Some` forwards events to the observer, and `None` ignores them.
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

    #[inline(always)]
    fn on_uncached(&mut self, reference: Reference) {
        if let Some(observer) = self {
            observer.on_uncached(reference);
        }
    }
}
