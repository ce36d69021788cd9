//! Counts that are computed only on request.

use std::sync::Arc;

use crate::kernel::event::{KernelObserver, KernelStep};
use crate::machine::event::{AccessKind, Event, MachineObserver};
use crate::machine::latency::LatencyMeter;
use crate::machine::spec::{Latency, Spec};

use super::counts::{HotSpots, MissCauses, MissCurve};
use super::curve::Distances;
pub use super::curve::{CurveMethod, SampleRate};
use super::hot_spots::HotSpotCounter;
use super::miss_classifier::MissClassifier;
use super::tally::{Reference, ReplayObserver};

/// The requested additional counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExtraOptions {
    /// Whether to classify cache misses by cause.
    pub causes: bool,
    /// The method for the miss-ratio curve, or `None` for no curve.
    pub curve: Option<CurveMethod>,
    /// The maximum length of the list of pages and of the list of instructions, both with the most misses
    /// first.
    pub top: Option<usize>,
    /// Whether to add up the latencies of all references, except for attempts that fault.
    pub cycles: bool,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Extras {
    causes: Option<MissClassifier>,
    distances: Option<Distances>,
    spots: Option<HotSpotCounter>,
    latency: Option<LatencyMeter<Arc<Spec>>>,
}

impl Extras {
    /// Creates the requested counts for a machine, all initialized to zero.
    pub(crate) fn new(spec: &Arc<Spec>, wanted: ExtraOptions) -> Self {
        Self {
            causes: wanted.causes.then(|| MissClassifier::new(spec)),
            distances: wanted.curve.map(|method| Distances::new(spec, method)),
            spots: wanted.top.map(|count| HotSpotCounter::new(spec, count)),
            latency: wanted.cycles.then(|| LatencyMeter::new(spec.clone())),
        }
    }

    /// The causes of the misses in the cache at this level.
    pub(crate) fn causes(&self, level: usize) -> Option<MissCauses> {
        self.causes.as_ref().map(|causes| causes.causes(level))
    }

    pub(crate) fn curve(&self) -> Option<MissCurve> {
        self.distances.as_ref().map(Distances::curve)
    }

    /// Estimates the memory of the counts in bytes.
    pub(crate) fn host_bytes(&self) -> u64 {
        self.causes.as_ref().map_or(0, MissClassifier::host_bytes)
            + self.distances.as_ref().map_or(0, Distances::host_bytes)
            + self.spots.as_ref().map_or(0, HotSpotCounter::host_bytes)
    }

    /// The total latency of the references.
    pub(crate) fn cycles(&self) -> Option<Latency> {
        self.latency.as_ref().map(LatencyMeter::total)
    }

    pub(crate) fn top(&self) -> Option<HotSpots> {
        self.spots.as_ref().map(HotSpotCounter::top)
    }
}

impl MachineObserver for Extras {
    #[inline]
    fn on_event(&mut self, event: Event) {
        self.causes.on_event(event);
        self.distances.on_event(event);
        self.spots.on_event(event);
        self.latency.on_event(event);
    }
}

impl KernelObserver for Extras {
    fn on_step(&mut self, step: KernelStep) {
        if let (KernelStep::Fault { .. }, Some(latency)) = (step, &mut self.latency) {
            latency.discard_attempt();
        }
        let (KernelStep::Zeroed { frame }
        | KernelStep::Filled { frame, .. }
        | KernelStep::Copied { to: frame, .. }) = step
        else {
            return;
        };
        if let Some(causes) = &mut self.causes {
            causes.renew(frame);
        }
    }
}

impl ReplayObserver for Extras {
    #[inline]
    fn on_reference(&mut self, reference: Reference) {
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

    fn on_uncached(&mut self, reference: Reference) {
        if let Some(distances) = &mut self.distances
            && reference.kind != AccessKind::Execute
        {
            distances.begin(reference.kind);
            distances.refer(reference.va, reference.size);
        }
        if let Some(latency) = &mut self.latency {
            latency.add_uncached(reference.va, reference.size);
        }
    }
}
