//! The references of a trace to a swept cache.
//!
//! The caches above the swept one are simulated. The other caches affect the swept cache only through snoops, so its counts need
//! no simulation of these caches. The rules are those of `machine::hierarchy`, without inclusive and exclusive caches. The
//! addresses of a process are translated once, because TLBs, page walks, and page faults do not depend on caches.

use super::options::ReplayOptions;
use super::recorder::Recorder;
use super::stack::{BlockOp, MOST_BLOCK_BITS};
use crate::kernel::OutOfMemory;
use crate::machine::Machine;
use crate::machine::event::AccessKind;
use crate::machine::spec::{Inclusion, Spec, WritePolicy};
use crate::trace::counting_replay::AddressMapping;
use crate::trace::counts::ReferenceCounts;
use crate::trace::demand::DemandError;
use crate::trace::flat::caches::{FlatCaches, have_equal_blocks};
use crate::trace::flat::frame_pages::FramePages;
use crate::trace::flat::pages::{can_translate, have_one_set_per_block};
use crate::trace::flat::process::FlatProcess;
use crate::trace::record::Record;
use crate::trace::replay::{Batch, KINDS, Straddle, last_physical};

/// The effect on a cache of an access that reaches it, or that no cache above it serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// None, and no cache serves the access.
    Uncached,
    /// None.
    None,
    /// The access looks up the block in the cache.
    Refer,
    /// The access looks up the block. A store makes the block dirty.
    Store,
    /// The access misses in a cache on another route, which makes the cache write back the block.
    Clean,
    /// The access stores in a cache on another route, which invalidates the block.
    Invalidate,
}

/// The properties of a cache that determine its references.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SweptLevel {
    /// The number of the cache.
    level: usize,
    pub(super) block_bits: u32,
    /// The mask of the address bits within a fragment.
    within: u64,
    /// For each kind of access, its effect.
    pub(super) effects: [Effect; 3],
    /// The last physical address.
    last: u64,
    /// Whether the addresses of the trace are virtual.
    pub(super) is_translated: bool,
    /// If virtual addresses select the set, log2 of the number of blocks in a page.
    pub(super) virtual_blocks: Option<u32>,
}

const _: () = assert!(FramePages::TABLE_BIT < MOST_BLOCK_BITS, "an operation contains a virtual block");

/// The part of a machine above a cache.
fn above(spec: &Spec, level: usize) -> Spec {
    let side = spec.caches[level].side;
    let caches = spec.caches[..level].iter().filter(|cache| cache.side.meets(side));
    Spec { caches: caches.cloned().collect(), ..spec.clone() }
}

impl SweptLevel {
    /// Returns the properties of a cache of a machine, or `None` if the cache's counts depend on caches that are not above it.
    pub(super) fn new(spec: &Spec, level: usize, map: AddressMapping) -> Option<Self> {
        let cache = &spec.caches[level];
        let is_translated = map != AddressMapping::Identity;
        let block_bits = cache.block_bits;
        if !cache.write_allocate
            || spec.physical_bits.saturating_sub(block_bits) > MOST_BLOCK_BITS
            || !spec.caches.iter().all(|cache| cache.inclusion == Inclusion::None)
            || !Machine::new(spec.clone()).has_plain_caches()
        {
            return None;
        }
        let effects = KINDS.map(|kind| match kind {
            _ if spec.first_cache(kind).is_none() => Effect::Uncached,
            AccessKind::Write if cache.side.serves(kind) && cache.write == WritePolicy::Back => Effect::Store,
            _ if cache.side.serves(kind) => Effect::Refer,
            AccessKind::Read => Effect::None,
            AccessKind::Write => Effect::Invalidate,
            AccessKind::Execute => Effect::Clean,
        });
        let route = spec.caches.iter().filter(|other| other.side.meets(cache.side));
        let bits = route.map(|cache| cache.block_bits).min().unwrap_or(0).min(spec.page_bits());
        let within = u64::MAX.checked_shr(64 - bits).unwrap_or(0);
        let mut upper = above(spec, level);
        let is_first = upper.caches.is_empty();
        upper.caches.push(cache.clone());
        // A snoop affects all blocks that the other route's caches fill.
        let snooped = effects.iter().any(|effect| matches!(effect, Effect::Clean | Effect::Invalidate));
        // Caches whose index is within the page offset share the references of the other ones.
        let is_virtual = cache.virtual_index && is_translated && is_first;
        let are_numbered = spec.virtual_bits().max(spec.physical_bits) - block_bits <= FramePages::TABLE_BIT;
        let fits = if is_translated {
            let is_indexed = !is_virtual || are_numbered || cache.vipt(spec);
            have_equal_blocks(spec) && can_translate(spec) && have_one_set_per_block(&upper) && is_indexed
        } else {
            have_equal_blocks(spec) || is_first && !snooped
        };
        let virtual_blocks = (is_virtual && are_numbered).then(|| spec.page_bits() - block_bits);
        let last = last_physical(spec);
        fits.then_some(Self { level, block_bits, within, effects, last, is_translated, virtual_blocks })
    }
}

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
        let caches = FlatCaches::above(&upper, (cache.block_bits, cache.within), Recorder::new(cache))?;
        let addresses = match how.map {
            AddressMapping::Identity => Ok(Addresses::Physical(Box::new(caches))),
            AddressMapping::Demand(demand) => {
                let process = FlatProcess::with_caches(&Machine::new(spec.clone()), demand, caches)?;
                process.map(|process| Addresses::Virtual(Box::new(process)))
            }
        };
        Some(addresses.map(|addresses| Self { cache, straddle, references, addresses }))
    }

    /// Replaces the operations with those of the next records.
    ///
    /// # Errors
    /// Fails if a page fault needs memory and none is free.
    pub(super) fn decode(&mut self, records: &[Record]) -> Result<&mut Vec<BlockOp>, OutOfMemory> {
        let Self { cache, straddle, references, addresses } = self;
        let simulated = cache.effects.map(|effect| effect != Effect::Uncached);
        let caches = match addresses {
            Addresses::Physical(caches) => {
                caches.below_mut().clear();
                let batch = Batch { records, straddle: *straddle, last: cache.last };
                batch.perform(references, &mut 0, &mut (), simulated, |kind, address, size, ()| {
                    Ok(caches.refer(kind.into(), address, size))
                })?;
                caches
            }
            Addresses::Virtual(process) => {
                process.caches_mut().below_mut().clear();
                let batch = Batch { records, straddle: *straddle, last: process.last() };
                batch.perform(references, &mut 0, &mut (), simulated, |kind, address, size, ()| {
                    process.refer(kind, address, size)
                })?;
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

    /// The counts of the references so far.
    pub(super) fn references(&self) -> ReferenceCounts {
        self.references
    }
}
