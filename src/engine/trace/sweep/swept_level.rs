//! The properties of a swept cache that determine its references.

use super::stack::MOST_BLOCK_BITS;
use crate::machine::Machine;
use crate::machine::event::AccessKind;
use crate::machine::spec::{Inclusion, Spec, WritePolicy};
use crate::trace::counting_replay::AddressMapping;
use crate::trace::flat::caches::have_equal_blocks;
use crate::trace::flat::frame_pages::FramePages;
use crate::trace::flat::pages::{can_translate, have_one_set_per_block};
use crate::trace::replay::{KINDS, last_physical};

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
    pub(super) level: usize,
    pub(super) block_bits: u32,
    /// The mask of the address bits within a fragment.
    pub(super) within: u64,
    /// For each kind of access, its effect.
    pub(super) effects: [Effect; 3],
    /// The last physical address.
    pub(super) last: u64,
    /// Whether the addresses of the trace are virtual.
    pub(super) is_translated: bool,
    /// If virtual addresses select the set, log2 of the number of blocks in a page. Only for a first-level
    /// cache: a block that is written back from above has no virtual address.
    pub(super) virtual_blocks: Option<u32>,
}

const _: () = assert!(
    FramePages::TABLE_BIT < MOST_BLOCK_BITS,
    "an operation contains a virtual block"
);

/// The part of a machine above a cache.
pub(super) fn above(spec: &Spec, level: usize) -> Spec {
    let side = spec.caches[level].side;
    let caches = spec.caches[..level]
        .iter()
        .filter(|cache| cache.side.meets(side));
    Spec {
        caches: caches.cloned().collect(),
        ..spec.clone()
    }
}

impl SweptLevel {
    /// Returns the properties of a cache of a machine, or `None` if the cache's counts depend on caches that are not above it.
    pub(super) fn new(spec: &Spec, level: usize, map: AddressMapping) -> Option<Self> {
        let cache = &spec.caches[level];
        let is_translated = map != AddressMapping::Identity;
        let block_bits = cache.block_bits;
        if !cache.write_allocate
            || spec.physical_bits.saturating_sub(block_bits) > MOST_BLOCK_BITS
            || !spec
                .caches
                .iter()
                .all(|cache| cache.inclusion == Inclusion::None)
            || !Machine::new(spec.clone()).has_plain_caches()
        {
            return None;
        }
        let effects = KINDS.map(|kind| match kind {
            _ if spec.first_cache(kind).is_none() => Effect::Uncached,
            AccessKind::Write if cache.side.serves(kind) && cache.write == WritePolicy::Back => {
                Effect::Store
            }
            _ if cache.side.serves(kind) => Effect::Refer,
            AccessKind::Read => Effect::None,
            AccessKind::Write => Effect::Invalidate,
            AccessKind::Execute => Effect::Clean,
        });
        let route = spec
            .caches
            .iter()
            .filter(|other| other.side.meets(cache.side));
        let bits = route
            .map(|cache| cache.block_bits)
            .min()
            .unwrap_or(0)
            .min(spec.page_bits());
        let within = u64::MAX.checked_shr(64 - bits).unwrap_or(0);
        let mut upper = above(spec, level);
        let is_first = upper.caches.is_empty();
        upper.caches.push(cache.clone());
        // A snoop affects all blocks that the other route's caches fill.
        let snooped = effects
            .iter()
            .any(|effect| matches!(effect, Effect::Clean | Effect::Invalidate));
        // Caches whose index is within the page offset share the references of the other ones.
        let is_virtual = cache.virtual_index && is_translated && is_first;
        let are_numbered =
            spec.virtual_bits().max(spec.physical_bits) - block_bits <= FramePages::TABLE_BIT;
        let fits = if is_translated {
            let is_indexed = !is_virtual || are_numbered || cache.vipt(spec);
            have_equal_blocks(spec)
                && can_translate(spec)
                && have_one_set_per_block(&upper)
                && is_indexed
        } else {
            have_equal_blocks(spec) || is_first && !snooped
        };
        let virtual_blocks = (is_virtual && are_numbered).then(|| spec.page_bits() - block_bits);
        let last = last_physical(spec);
        fits.then_some(Self {
            level,
            block_bits,
            within,
            effects,
            last,
            is_translated,
            virtual_blocks,
        })
    }
}
