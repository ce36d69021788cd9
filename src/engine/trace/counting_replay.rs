//! A replay that owns its machine.

use std::fmt;

use crate::kernel::ids::Pid;
use crate::kernel::{Kernel, OutOfMemory};
use crate::machine::Machine;

use super::account::Account;
use super::counts::{ReferenceCounts, ReplayCounts};
use super::curve::PhysicalCurve;
use super::demand::{DemandError, DemandPaging};
pub use super::extras::{CurveMethod, ExtraOptions, SampleRate};
use super::flat::FlatReplay;
use super::record::Record;
use super::replay::{Straddle, Target};

/// The translation of a trace's addresses to physical addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressMapping {
    /// The addresses are already physical, so the replay uses only the caches.
    Identity,
    /// A kernel allocates a frame for a page on the page's first touch.
    Demand(DemandPaging),
}

/// Why a replay failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplayError {
    /// No process could be created for the trace.
    Refused(DemandError),
    /// A page fault needed memory, and none was free.
    Memory(OutOfMemory),
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReplayError::Refused(why) => why.fmt(f),
            ReplayError::Memory(why) => why.fmt(f),
        }
    }
}

impl std::error::Error for ReplayError {}

/// A replay that owns its machine and converts records to [`ReplayCounts`].
#[derive(Debug)]
pub struct CountingReplay(Simulation);

/// The simulation of a replay.
#[derive(Debug)]
enum Simulation {
    /// The simulation of every machine.
    General { on: Backend, account: Box<Account> },
    /// The fast simulation of common machines, and the miss-ratio curve, if requested.
    Flat(Box<FlatReplay>, Option<Box<PhysicalCurve>>),
}

/// The machine of a replay, and its kernel, if any.
#[derive(Debug)]
enum Backend {
    Machine(Box<Machine>),
    Process(Box<Kernel>, Pid),
}

impl Backend {
    fn target(&mut self) -> Target<'_> {
        match self {
            Backend::Machine(machine) => Target::Identity(machine),
            Backend::Process(kernel, pid) => Target::Process(kernel, *pid),
        }
    }

    fn machine(&self) -> &Machine {
        match self {
            Backend::Machine(machine) => machine,
            Backend::Process(kernel, _) => kernel.machine(),
        }
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
        if map == AddressMapping::Identity
            && (ExtraOptions { curve: None, ..wanted }) == ExtraOptions::default()
            && let Some(flat) = FlatReplay::new(&machine, straddle)
            && let curve =
                wanted.curve.and_then(|method| PhysicalCurve::new(machine.spec(), straddle, method))
            && curve.is_some() == wanted.curve.is_some()
        {
            return Ok(Self(Simulation::Flat(Box::new(flat), curve.map(Box::new))));
        }
        let mut on = match map {
            AddressMapping::Identity => Backend::Machine(Box::new(machine)),
            AddressMapping::Demand(demand) => {
                let (kernel, pid) = demand.start(machine).map_err(ReplayError::Refused)?;
                Backend::Process(Box::new(kernel), pid)
            }
        };
        let account = Box::new(Account::new(&on.target(), straddle, wanted));
        Ok(Self(Simulation::General { on, account }))
    }

    /// Performs the next records, in order.
    ///
    /// # Errors
    /// Fails if a page fault needs memory and none is free. The counts include the records before the
    /// failure.
    pub fn perform(&mut self, records: &[Record]) -> Result<(), ReplayError> {
        let done = match &mut self.0 {
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

    /// The counts so far.
    pub fn counts(&self) -> ReplayCounts {
        match &self.0 {
            Simulation::General { on, account } => account.counts(on.machine()),
            Simulation::Flat(flat, curve) => {
                ReplayCounts { curve: curve.as_ref().map(|curve| curve.curve()), ..flat.counts() }
            }
        }
    }

    /// The counts of the references performed so far.
    pub fn references(&self) -> &ReferenceCounts {
        match &self.0 {
            Simulation::General { account, .. } => account.references(),
            Simulation::Flat(flat, _) => flat.references(),
        }
    }
}
