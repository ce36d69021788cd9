//! What is counted of a replay, while its records come in batches.

use std::mem;
use std::sync::Arc;

use crate::kernel::OutOfMemory;
use crate::machine::Machine;
use crate::machine::cache::Counts;
use crate::machine::spec::Spec;

use super::counted::{ByKind, Causes, Counted, Lookups, Part, References};
use super::extras::{Extras, Wanted};
use super::lens::{Both, Lens};
use super::record::Record;
use super::replay::{Replay, Straddle, Target};
use super::tally::Tally;

/// What is counted while records are performed on a machine that somebody else holds.
///
/// Only the core that replays is counted: choose it before, and perform all records on the same machine.
#[derive(Debug)]
pub struct Account {
    spec: Arc<Spec>,
    /// Addresses are virtual ones of a process.
    mapped: bool,
    so_far: SoFar,
    lens: Watching,
    /// What the machine had counted before.
    before: Units,
}

/// Who watches: nobody pays for what is not wanted.
#[derive(Debug)]
enum Watching {
    Plain(Box<Tally>),
    More(Box<Both<Tally, Extras>>),
}

/// What a batch of records goes on from.
#[derive(Debug)]
struct SoFar {
    straddle: Straddle,
    references: References,
    /// The instruction that was fetched last.
    code: u64,
}

impl SoFar {
    fn perform<L: Lens + Default>(
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
}

impl Account {
    /// Nothing performed yet on the target.
    pub fn new(target: &Target<'_>, straddle: Straddle, wanted: Wanted) -> Self {
        let (machine, mapped) = match target {
            Target::Identity(machine) => (&**machine, false),
            Target::Process(kernel, _) => (kernel.machine(), true),
        };
        let spec = machine.spec().clone();
        let lens = if wanted == Wanted::default() {
            Watching::Plain(Box::default())
        } else {
            Watching::More(Box::new(Both(Tally::default(), Extras::new(&spec, wanted))))
        };
        let so_far = SoFar { straddle, references: References::default(), code: 0 };
        Self { spec, mapped, so_far, lens, before: Units::of(machine) }
    }

    /// Performs records, in order, on the target that the account was made for.
    ///
    /// # Errors
    /// If a fault needs memory and there is none; what came before has happened and is counted.
    pub fn perform(&mut self, target: Target<'_>, records: &[Record]) -> Result<(), OutOfMemory> {
        match &mut self.lens {
            Watching::Plain(tally) => self.so_far.perform(target, records, &mut **tally),
            Watching::More(both) => self.so_far.perform(target, records, &mut **both),
        }
    }

    /// What has been performed so far.
    pub fn references(&self) -> &References {
        &self.so_far.references
    }

    /// What has been counted so far on the machine.
    pub fn counted(&self, machine: &Machine) -> Counted {
        let (tally, extras) = match &self.lens {
            Watching::Plain(tally) => (&**tally, None),
            Watching::More(both) => (&both.0, Some(&both.1)),
        };
        let now = Units::of(machine);
        let causes = |level| extras.and_then(|extras| extras.causes(level));
        let tlbs = parts(&now.tlbs, &self.before.tlbs, |level| (tally.tlb(level), None));
        Counted {
            spec: self.spec.clone(),
            references: self.so_far.references,
            tlbs: if self.mapped { tlbs } else { Vec::new() },
            caches: parts(&now.caches, &self.before.caches, |level| (tally.cache(level), causes(level))),
            memory: tally.memory(),
            paging: self.mapped.then(|| tally.paging(&self.spec)),
            top: extras.and_then(Extras::top),
            curve: extras.and_then(Extras::curve),
        }
    }
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

/// What TLBs or caches did between two times, level by level; the rest of each is asked for.
fn parts(
    now: &[Counts],
    before: &[Counts],
    rest: impl Fn(usize) -> (ByKind<Lookups>, Option<Causes>),
) -> Vec<Part> {
    let levels = now.iter().zip(before).enumerate();
    let part = |(level, (now, before)): (usize, (&Counts, &Counts))| {
        let (kinds, causes) = rest(level);
        Part { counts: since(*now, *before), kinds, causes }
    };
    levels.map(part).collect()
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
