//! A cache without the other caches of its machine.

use super::cache::FlatCache;
use crate::machine::addr::SetIndex;
use crate::machine::cache::Counts;
use crate::machine::random::SplitMix64;
use crate::machine::set_assoc::SetAssoc;
use crate::machine::spec::CacheSpec;

/// A cache that fetches each block that it does not hold.
#[derive(Debug)]
pub(in crate::trace) struct SingleCache {
    sets: Sets,
    /// The counts of misses, evictions, and write-backs.
    counts: Counts,
}

/// The lines of a cache.
#[derive(Debug)]
enum Sets {
    /// A fast representation for the policy FIFO.
    Flat(FlatCache),
    /// Lines with a dirty bit, and the random numbers of the machine.
    General(SetAssoc<bool>, SplitMix64),
}

impl SingleCache {
    /// Creates an empty cache for blocks whose numbers have `bits` bits. No other part of its machine, which has this seed, uses
    /// random numbers.
    ///
    /// Returns `None` if the policy distinguishes repeated references to a block from a single one. The
    /// references to a swept cache combine repeated ones.
    pub(in crate::trace) fn new(spec: &CacheSpec, bits: u32, seed: u64) -> Option<Self> {
        let policy = spec.policy;
        let merges = policy.repeated_touch_is_noop() && policy.touch_after_fill_is_noop();
        let general = || {
            Sets::General(
                SetAssoc::new(spec.sets, spec.ways, policy),
                SplitMix64::new(seed),
            )
        };
        let new = || FlatCache::new(spec, bits).map_or_else(general, Sets::Flat);
        merges.then(|| Self {
            sets: new(),
            counts: Counts::default(),
        })
    }

    /// Performs references to a block, and marks it dirty if `store` is true.
    #[inline(always)]
    pub(in crate::trace) fn refer(&mut self, block: u64, store: bool) {
        self.counts.misses += u64::from(self.write(block, store));
    }

    /// Refers to a block during a page walk.
    #[inline(always)]
    pub(in crate::trace) fn walk(&mut self, block: u64) {
        self.counts.walk_misses += u64::from(self.write(block, false));
    }

    /// Writes a block for a cache above, and marks it dirty if `dirty` is true. Returns whether the cache did not hold the block.
    #[inline(always)]
    pub(in crate::trace) fn write(&mut self, block: u64, dirty: bool) -> bool {
        let (is_eviction, is_writeback) = match &mut self.sets {
            Sets::Flat(cache) => match cache.touch_or_fill(block, dirty) {
                Ok(()) => return false,
                Err(victim) => (cache.is_valid(victim), FlatCache::is_dirty(victim)),
            },
            Sets::General(lines, random) => {
                let (set, tag) = lines.split(block);
                if let Some(way) = lines.find_and_touch(set, tag) {
                    *lines.payload_mut(set, way) |= dirty;
                    return false;
                }
                let (way, victim) = lines.victim(set, random);
                lines.fill(set, way, tag, dirty);
                (
                    victim.is_some(),
                    victim.is_some_and(|victim| victim.payload),
                )
            }
        };
        self.counts.evictions += u64::from(is_eviction);
        self.counts.writebacks += u64::from(is_writeback);
        true
    }

    /// Writes back a dirty block.
    pub(in crate::trace) fn clean(&mut self, block: u64) {
        let was_dirty = match &mut self.sets {
            Sets::Flat(cache) => cache.clean(block),
            Sets::General(lines, _) => find(lines, block)
                .is_some_and(|(set, way)| std::mem::take(lines.payload_mut(set, way))),
        };
        self.counts.writebacks += u64::from(was_dirty);
    }

    pub(in crate::trace) fn invalidate(&mut self, block: u64) {
        match &mut self.sets {
            Sets::Flat(cache) => {
                cache.invalidate(block);
            }
            Sets::General(lines, _) => {
                if let Some((set, way)) = find(lines, block) {
                    lines.invalidate(set, way);
                }
            }
        }
    }

    /// Returns the counts after `accesses` references, and `walks` references of page walks.
    pub(in crate::trace) fn counts(&self, accesses: u64, walks: u64) -> Counts {
        let Counts {
            misses,
            walk_misses,
            ..
        } = self.counts;
        Counts {
            hits: accesses - misses,
            walk_hits: walks - walk_misses,
            ..self.counts
        }
    }
}

/// The line that holds a block.
fn find(lines: &SetAssoc<bool>, block: u64) -> Option<(SetIndex, u32)> {
    let (set, tag) = lines.split(block);
    Some((set, lines.find(set, tag)?))
}
