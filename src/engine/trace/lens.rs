//! Who watches a replay.

use crate::kernel::event::{Step, Watch};
use crate::machine::event::{Event, Kind, Observer};

/// A reference to memory: a record, or the half of a modifying one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// What it does.
    pub kind: Kind,
    /// Its first byte, as the program calls it.
    pub va: u64,
    /// Its bytes.
    pub size: u32,
    /// The instruction that makes it: what was fetched last. 0 before the first fetch of a trace, and in traces without
    /// fetches.
    pub code: u64,
}

/// Watches a replay: each reference as it begins, and then what the machine and the kernel do for it. `()` watches nothing
/// and costs nothing; of two, both watch.
pub trait Lens: Watch {
    /// A reference begins; what follows up to the next one is done for it.
    fn begin(&mut self, reference: Reference);
}

impl Lens for () {
    #[inline(always)]
    fn begin(&mut self, _: Reference) {}
}

/// Both of two watch.
#[derive(Debug, Clone, Default)]
pub struct Both<A, B>(pub A, pub B);

impl<A: Observer, B: Observer> Observer for Both<A, B> {
    #[inline(always)]
    fn see(&mut self, event: Event) {
        self.0.see(event);
        self.1.see(event);
    }
}

impl<A: Watch, B: Watch> Watch for Both<A, B> {
    #[inline(always)]
    fn step(&mut self, step: Step) {
        self.0.step(step);
        self.1.step(step);
    }
}

impl<A: Lens, B: Lens> Lens for Both<A, B> {
    #[inline(always)]
    fn begin(&mut self, reference: Reference) {
        self.0.begin(reference);
        self.1.begin(reference);
    }
}

/// Watches if it is there.
impl<A: Observer> Observer for Option<A> {
    #[inline(always)]
    fn see(&mut self, event: Event) {
        if let Some(lens) = self {
            lens.see(event);
        }
    }
}

impl<A: Watch> Watch for Option<A> {
    #[inline(always)]
    fn step(&mut self, step: Step) {
        if let Some(lens) = self {
            lens.step(step);
        }
    }
}

impl<A: Lens> Lens for Option<A> {
    #[inline(always)]
    fn begin(&mut self, reference: Reference) {
        if let Some(lens) = self {
            lens.begin(reference);
        }
    }
}
