//! The latency of an access: the sum of the latencies of its lookups.

use super::event::{Event, MachineObserver, Purpose};
use super::spec::{Latency, Spec};

/// Adds up an access as it happens.
///
/// Every lookup of a TLB or cache costs its latency, and every read or write of memory that the access waits for
/// costs memory's; so does an entry fetched from a detached page table. Write-backs cost nothing, because the access
/// does not wait for them. Where the first cache is virtually indexed, its lookup begins together with the first TLB's, and only
/// the longer of the two counts.
#[derive(Debug, Clone)]
pub(crate) struct LatencyMeter<'a> {
    spec: &'a Spec,
    total: Latency,
    /// Latency of this piece's first TLB lookup, until the first cache has been looked up.
    tlb: Option<Latency>,
    /// Whether this piece has looked up a cache for itself.
    cached: bool,
}

impl<'a> LatencyMeter<'a> {
    pub(crate) fn new(spec: &'a Spec) -> Self {
        Self { spec, total: 0, tlb: None, cached: false }
    }

    pub(crate) fn total(&self) -> Latency {
        self.total
    }

    fn add(&mut self, latency: Latency) {
        self.total = self.total.saturating_add(latency);
    }

    fn cache(&mut self, n: u32, purpose: Purpose) {
        let Some(cache) = self.spec.caches.get(n as usize) else { return };
        self.add(cache.latency);
        if purpose == Purpose::Demand && !self.cached {
            self.cached = true;
            if cache.virtual_index {
                self.total = self.total.saturating_sub(cache.latency.min(self.tlb.unwrap_or(0)));
            }
        }
    }
}

impl MachineObserver for LatencyMeter<'_> {
    fn on_event(&mut self, event: Event) {
        match event {
            Event::Fragment { .. } => (self.tlb, self.cached) = (None, false),
            Event::TlbLookup { tlb, .. } => {
                let latency = self.spec.tlbs.get(tlb as usize).map_or(0, |tlb| tlb.latency);
                self.add(latency);
                self.tlb = self.tlb.or(Some(latency));
            }
            Event::CacheLookup { cache, purpose, .. } => self.cache(cache, purpose),
            Event::Memory { purpose: Purpose::Demand | Purpose::Walk, .. }
            | Event::Pte { address: None, .. } => {
                self.add(self.spec.memory_latency);
            }
            _ => {}
        }
    }
}

/// The latency of an access, given its events.
pub fn cycles(spec: &Spec, events: &[Event]) -> Latency {
    latencies(spec, events).fold(0, |total: Latency, (_, latency)| total.saturating_add(latency))
}

/// What each event of an access adds to its latency. A lookup that overlaps with an earlier one adds only what is left.
pub fn latencies<'a>(spec: &'a Spec, events: &'a [Event]) -> impl Iterator<Item = (Event, Latency)> + 'a {
    let mut meter = LatencyMeter::new(spec);
    events.iter().map(move |event| {
        let before = meter.total();
        meter.on_event(*event);
        (*event, meter.total() - before)
    })
}
