//! The counts of a replay whose records arrive in batches.

use std::mem;
use std::sync::Arc;

use crate::kernel::OutOfMemory;
use crate::machine::Machine;
use crate::machine::cache::Counts;
use crate::machine::spec::Spec;

use super::counts::{ByKind, LevelCounts, Lookups, MissCauses, ReferenceCounts, ReplayCounts};
use super::extras::{ExtraOptions, Extras};
use super::observer::ReplayObserver;
use super::record::Record;
use super::replay::{Replay, Straddle, Target};
use super::tally::Tally;

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
    pub(super) fn has_extras(&self) -> bool {
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
