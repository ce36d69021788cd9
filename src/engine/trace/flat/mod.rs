//! A simulation of common machines for traces, without data, observers, or shared state. It starts with the state of a machine,
//! and gives the machine the state at its end.
//!
//! The rules are those of `machine::hierarchy` and `machine::translate`, for a single running core, one block size, no inclusive
//! and no exclusive caches, and the policies LRU and FIFO. The property tests compare the two simulations.
//!
//! `docs/decisions/cache-simulations.md` gives the reasons.

pub(super) mod cache;
pub(super) mod caches;
pub(super) mod pages;
pub(super) mod process;
pub(super) mod single;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::kernel::OutOfMemory;
use crate::machine::Machine;
use crate::machine::footprint::Footprint;
use crate::machine::spec::Spec;
use cache::Cause;
use caches::FlatCaches;
use process::FlatProcess;

use super::counts::{ReferenceCounts, ReplayCounts};
use super::record::Record;
use super::replay::{Batch, KINDS, OwnedTarget, Straddle, last_physical};

/// The addresses of a trace.
#[derive(Debug)]
enum Addresses {
    Physical(Box<Machine>, Box<FlatCaches>),
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
    /// Creates a replay on a machine, or in a process without pages that runs on the current core. Returns the target if it needs
    /// the general simulation. A script's caches keep their state, so the replay starts with it. Other
    /// machines would need a second implementation of rules that few scripts use.
    pub(super) fn new(on: OwnedTarget, straddle: Straddle) -> Result<Self, OwnedTarget> {
        let (spec, addresses) = match on {
            OwnedTarget::Machine(machine) => match FlatCaches::new(&machine) {
                Some(caches) => (
                    machine.spec().clone(),
                    Addresses::Physical(machine, Box::new(caches)),
                ),
                None => return Err(OwnedTarget::Machine(machine)),
            },
            OwnedTarget::Process(kernel, pid) => {
                let spec = kernel.machine().spec().clone();
                match FlatProcess::new(kernel, pid) {
                    Ok(process) => (spec, Addresses::Virtual(Box::new(process))),
                    Err(kernel) => return Err(OwnedTarget::Process(kernel, pid)),
                }
            }
        };
        Ok(Self {
            spec,
            addresses,
            straddle,
            references: ReferenceCounts::default(),
            code: 0,
        })
    }

    /// Returns the target in its state after the records.
    pub(super) fn into_target(self) -> OwnedTarget {
        match self.addresses {
            Addresses::Physical(mut machine, caches) => {
                caches.give_to(&mut machine);
                OwnedTarget::Machine(machine)
            }
            Addresses::Virtual(process) => {
                let pid = process.pid();
                OwnedTarget::Process(process.into_kernel(), pid)
            }
        }
    }

    /// Returns the target before the first record.
    pub(super) fn abandon(self) -> OwnedTarget {
        match self.addresses {
            Addresses::Physical(machine, _) => OwnedTarget::Machine(machine),
            Addresses::Virtual(process) => {
                let pid = process.pid();
                OwnedTarget::Process(process.abandon(), pid)
            }
        }
    }

    /// Performs records in order.
    ///
    /// # Errors
    /// Fails if a page fault needs memory and none is free.
    pub(super) fn perform(&mut self, records: &[Record]) -> Result<(), OutOfMemory> {
        let last = self.last();
        let Self {
            spec,
            addresses,
            straddle,
            references,
            code,
        } = self;
        let simulated = KINDS.map(|kind| spec.first_cache(kind).is_some());
        let (batch, watch) = (
            Batch {
                records,
                straddle: *straddle,
                last,
            },
            &mut (),
        );
        match addresses {
            Addresses::Physical(_, caches) => {
                batch.simulate(references, code, watch, simulated, &mut **caches)
            }
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
            Addresses::Physical(_, caches) => (&**caches, None),
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

    /// The memory of the simulation, with that of its machine or kernel.
    pub(super) fn footprint(&self) -> Footprint {
        match &self.addresses {
            Addresses::Physical(machine, _) => machine.footprint(),
            Addresses::Virtual(process) => process.footprint(),
        }
    }

    /// Returns the work of the kernel since the last call.
    pub(super) fn take_work(&mut self) -> u64 {
        match &mut self.addresses {
            Addresses::Physical(..) => 0,
            Addresses::Virtual(process) => process.take_work(),
        }
    }

    /// How references that straddle blocks or pages are counted.
    pub(super) fn straddle(&self) -> Straddle {
        self.straddle
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
            Addresses::Physical(_, caches) => (&**caches, caches.fetches_are_repeatable()),
            Addresses::Virtual(process) => (process.caches(), process.fetches_are_repeatable()),
        };
        merges.then(|| caches.within.count_ones())
    }

    /// Adds fetches that are not in the records; see [`Fetches`](super::record::Fetches).
    pub(super) fn count_fetches(&mut self, fetches: u64) {
        self.references.count_fetches(fetches);
        match &mut self.addresses {
            Addresses::Physical(_, caches) => caches.count_first(Cause::Execute, fetches),
            Addresses::Virtual(process) => process.count_hits(Cause::Execute, fetches),
        }
    }

    /// Returns the last address of the trace's address space.
    pub(super) fn last(&self) -> u64 {
        match &self.addresses {
            Addresses::Physical(..) => last_physical(&self.spec),
            Addresses::Virtual(process) => process.last(),
        }
    }

    pub(super) fn spec(&self) -> &Spec {
        &self.spec
    }
}
