//! What is counted only when it is wanted.

use crate::kernel::event::{Step, Watch};
use crate::machine::event::{Event, Observer};
use crate::machine::spec::Spec;

use super::causes::Causing;
use super::counted::{Causes, Curve, Top};
use super::curve::Distances;
use super::lens::{Lens, Reference};
use super::top::Spots;

/// What is wanted beside the plain counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Misses of caches by their cause.
    pub causes: bool,
    /// The miss-ratio curve.
    pub curve: bool,
    /// So many of the busiest pages and instructions.
    pub top: Option<usize>,
}

/// Counts what is wanted.
#[derive(Debug, Clone, Default)]
pub struct Extras {
    causes: Option<Causing>,
    distances: Option<Distances>,
    spots: Option<Spots>,
}

impl Extras {
    /// Nothing counted yet, of a machine.
    pub fn new(spec: &Spec, wanted: Wanted) -> Self {
        Self {
            causes: wanted.causes.then(|| Causing::new(spec)),
            distances: wanted.curve.then(|| Distances::new(spec)),
            spots: wanted.top.map(|count| Spots::new(spec, count)),
        }
    }

    /// Causes of the misses of the cache of this level.
    pub fn causes(&self, level: usize) -> Option<Causes> {
        self.causes.as_ref().map(|causes| causes.of(level))
    }

    /// The miss-ratio curve.
    pub fn curve(&self) -> Option<Curve> {
        self.distances.as_ref().map(Distances::curve)
    }

    /// The busiest places.
    pub fn top(&self) -> Option<Top> {
        self.spots.as_ref().map(Spots::top)
    }
}

impl Observer for Extras {
    #[inline]
    fn see(&mut self, event: Event) {
        self.causes.see(event);
        self.distances.see(event);
        self.spots.see(event);
    }
}

impl Watch for Extras {
    fn step(&mut self, step: Step) {
        let (Step::Zeroed { frame } | Step::Filled { frame, .. } | Step::Copied { to: frame, .. }) = step
        else {
            return;
        };
        if let Some(causes) = &mut self.causes {
            causes.renew(frame);
        }
    }
}

impl Lens for Extras {
    #[inline]
    fn begin(&mut self, reference: Reference) {
        if let Some(causes) = &mut self.causes {
            causes.begin(reference.kind);
        }
        if let Some(distances) = &mut self.distances {
            distances.begin(reference.kind);
        }
        if let Some(spots) = &mut self.spots {
            spots.begin(reference);
        }
    }
}
