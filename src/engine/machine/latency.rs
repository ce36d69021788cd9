//! The latency of an access, which is the sum of the latencies of its lookups.

use std::ops::Deref;

use super::event::{Event, MachineObserver, Purpose};
use super::spec::{Latency, Spec};

/// Computes the total latency of accesses from their events.
///
/// Every lookup costs the latency of its TLB or cache. Every memory read or write that the access waits for
/// costs the memory latency, as does a fetch from a detached page table. Write-backs cost nothing, because
/// the access does not wait for them. If the first cache is virtually indexed, its lookup overlaps with the
/// first TLB lookup, and only the longer latency is counted.
#[derive(Debug, Clone)]
pub(crate) struct LatencyMeter<S> {
    spec: S,
    total: Latency,
    /// The total before the current fragment.
    before: Latency,
    /// The latency of the current fragment's first TLB lookup, or `None` before that lookup.
    tlb: Option<Latency>,
    /// Whether the current fragment has looked up its own data in a cache.
    cached: bool,
}

impl<S: Deref<Target = Spec>> LatencyMeter<S> {
    pub(crate) fn new(spec: S) -> Self {
        Self {
            spec,
            total: 0,
            before: 0,
            tlb: None,
            cached: false,
        }
    }

    pub(crate) fn total(&self) -> Latency {
        self.total
    }

    /// Discards the current fragment, whose attempt has faulted.
    pub(crate) fn discard_attempt(&mut self) {
        self.total = self.before;
    }

    /// Adds an access to physical memory that no TLB and no cache serves. Each page that the access touches costs one
    /// memory access.
    pub(crate) fn add_uncached(&mut self, va: u64, size: u32) {
        let page = |address: u64| address.checked_shr(self.spec.page_bits()).unwrap_or(0);
        let last = va.saturating_add(u64::from(size.saturating_sub(1)));
        let pages = page(last) - page(va) + 1;
        self.add(self.spec.memory_latency.saturating_mul(pages));
    }

    fn add(&mut self, latency: Latency) {
        self.total = self.total.saturating_add(latency);
    }

    fn cache(&mut self, n: u32, purpose: Purpose) {
        let Some(cache) = self.spec.caches.get(n as usize) else {
            return;
        };
        let (latency, is_first) = (cache.latency, purpose == Purpose::Demand && !self.cached);
        let hidden = if is_first && cache.virtual_index {
            latency.min(self.tlb.unwrap_or(0))
        } else {
            0
        };
        self.cached |= is_first;
        self.add(latency - hidden);
    }
}

impl<S: Deref<Target = Spec>> MachineObserver for LatencyMeter<S> {
    fn on_event(&mut self, event: Event) {
        match event {
            Event::Fragment { .. } => {
                (self.before, self.tlb, self.cached) = (self.total, None, false);
            }
            Event::TlbLookup { tlb, .. } => {
                let latency = self
                    .spec
                    .tlbs
                    .get(tlb as usize)
                    .map_or(0, |tlb| tlb.latency);
                self.add(latency);
                self.tlb = self.tlb.or(Some(latency));
            }
            Event::CacheLookup { cache, purpose, .. } => self.cache(cache, purpose),
            Event::Memory {
                purpose: Purpose::Demand | Purpose::Walk,
                ..
            }
            | Event::Pte { address: None, .. } => {
                self.add(self.spec.memory_latency);
            }
            _ => {}
        }
    }
}

/// Returns the latency of an access with these events.
pub fn cycles(spec: &Spec, events: &[Event]) -> Latency {
    latencies(spec, events).fold(0, |total: Latency, (_, latency)| {
        total.saturating_add(latency)
    })
}

/// Returns the latency that each event of an access adds. A cache lookup that overlaps with a TLB lookup
/// adds only the part of its latency that exceeds the TLB's latency.
pub fn latencies<'a>(
    spec: &'a Spec,
    events: &'a [Event],
) -> impl Iterator<Item = (Event, Latency)> + 'a {
    let mut meter = LatencyMeter::new(spec);
    events.iter().map(move |event| {
        let before = meter.total();
        meter.on_event(*event);
        (*event, meter.total() - before)
    })
}
