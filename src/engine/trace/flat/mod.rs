//! A simulation of common machines for traces, without data, observers, or shared state.
//!
//! The rules are those of `machine::hierarchy` and `machine::translate`, for a single running core, one block size, no inclusive
//! and no exclusive caches, and the policies LRU and FIFO. The property tests compare the two simulations.

pub(super) mod below;
pub(super) mod cache;
pub(super) mod caches;
mod fault;
pub(super) mod frame_pages;
pub(super) mod pages;
pub(super) mod process;
pub(super) mod single;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::kernel::OutOfMemory;
use crate::machine::Machine;
use crate::machine::spec::Spec;
use cache::Cause;
use caches::FlatCaches;
use process::FlatProcess;

use super::counts::{ReferenceCounts, ReplayCounts};
use super::demand::{DemandError, DemandPaging};
use super::record::Record;
use super::replay::{Batch, KINDS, Straddle, last_physical};

/// The addresses of a trace.
#[derive(Debug)]
enum Addresses {
    Physical(Box<FlatCaches>),
    Virtual(Box<FlatProcess>),
}

/// A replay on a machine that it owns.
#[derive(Debug)]
pub(super) struct FlatReplay {
    spec: Arc<Spec>,
    addresses: Addresses,
    straddle: Straddle,
    references: ReferenceCounts,
    /// The address of the last fetched instruction.
    code: u64,
}

impl FlatReplay {
    /// Creates a replay of physical addresses on a machine in its initial state. Returns `None` if the machine needs the
    /// general simulation.
    pub(super) fn physical(machine: &Machine, straddle: Straddle) -> Option<Self> {
        Some(Self::new(machine, straddle, Addresses::Physical(Box::new(FlatCaches::new(machine)?))))
    }

    /// Creates a replay of a process's addresses; see [`FlatReplay::physical`].
    pub(super) fn demand(
        machine: &Machine,
        demand: DemandPaging,
        straddle: Straddle,
    ) -> Option<Result<Self, DemandError>> {
        let process = FlatProcess::new(machine, demand)?;
        Some(process.map(|process| Self::new(machine, straddle, Addresses::Virtual(Box::new(process)))))
    }

    fn new(machine: &Machine, straddle: Straddle, addresses: Addresses) -> Self {
        let (spec, references) = (machine.spec().clone(), ReferenceCounts::default());
        Self { spec, addresses, straddle, references, code: 0 }
    }

    /// Performs records in order.
    ///
    /// # Errors
    /// Fails if a page fault needs memory and none is free.
    pub(super) fn perform(&mut self, records: &[Record]) -> Result<(), OutOfMemory> {
        let last = self.last();
        let Self { spec, addresses, straddle, references, code } = self;
        let simulated = KINDS.map(|kind| spec.first_cache(kind).is_some());
        let (batch, watch) = (Batch { records, straddle: *straddle, last }, &mut ());
        match addresses {
            Addresses::Physical(caches) => batch.simulate(references, code, watch, simulated, &mut **caches),
            Addresses::Virtual(process) => {
                let done = batch.simulate(references, code, watch, simulated, &mut **process);
                process.count_pending_hits();
                done
            }
        }
    }

    /// Returns the counts so far.
    pub(super) fn counts(&self) -> ReplayCounts {
        let (caches, process) = match &self.addresses {
            Addresses::Physical(caches) => (&**caches, None),
            Addresses::Virtual(process) => (process.caches(), Some(&**process)),
        };
        ReplayCounts {
            spec: self.spec.clone(),
            references: self.references,
            tlbs: process.map(FlatProcess::tlb_counts).unwrap_or_default(),
            caches: caches.counts(),
            memory: *caches.below(),
            paging: process.map(|process| process.paging(&self.spec)),
            top: None,
            curve: None,
            cycles: None,
        }
    }

    /// Estimates the memory that grows with the trace, in bytes.
    pub(super) fn host_bytes(&self) -> u64 {
        match &self.addresses {
            Addresses::Physical(_) => 0,
            Addresses::Virtual(process) => process.host_bytes(),
        }
    }

    /// Returns the counts of the references so far.
    pub(super) fn references(&self) -> &ReferenceCounts {
        &self.references
    }

    /// log2 of the size in bytes of the blocks in which fetches may be merged; see
    /// [`Fetches::Merged`](super::record::Fetches::Merged). `None` if such fetches have
    /// effects.
    pub(super) fn merges_fetches(&self) -> Option<u32> {
        let (caches, merges) = match &self.addresses {
            Addresses::Physical(caches) => (&**caches, caches.fetches_are_repeatable()),
            Addresses::Virtual(process) => (process.caches(), process.fetches_are_repeatable()),
        };
        merges.then(|| caches.within.count_ones())
    }

    /// Adds fetches that are not in the records; see [`Fetches`](super::record::Fetches).
    pub(super) fn count_fetches(&mut self, fetches: u64) {
        self.references.count_fetches(fetches);
        match &mut self.addresses {
            Addresses::Physical(caches) => caches.count_first(Cause::Execute, fetches),
            Addresses::Virtual(process) => process.count_hits(Cause::Execute, fetches),
        }
    }

    /// Returns the last address of the trace's address space.
    pub(super) fn last(&self) -> u64 {
        match &self.addresses {
            Addresses::Physical(_) => last_physical(&self.spec),
            Addresses::Virtual(process) => process.last(),
        }
    }

    /// Returns the machine's spec.
    pub(super) fn spec(&self) -> &Spec {
        &self.spec
    }
}
