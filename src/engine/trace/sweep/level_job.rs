//! The points of a grid that vary one cache. They share the references to the cache, which are decoded once.

use super::grid::{PointCounts, PointResult, ReplayOptions, SweptUnit};
use super::recorder::Recorder;
use super::stack::{BlockOp, BlockOpKind, Effect, MOST_BLOCK_BITS, StackSets, SweptLevel, above};
use crate::kernel::OutOfMemory;
use crate::machine::Machine;
use crate::machine::policy::Policy;
use crate::machine::spec::Spec;
use crate::trace::counting_replay::{AddressMapping, ReplayError};
use crate::trace::counts::ReferenceCounts;
use crate::trace::demand::DemandError;
use crate::trace::flat::caches::FlatCaches;
use crate::trace::flat::process::FlatProcess;
use crate::trace::flat::single::SingleCache;
use crate::trace::record::Record;
use crate::trace::replay::{Batch, Straddle};

/// The simulation of a point.
#[derive(Debug)]
enum Place {
    /// A number of ways in a [`StackSets`].
    Stack { sets: u64, ways: u32 },
    /// A separate cache, and the number of its sets.
    Single { sets: u64, cache: Box<SingleCache> },
}

/// The points that differ only in the geometry and the policy of one cache.
#[derive(Debug)]
pub(super) struct LevelJob {
    cache: SweptLevel,
    unit: SweptUnit,
    /// The decoder, or the failure of the replay.
    decoder: Result<Decoder, ReplayError>,
    /// The sets of all points, fewest sets first. A reference to the most recently used block of a set
    /// changes nothing in caches with more sets, so `perform` drops it (Hill and Smith, 1989).
    stacks: Vec<StackSets>,
    points: Vec<(usize, Place)>,
    /// Maximum memory of the decoder, in bytes.
    most: u64,
}

impl LevelJob {
    /// Adds a point to a job that shares its references, or to a new job. Returns whether the point was added. The other
    /// points need a separate machine.
    pub(super) fn add(
        jobs: &mut Vec<Self>,
        (at, spec): (usize, &Spec),
        units: &[SweptUnit],
        how: ReplayOptions,
    ) -> bool {
        let [unit @ SweptUnit::Cache(level)] = *units else {
            return false;
        };
        let Some(cache) = SweptLevel::new(spec, level, how.map) else {
            return false;
        };
        let Some(place) = place(spec, level, how) else {
            return false;
        };
        let known = jobs.iter().position(|job| job.cache == cache);
        let number = known.unwrap_or(jobs.len());
        if known.is_none() {
            let Some(decoder) = Decoder::new(cache, spec, how) else {
                return false;
            };
            let decoder = decoder.map_err(ReplayError::Refused);
            jobs.push(Self {
                cache,
                unit,
                decoder,
                stacks: Vec::new(),
                points: Vec::new(),
                most: how.max_memory,
            });
        }
        let job = &mut jobs[number];
        // For a separate cache, one way suffices to omit the references that change nothing.
        let (sets, ways) = match place {
            Place::Stack { sets, ways } => (sets, ways),
            Place::Single { sets, .. } => (sets, 1),
        };
        let known = job.stacks.binary_search_by_key(&sets, StackSets::sets);
        let added = match known {
            Ok(known) if job.stacks[known].ways() >= ways => true,
            Ok(known) => StackSets::new(sets, ways)
                .map(|wider| job.stacks[known] = wider)
                .is_some(),
            Err(next) => StackSets::new(sets, ways)
                .map(|new| job.stacks.insert(next, new))
                .is_some(),
        };
        if added {
            job.points.push((at, place));
        }
        added
    }

    /// Performs records in order. After a failure, performs no more records.
    pub(super) fn perform(&mut self, records: &[Record]) {
        let Ok(decoder) = &mut self.decoder else {
            return;
        };
        if decoder.host_bytes() > self.most {
            self.decoder = Err(ReplayError::TooLarge);
            return;
        }
        let ops = match decoder.decode(records) {
            Ok(ops) => ops,
            Err(why) => {
                self.decoder = Err(ReplayError::Memory(why));
                return;
            }
        };
        for stack in &mut self.stacks {
            stack.perform(ops);
            for (_, place) in &mut self.points {
                if let Place::Single { sets, cache } = place
                    && *sets == stack.sets()
                {
                    for op in &*ops {
                        perform_single(cache, *op);
                    }
                }
            }
        }
    }

    /// The counts of each point, with the number of the point.
    pub(super) fn counts(&self) -> impl Iterator<Item = PointResult> {
        self.points.iter().map(move |(at, place)| {
            let decoder = match &self.decoder {
                Ok(decoder) => decoder,
                Err(why) => return (*at, Err(why.clone())),
            };
            let (accesses, walks) = decoder.accesses();
            let counts = match place {
                Place::Single { cache, .. } => cache.counts(accesses, walks),
                Place::Stack { sets, ways } => {
                    let stack = self.stacks.iter().find(|stack| stack.sets() == *sets);
                    stack
                        .map(|stack| stack.counts(*ways, accesses, walks))
                        .unwrap_or_default()
                }
            };
            let units = vec![(self.unit, counts)];
            (
                *at,
                Ok(PointCounts {
                    references: decoder.references(),
                    units,
                }),
            )
        })
    }
}

/// Chooses the simulation of a cache, if it needs no machine.
fn place(spec: &Spec, level: usize, how: ReplayOptions) -> Option<Place> {
    let cache = &spec.caches[level];
    // With one way, all policies choose the same victim.
    if cache.policy == Policy::Lru || cache.ways == 1 {
        return Some(Place::Stack {
            sets: cache.sets,
            ways: cache.ways,
        });
    }
    // All random choices of a machine share one sequence.
    let mut others = spec
        .caches
        .iter()
        .enumerate()
        .filter(|(other, _)| *other != level);
    let evicts_pages = matches!(how.map, AddressMapping::Demand(demand) if demand.replacement == Some(Policy::Random));
    if cache.policy == Policy::Random
        && (evicts_pages || others.any(|(_, other)| other.policy == Policy::Random))
    {
        return None;
    }
    let single = |single| Place::Single {
        sets: cache.sets,
        cache: Box::new(single),
    };
    SingleCache::new(cache, MOST_BLOCK_BITS, how.seed).map(single)
}

#[inline(always)]
fn perform_single(cache: &mut SingleCache, op: BlockOp) {
    let block = op.block();
    match op.kind() {
        BlockOpKind::Touch => cache.refer(block, false),
        BlockOpKind::Store => cache.refer(block, true),
        BlockOpKind::WriteThrough => {
            cache.write(block, false);
        }
        BlockOpKind::WriteBack => {
            cache.write(block, true);
        }
        BlockOpKind::Clean => cache.clean(block),
        BlockOpKind::Invalidate => cache.invalidate(block),
        BlockOpKind::Walk => cache.walk(block),
    }
}

// The references of a trace to a swept cache.
//
// The caches above the swept one are simulated. The other caches affect the swept cache only through snoops, so its counts need
// no simulation of these caches. The rules are those of `machine::hierarchy`, without inclusive and exclusive caches. The
// addresses of a process are translated once, because TLBs, page walks, and page faults do not depend on caches.

/// Converts the records of a trace to the operations on a cache.
#[derive(Debug)]
struct Decoder {
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
                let machine = Machine::seeded(spec.clone(), how.seed);
                let process = FlatProcess::with_caches(machine, demand, caches)?;
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
