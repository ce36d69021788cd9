//! A replay that owns its machine.

use std::sync::Arc;
use std::{fmt, mem};

use super::counts::{ByKind, LevelCounts, Lookups, MissCauses, ReferenceCounts, ReplayCounts};
use super::curve::PhysicalCurve;
use super::demand::{DemandError, DemandPaging};
use super::extras::Extras;
use super::flat::FlatReplay;
use super::record::{Fetches, Record};
use super::replay::{Replay, Straddle, Target, last_physical};
use super::tally::{ReplayObserver, Tally};
use crate::kernel::ids::Pid;
use crate::kernel::{Kernel, OutOfMemory};
use crate::machine::Machine;
use crate::machine::cache::Counts;
use crate::machine::event::AccessKind;
use crate::machine::footprint::{Footprint, MemoryUse};
use crate::machine::spec::Spec;

pub use super::extras::{CurveMethod, ExtraOptions, SampleRate};
pub use super::replay::OwnedTarget;

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

    /// Creates a replay in a process whose pages can be resident.
    pub fn in_process(
        kernel: Box<Kernel>,
        pid: Pid,
        straddle: Straddle,
        wanted: ExtraOptions,
    ) -> Self {
        Self {
            simulation: Simulation::general(OwnedTarget::Process(kernel, pid), straddle, wanted),
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

/// Counts the records performed on a borrowed machine.
///
/// The account includes only the current core. Select the core before creating the account, and perform all
/// records on the same machine.
#[derive(Debug)]
pub struct Account {
    spec: Arc<Spec>,
    /// Whether the addresses are virtual addresses of a process.
    mapped: bool,
    so_far: ReplayState,
    observer: Observers,
    /// The machine's counts before the replay.
    before: MachineCounts,
}

/// The observers. Two variants avoid the cost of counts that are not requested.
#[derive(Debug)]
enum Observers {
    Plain(Box<Tally>),
    More(Box<(Tally, Extras)>),
}

/// The state that a replay keeps between batches.
#[derive(Debug)]
struct ReplayState {
    straddle: Straddle,
    references: ReferenceCounts,
    /// The address of the last fetched instruction.
    code: u64,
}

impl ReplayState {
    fn perform<L: ReplayObserver + Default>(
        &mut self,
        target: Target<'_>,
        records: &[Record],
        observer: &mut L,
    ) -> Result<(), OutOfMemory> {
        let mut replay = Replay::new(target, self.straddle, mem::take(observer));
        (replay.references, replay.code) = (self.references, self.code);
        let done = replay.perform(records);
        (self.references, self.code) = (replay.references, replay.code);
        *observer = replay.observer;
        done
    }
}

impl Account {
    /// Creates an account. Call this function before performing the first record.
    pub fn new(target: &Target<'_>, straddle: Straddle, wanted: ExtraOptions) -> Self {
        let (machine, mapped) = match target {
            Target::Identity(machine) => (&**machine, false),
            Target::Process(kernel, _) => (kernel.machine(), true),
        };
        let spec = machine.spec().clone();
        let observer = if wanted == ExtraOptions::default() {
            Observers::Plain(Box::default())
        } else {
            Observers::More(Box::new((Tally::default(), Extras::new(&spec, wanted))))
        };
        let so_far = ReplayState {
            straddle,
            references: ReferenceCounts::default(),
            code: 0,
        };
        Self {
            spec,
            mapped,
            so_far,
            observer,
            before: MachineCounts::read(machine),
        }
    }

    /// Performs records in order on the target that the account was created for.
    ///
    /// # Errors
    /// Fails if a fault needs memory and none is free. The machine and the counts include the effects of the
    /// records before the failure.
    pub fn perform(&mut self, target: Target<'_>, records: &[Record]) -> Result<(), OutOfMemory> {
        match &mut self.observer {
            Observers::Plain(tally) => self.so_far.perform(target, records, &mut **tally),
            Observers::More(both) => self.so_far.perform(target, records, &mut **both),
        }
    }

    /// The counts of the references performed so far.
    pub(crate) fn references(&self) -> &ReferenceCounts {
        &self.so_far.references
    }

    /// Adds fetches that are not in the records; see [`Fetches`](super::record::Fetches).
    pub(super) fn count_fetches(&mut self, fetches: u64) {
        self.so_far.references.count_fetches(fetches);
    }

    /// Whether the account includes more counts than every replay does.
    fn has_extras(&self) -> bool {
        matches!(self.observer, Observers::More(_))
    }

    /// Estimates the memory of the counts in bytes.
    pub fn host_bytes(&self) -> u64 {
        match &self.observer {
            Observers::Plain(_) => 0,
            Observers::More(both) => both.1.host_bytes(),
        }
    }

    /// The counts so far on the target's machine.
    pub fn counts(&self, machine: &Machine) -> ReplayCounts {
        let (tally, extras) = match &self.observer {
            Observers::Plain(tally) => (&**tally, None),
            Observers::More(both) => (&both.0, Some(&both.1)),
        };
        let now = MachineCounts::read(machine);
        let causes = |level| extras.and_then(|extras| extras.causes(level));
        let tlbs = level_counts(&now.tlbs, &self.before.tlbs, |level| {
            (tally.tlb(level), None)
        });
        ReplayCounts {
            spec: self.spec.clone(),
            references: self.so_far.references,
            tlbs: if self.mapped { tlbs } else { Vec::new() },
            caches: level_counts(&now.caches, &self.before.caches, |level| {
                (tally.cache(level), causes(level))
            }),
            memory: tally.memory(),
            paging: self.mapped.then(|| tally.paging(&self.spec)),
            top: extras.and_then(Extras::top),
            curve: extras.and_then(Extras::curve),
            cycles: extras.and_then(Extras::cycles),
        }
    }
}

/// The counts of a machine, with TLBs and caches in spec order.
#[derive(Debug)]
struct MachineCounts {
    tlbs: Vec<Counts>,
    caches: Vec<Counts>,
}

impl MachineCounts {
    fn read(machine: &Machine) -> Self {
        let spec = machine.spec();
        Self {
            tlbs: (0..spec.tlbs.len())
                .map(|level| machine.tlb_counts(level))
                .collect(),
            caches: (0..spec.caches.len())
                .map(|level| machine.cache_counts(level))
                .collect(),
        }
    }
}

/// The counts of TLBs or caches between two points in time, level by level. `rest` returns a level's counts
/// by kind and its miss causes.
fn level_counts(
    now: &[Counts],
    before: &[Counts],
    rest: impl Fn(usize) -> (ByKind<Lookups>, Option<MissCauses>),
) -> Vec<LevelCounts> {
    let levels = now.iter().zip(before).enumerate();
    let part = |(level, (now, before)): (usize, (&Counts, &Counts))| {
        let (kinds, causes) = rest(level);
        LevelCounts {
            counts: difference(*now, *before),
            kinds,
            causes,
        }
    };
    levels.map(part).collect()
}

fn difference(now: Counts, before: Counts) -> Counts {
    Counts {
        hits: now.hits.saturating_sub(before.hits),
        misses: now.misses.saturating_sub(before.misses),
        evictions: now.evictions.saturating_sub(before.evictions),
        writebacks: now.writebacks.saturating_sub(before.writebacks),
        walk_hits: now.walk_hits.saturating_sub(before.walk_hits),
        walk_misses: now.walk_misses.saturating_sub(before.walk_misses),
    }
}
