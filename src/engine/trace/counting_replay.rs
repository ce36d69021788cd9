//! A replay that owns its machine.

use std::fmt;

use crate::kernel::OutOfMemory;
use crate::machine::Machine;
use crate::machine::event::AccessKind;
use crate::machine::footprint::{Footprint, MemoryUse};

use super::account::Account;
use super::counts::{ReferenceCounts, ReplayCounts};
use super::curve::PhysicalCurve;
use super::demand::{DemandError, DemandPaging};
pub use super::extras::{CurveMethod, ExtraOptions, SampleRate};
use super::flat::FlatReplay;
use super::record::{Fetches, Record};
pub use super::replay::OwnedTarget;
use super::replay::{Straddle, last_physical};

/// The translation of a trace's addresses to physical addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressMapping {
    /// The addresses are already physical, so the replay uses only the caches.
    Identity,
    /// A kernel allocates a frame for a page on the page's first touch.
    Demand(DemandPaging),
}

impl AddressMapping {
    /// The mapping's name in options and results.
    pub fn word(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Demand(_) => "demand",
        }
    }
}

/// Why a replay failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplayError {
    /// No process could be created for the trace.
    Refused(DemandError),
    /// A page fault needed memory, and none was free.
    Memory(OutOfMemory),
    /// The replay needs more of the host's memory than its limit permits; see [`CountingReplay::within`].
    TooLarge,
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReplayError::Refused(why) => why.fmt(f),
            ReplayError::Memory(why) => why.fmt(f),
            ReplayError::TooLarge => f.write_str("the limit of memory is too low for this trace"),
        }
    }
}

impl std::error::Error for ReplayError {}

/// A replay that owns its machine and converts records to [`ReplayCounts`].
#[derive(Debug)]
pub struct CountingReplay {
    simulation: Simulation,
    /// Maximum memory, in bytes.
    most: u64,
}

/// The simulation of a replay.
#[derive(Debug)]
enum Simulation {
    /// The simulation of every machine.
    General {
        on: OwnedTarget,
        account: Box<Account>,
    },
    /// The fast simulation of common machines, and the miss-ratio curve, if requested.
    Flat(Box<FlatReplay>, Option<Box<PhysicalCurve>>),
}

impl Simulation {
    fn general(mut on: OwnedTarget, straddle: Straddle, wanted: ExtraOptions) -> Self {
        let account = Box::new(Account::new(&on.target(), straddle, wanted));
        Self::General { on, account }
    }

    /// Returns the target if it needs the general simulation.
    fn flat(
        on: OwnedTarget,
        straddle: Straddle,
        wanted: ExtraOptions,
    ) -> Result<Self, OwnedTarget> {
        let has_others = (ExtraOptions {
            curve: None,
            ..wanted
        }) != ExtraOptions::default();
        let curve = match (&on, wanted.curve) {
            _ if has_others => return Err(on),
            (_, None) => None,
            (OwnedTarget::Process(..), Some(_)) => return Err(on),
            (OwnedTarget::Machine(machine), Some(method)) => {
                match PhysicalCurve::new(machine.spec(), straddle, method) {
                    Some(curve) => Some(Box::new(curve)),
                    None => return Err(on),
                }
            }
        };
        FlatReplay::new(on, straddle).map(|flat| Self::Flat(Box::new(flat), curve))
    }
}

impl CountingReplay {
    /// Creates a replay on a machine's current core.
    ///
    /// # Errors
    /// Fails if no process can be created for the trace.
    pub fn new(
        machine: Machine,
        map: AddressMapping,
        straddle: Straddle,
        wanted: ExtraOptions,
    ) -> Result<Self, ReplayError> {
        let on = match map {
            AddressMapping::Identity => OwnedTarget::Machine(Box::new(machine)),
            AddressMapping::Demand(demand) => {
                let (kernel, pid) = demand.start(machine).map_err(ReplayError::Refused)?;
                OwnedTarget::Process(Box::new(kernel), pid)
            }
        };
        Ok(Self::on(on, straddle, wanted))
    }

    /// Creates a replay on a machine's current core, or in a process without pages.
    pub fn on(on: OwnedTarget, straddle: Straddle, wanted: ExtraOptions) -> Self {
        let simulation = match Simulation::flat(on, straddle, wanted) {
            Ok(flat) => flat,
            Err(on) => Simulation::general(on, straddle, wanted),
        };
        Self {
            simulation,
            most: u64::MAX,
        }
    }

