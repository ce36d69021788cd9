//! The references of a trace to a swept cache.
//!
//! The caches above the swept one are simulated. The other caches affect the swept cache only through snoops, so its counts need
//! no simulation of these caches. The rules are those of `machine::hierarchy`, without inclusive and exclusive caches. The
//! addresses of a process are translated once, because TLBs, page walks, and page faults do not depend on caches.

use super::options::ReplayOptions;
use super::recorder::Recorder;
use super::stack::BlockOp;
use super::swept_level::{Effect, SweptLevel, above};
use crate::kernel::OutOfMemory;
use crate::machine::Machine;
use crate::machine::spec::Spec;
use crate::trace::counting_replay::AddressMapping;
use crate::trace::counts::ReferenceCounts;
use crate::trace::demand::DemandError;
use crate::trace::flat::caches::FlatCaches;
use crate::trace::flat::process::FlatProcess;
use crate::trace::record::Record;
use crate::trace::replay::{Batch, Straddle};

/// Converts the records of a trace to the operations on a cache.
#[derive(Debug)]
pub(super) struct Decoder {
    cache: SweptLevel,
    straddle: Straddle,
    references: ReferenceCounts,
    addresses: Addresses,
}

/// The addresses of a trace, and the caches that they refer to.
#[derive(Debug)]
enum Addresses {
    Physical(Box<FlatCaches<Recorder>>),
    Virtual(Box<FlatProcess<Recorder>>),
}

impl Decoder {
    /// Creates a decoder for a cache of a machine. Returns `None` if the machine needs the general simulation.
    ///
    /// # Errors
    /// Fails if no process can be created for the trace.
    pub(super) fn new(
        cache: SweptLevel,
        spec: &Spec,
        how: ReplayOptions,
    ) -> Option<Result<Self, DemandError>> {
        let (straddle, references) = (how.straddle, ReferenceCounts::default());
        let upper = above(spec, cache.level);
        let caches = FlatCaches::above(
            &upper,
            (cache.block_bits, cache.within),
            Recorder::new(cache),
        )?;
        let addresses = match how.map {
            AddressMapping::Identity => Ok(Addresses::Physical(Box::new(caches))),
            AddressMapping::Demand(demand) => {
                let process = FlatProcess::with_caches(Machine::new(spec.clone()), demand, caches)?;
                process.map(|process| Addresses::Virtual(Box::new(process)))
            }
        };
        Some(addresses.map(|addresses| Self {
            cache,
            straddle,
            references,
            addresses,
        }))
    }

    /// Replaces the operations with those of the next records.
    ///
    /// # Errors
    /// Fails if a page fault needs memory and none is free.
    pub(super) fn decode(&mut self, records: &[Record]) -> Result<&mut Vec<BlockOp>, OutOfMemory> {
        let Self {
            cache,
            straddle,
            references,
            addresses,
        } = self;
        let simulated = cache.effects.map(|effect| effect != Effect::Uncached);
        let caches = match addresses {
            Addresses::Physical(caches) => {
                caches.below_mut().clear();
                let batch = Batch {
                    records,
                    straddle: *straddle,
                    last: cache.last,
                };
                batch.simulate(references, &mut 0, &mut (), simulated, &mut **caches)?;
                caches
            }
            Addresses::Virtual(process) => {
                process.caches_mut().below_mut().clear();
                let batch = Batch {
                    records,
                    straddle: *straddle,
                    last: process.last(),
                };
                batch.simulate(references, &mut 0, &mut (), simulated, &mut **process)?;
                process.count_pending_hits();
                process.caches_mut()
            }
        };
        Ok(caches.below_mut().ops())
    }

    /// The numbers of references to blocks of the cache so far, without page walks and by page walks.
    pub(super) fn accesses(&self) -> (u64, u64) {
        let caches = match &self.addresses {
            Addresses::Physical(caches) => caches,
            Addresses::Virtual(process) => process.caches(),
        };
        caches.below().accesses()
    }

    /// Estimates the memory that grows with the trace, in bytes.
    pub(super) fn host_bytes(&self) -> u64 {
        match &self.addresses {
            Addresses::Physical(_) => 0,
            Addresses::Virtual(process) => process.footprint().total(),
        }
    }

    /// The counts of the references so far.
    pub(super) fn references(&self) -> ReferenceCounts {
        self.references
    }
}
