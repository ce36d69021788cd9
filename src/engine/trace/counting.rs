//! From records to counts: a replay on a machine of its own, or in a process on it.

use std::fmt;

use crate::kernel::ids::Pid;
use crate::kernel::{Kernel, OutOfMemory};
use crate::machine::Machine;

use super::account::Account;
use super::counted::{Counted, References};
use super::demand::{Demand, Refused};
pub use super::extras::Wanted;
use super::record::Record;
use super::replay::{Straddle, Target};

/// How addresses of a trace become physical ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Map {
    /// They are: only the caches are asked.
    Identity,
    /// A kernel gives a page a frame when it is first touched.
    Demand(Demand),
}

/// Why a replay cannot begin, or go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failed {
    /// There is no process for the trace.
    Refused(Refused),
    /// A page fault needed memory that there is not.
    Memory(OutOfMemory),
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failed::Refused(why) => why.fmt(f),
            Failed::Memory(why) => why.fmt(f),
        }
    }
}

impl std::error::Error for Failed {}

/// A replay on a machine of its own, from records to [`Counted`].
#[derive(Debug)]
pub struct Counting {
    on: On,
    account: Account,
}

/// What a replay of its own runs on.
#[derive(Debug)]
enum On {
    Machine(Box<Machine>),
    Process(Box<Kernel>, Pid),
}

impl On {
    fn target(&mut self) -> Target<'_> {
        match self {
            On::Machine(machine) => Target::Identity(machine),
            On::Process(kernel, pid) => Target::Process(kernel, *pid),
        }
    }

    fn machine(&self) -> &Machine {
        match self {
            On::Machine(machine) => machine,
            On::Process(kernel, _) => kernel.machine(),
        }
    }
}

impl Counting {
    /// A replay on a machine, on the core that it stands at.
    ///
    /// # Errors
    /// If there can be no process for a trace on it.
    pub fn new(machine: Machine, map: Map, straddle: Straddle, wanted: Wanted) -> Result<Self, Failed> {
        let mut on = match map {
            Map::Identity => On::Machine(Box::new(machine)),
            Map::Demand(demand) => {
                let (kernel, pid) = demand.start(machine).map_err(Failed::Refused)?;
                On::Process(Box::new(kernel), pid)
            }
        };
        let account = Account::new(&on.target(), straddle, wanted);
        Ok(Self { on, account })
    }

    /// Performs the next records, in order.
    ///
    /// # Errors
    /// If a page fault needs memory and there is none; what came before is counted.
    pub fn perform(&mut self, records: &[Record]) -> Result<(), Failed> {
        self.account.perform(self.on.target(), records).map_err(Failed::Memory)
    }

    /// What has been counted so far.
    pub fn counted(&self) -> Counted {
        self.account.counted(self.on.machine())
    }

    /// What has been performed so far.
    pub fn references(&self) -> &References {
        self.account.references()
    }
}