    /// Uses the general simulation, before the first record. For a few records, the conversion of the state of large caches
    /// would take longer than their simulation.
    #[must_use]
    pub fn for_few_records(self) -> Self {
        let simulation = match self.simulation {
            Simulation::Flat(flat, None) if *flat.references() == ReferenceCounts::default() => {
                let straddle = flat.straddle();
                Simulation::general(flat.abandon(), straddle, ExtraOptions::default())
            }
            other => other,
        };
        Self { simulation, ..self }
    }

    /// Returns the target in its state after the records.
    pub fn into_target(self) -> OwnedTarget {
        match self.simulation {
            Simulation::General { on, .. } => on,
            Simulation::Flat(flat, _) => flat.into_target(),
        }
    }

    /// Limits the memory of the replay to about this number of bytes. Without this method, the memory has no limit.
    #[must_use]
    pub fn within(self, most: u64) -> Self {
        Self { most, ..self }
    }

    /// Performs the next records, in order.
    ///
    /// # Errors
    /// Fails if a page fault needs memory and none is free, or if the earlier records need too much of the host's memory. The
    /// counts include the records before the failure.
    pub fn perform(&mut self, records: &[Record]) -> Result<(), ReplayError> {
        if self.most < u64::MAX && self.host_bytes() > self.most {
            return Err(ReplayError::TooLarge);
        }
        let done = match &mut self.simulation {
            Simulation::General { on, account } => account.perform(on.target(), records),
            Simulation::Flat(flat, curve) => {
                if let Some(curve) = curve {
                    curve.perform(records);
                }
                flat.perform(records)
            }
        };
        done.map_err(ReplayError::Memory)
    }

    /// Estimates the memory that grows with the trace, in bytes. The estimate uses fixed sizes, so it is equal on every
    /// platform.
    fn host_bytes(&self) -> u64 {
        self.footprint().total()
    }

    /// The memory of the replay, with that of its machine or kernel.
    pub fn footprint(&self) -> Footprint {
        let (mut footprint, traces) = match &self.simulation {
            Simulation::General { on, account } => (on.footprint(), account.host_bytes()),
            Simulation::Flat(flat, curve) => (
                flat.footprint(),
                curve.as_ref().map_or(0, |curve| curve.host_bytes()),
            ),
        };
        footprint.add(MemoryUse::Traces, traces);
        footprint
    }

    /// Returns the work of the kernel since the last call; see [`Kernel::take_work`](crate::kernel::Kernel::take_work).
    pub fn take_work(&mut self) -> u64 {
        match &mut self.simulation {
            Simulation::General {
                on: OwnedTarget::Machine(_),
                ..
            } => 0,
            Simulation::General {
                on: OwnedTarget::Process(kernel, _),
                ..
            } => kernel.take_work(),
            Simulation::Flat(flat, _) => flat.take_work(),
        }
    }

    /// The fetches that the replay needs. It does not simulate fetches that no TLB and no cache serves, nor fetches that only
    /// hit the first TLB and the first cache.
    pub fn fetches(&self) -> Fetches {
        let kind = AccessKind::Execute;
        let (spec, last, merges) = match &self.simulation {
            Simulation::General {
                on: OwnedTarget::Machine(machine),
                account,
            } if !account.has_extras() => (&**machine.spec(), u64::MAX, None),
            Simulation::General { .. } => return Fetches::Returned,
            Simulation::Flat(flat, _) => (flat.spec(), flat.last(), flat.merges_fetches()),
        };
        if last.min(last_physical(spec)) < Fetches::LEAST_MEMORY {
            return Fetches::Returned;
        }
        match merges {
            _ if spec.first_tlb(kind).is_none() && spec.first_cache(kind).is_none() => {
                Fetches::Counted
            }
            Some(block_bits) => Fetches::Merged { block_bits },
            None => Fetches::Returned,
        }
    }

    /// Adds fetches that are not in the records; see [`Fetches`].
    pub fn count_fetches(&mut self, fetches: u64) {
        match &mut self.simulation {
            Simulation::General { account, .. } => account.count_fetches(fetches),
            Simulation::Flat(flat, _) => flat.count_fetches(fetches),
        }
    }

    /// The counts so far.
    pub fn counts(&self) -> ReplayCounts {
        match &self.simulation {
            Simulation::General { on, account } => account.counts(on.machine()),
            Simulation::Flat(flat, curve) => ReplayCounts {
                curve: curve.as_ref().map(|curve| curve.curve()),
                ..flat.counts()
            },
        }
    }

    /// The counts of the references performed so far.
    pub fn references(&self) -> &ReferenceCounts {
        match &self.simulation {
            Simulation::General { account, .. } => account.references(),
            Simulation::Flat(flat, _) => flat.references(),
        }
    }
}
