//! From records to counts: a machine, or a process, with all that is counted about it.

use std::fmt;
use std::mem;
use std::rc::Rc;

use crate::kernel::ids::Pid;
use crate::kernel::{Kernel, OutOfMemory};
use crate::machine::Machine;
use crate::machine::cache::Counts;
use crate::machine::spec::Spec;

use super::counted::{Counted, Part, References};
use super::demand::{Demand, Refused};
use super::lens::Lens;
use super::record::Record;
use super::replay::{Replay, Straddle, Target};
use super::tally::Tally;

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

/// What is counted while records are performed on a machine that somebody else holds.
///
/// Only the core that replays is counted: choose it before, and perform all records on the same machine.
#[derive(Debug)]
pub struct Account {
    spec: Rc<Spec>,
    straddle: Straddle,
    /// Addresses are virtual ones of a process.
    mapped: bool,
    tally: Tally,
    references: References,
    /// The instruction that was fetched last.
    code: u64,
    /// What the machine had counted before.
    before: Units,
}

/// What a machine has counted, TLBs and caches in the order of the spec.
#[derive(Debug)]
struct Units {
    tlbs: Vec<Counts>,
    caches: Vec<Counts>,
}

impl Units {
    fn of(machine: &Machine) -> Self {
        let spec = machine.spec();
        Self {
            tlbs: (0..spec.tlbs.len()).map(|level| machine.tlb_counts(level)).collect(),
            caches: (0..spec.caches.len()).map(|level| machine.cache_counts(level)).collect(),
        }
    }
}

impl Account {
    /// Nothing performed yet on the target.
    pub fn new(target: &Target<'_>, straddle: Straddle, wanted: Wanted) -> Self {
        let (machine, mapped) = match target {
            Target::Identity(machine) => (&**machine, false),
            Target::Process(kernel, _) => (kernel.machine(), true),
        };
        let _ = wanted;
        Self {
            spec: machine.spec().clone(),
            straddle,
            mapped,
            tally: Tally::default(),
            references: References::default(),
            code: 0,
            before: Units::of(machine),
        }
    }

    /// Performs records, in order, on the target that the account was made for.
    ///
    /// # Errors
    /// If a fault needs memory and there is none; what came before has happened and is counted.
    pub fn perform(&mut self, target: Target<'_>, records: &[Record]) -> Result<(), OutOfMemory> {
        let mut tally = mem::take(&mut self.tally);
        let done = self.watched(target, records, &mut tally);
        self.tally = tally;
        done
    }

    fn watched<L: Lens + Default>(
        &mut self,
        target: Target<'_>,
        records: &[Record],
        lens: &mut L,
    ) -> Result<(), OutOfMemory> {
        let mut replay = Replay::new(target, self.straddle, mem::take(lens));
        (replay.references, replay.code) = (self.references, self.code);
        let done = replay.perform(records);
        (self.references, self.code) = (replay.references, replay.code);
        *lens = replay.lens;
        done
    }

    /// What has been counted so far on the machine.
    pub fn counted(&self, machine: &Machine) -> Counted {
        let (tally, now) = (&self.tally, Units::of(machine));
        let tlbs = now.tlbs.iter().zip(&self.before.tlbs).enumerate().map(|(level, (now, before))| Part {
            counts: since(*now, *before),
            kinds: tally.tlb(level),
            causes: None,
        });
        let caches = now.caches.iter().zip(&self.before.caches).enumerate();
        let caches = caches.map(|(level, (now, before))| Part {
            counts: since(*now, *before),
            kinds: tally.cache(level),
            causes: None,
        });
        Counted {
            spec: self.spec.clone(),
            references: self.references,
            tlbs: if self.mapped { tlbs.collect() } else { Vec::new() },
            caches: caches.collect(),
            memory: tally.memory(),
            paging: self.mapped.then(|| tally.paging(&self.spec)),
            top: None,
            curve: None,
        }
    }
}

/// What was counted between two times.
fn since(now: Counts, before: Counts) -> Counts {
    Counts {
        hits: now.hits.saturating_sub(before.hits),
        misses: now.misses.saturating_sub(before.misses),
        evictions: now.evictions.saturating_sub(before.evictions),
        writebacks: now.writebacks.saturating_sub(before.writebacks),
        walk_hits: now.walk_hits.saturating_sub(before.walk_hits),
        walk_misses: now.walk_misses.saturating_sub(before.walk_misses),
    }
}

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
        &self.account.references
    }
}
