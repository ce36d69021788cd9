//! Moves blocks between levels: a miss fetches a block, and an eviction writes the victim back to the next
//! level.

use super::{Ctx, Fragment, Hierarchy, Route, Users};
use crate::machine::addr::Pa;
use crate::machine::cache::{Block, LineSlot};
use crate::machine::event::{Event, MachineObserver, Purpose};
use crate::machine::memory::Bytes;
use crate::machine::set_assoc::Line;
use crate::machine::spec::Inclusion;

/// The block that fills a line of a cache.
#[derive(Clone, Copy)]
struct Wanted {
    va: u64,
    pa: u64,
    purpose: Purpose,
    from: Source,
}

/// The source of the bytes for a fill.
#[derive(Clone, Copy, PartialEq)]
enum Source {
    /// The caches below, or memory.
    Below,
    /// The exclusive cache that held the block.
    Lifted { dirty: bool },
    /// A block from the cache above, which will overwrite the entire line.
    Above,
}

/// A block, or part of a block, that moves to a level below.
struct Parcel<'a> {
    /// The array that contains the bytes.
    source: &'a Bytes,
    /// The offset of the bytes in `source`.
    at: u64,
    /// The physical address.
    base: u64,
    /// log2 of the size in bytes.
    bits: u32,
    /// Whether the parcel differs from the copies below.
    dirty: bool,
}

impl Hierarchy {
    /// Fills the caches from position `found` (`None` means memory) up to position `to`. Returns the line at
    /// position `to`.
    pub(super) fn fill_up_to<O: MachineObserver>(
        &mut self,
        route: &Route,
        to: usize,
        found: Option<usize>,
        fragment: &Fragment,
        ctx: &mut Ctx<'_, O>,
    ) -> LineSlot {
        let mut from = Source::Below;
        match found {
            None => {
                ctx.watch.on_event(Event::Memory {
                    pa: Pa::new(fragment.pa),
                    write: false,
                    purpose: fragment.purpose,
                });
            }
            Some(place) if self.fills_only_from_above(route, place) => {
                from = self.take_from_exclusive(route, (to, place), fragment, ctx);
            }
            Some(_) => {}
        }
        let wanted = |from| Wanted {
            va: fragment.va,
            pa: fragment.pa,
            purpose: fragment.purpose,
            from,
        };
        // From memory upward. If a lower cache evicts the block that a higher one then writes back, it
        // allocates a line for it again.
        for k in (to + 1..found.unwrap_or(route.len())).rev() {
            if !self.fills_only_from_above(route, k) {
                self.fill(route, k, wanted(from), ctx);
                from = Source::Below;
            }
        }
        self.fill(route, to, wanted(from), ctx)
    }

    /// Removes a fragment's block from an exclusive cache so that the block can fill a cache above it.
    fn take_from_exclusive<O: MachineObserver>(
        &mut self,
        route: &Route,
        (to, place): (usize, usize),
        fragment: &Fragment,
        ctx: &mut Ctx<'_, O>,
    ) -> Source {
        let cache = &mut self.caches[route.cache_at(place)];
        let Some(slot) = cache.holder(fragment.pa) else {
            return Source::Below;
        };
        let (bits, base, dirty) = (
            cache.block_bits,
            cache.align(fragment.pa),
            cache.dirty(slot),
        );
        self.lifted
            .copy(0, cache.data(), cache.data_offset(slot), 1 << bits);
        cache.invalidate(slot);
        let taker = (to..place)
            .rev()
            .find(|&k| k == to || !self.fills_only_from_above(route, k))
            .unwrap_or(to);
        let keeps = self.caches[route.cache_at(taker)].write_back();
        if dirty && !keeps {
            self.caches[route.cache_at(place)].counts.writebacks += 1;
            let source = self.lifted.clone();
            self.send_down(
                route,
                place + 1,
                &Parcel {
                    source: &source,
                    at: 0,
                    base,
                    bits,
                    dirty,
                },
                ctx,
            );
        }
        Source::Lifted {
            dirty: dirty && keeps,
        }
    }

    /// Fills the cache at position `k`. Evicts the victim, if any, first.
    fn fill<O: MachineObserver>(
        &mut self,
        route: &Route,
        k: usize,
        wanted: Wanted,
        ctx: &mut Ctx<'_, O>,
    ) -> LineSlot {
        let inst = route.cache_at(k);
        let cache = &mut self.caches[inst];
        let (set, tag) = cache.locate(wanted.va, wanted.pa);
        let (slot, victim) = cache.victim(set, ctx.random);
        let writeback = victim.is_some_and(|line| self.evict(route, k, (slot, line), ctx));
        let base = self.caches[inst].align(wanted.pa);
        let mut dirty = false;
        match wanted.from {
            Source::Below => self.copy_up(route, k, slot, base),
            Source::Lifted { dirty: lifted } => {
                dirty = lifted;
                let (at, size) = (
                    self.caches[inst].data_offset(slot),
                    1 << self.caches[inst].block_bits,
                );
                self.caches[inst].data_mut().copy(at, &self.lifted, 0, size);
            }
            Source::Above => {}
        }
        let cache = &mut self.caches[inst];
        self.presence.note(inst, base, cache.end(base));
        cache.fill(slot, tag, dirty);
        cache.counts.evictions += u64::from(victim.is_some());
        let (cache, way, purpose) = (cache.level, slot.way, wanted.purpose);
        let victim = victim.map(|line| line.tag.unwrap_or_default());
        ctx.watch.on_event(Event::CacheFill {
            cache,
            set,
            way,
            tag,
            victim,
            writeback,
            purpose,
        });
        slot
    }

    /// Copies a block from the levels below into a line at position `k`.
    fn copy_up(&mut self, route: &Route, k: usize, slot: LineSlot, base: u64) {
        let inst = route.cache_at(k);
        if self.memory.is_blank() && self.caches.iter().all(|cache| cache.data().is_blank()) {
            return;
        }
        let (at, bits) = (
            self.caches[inst].data_offset(slot),
            self.caches[inst].block_bits,
        );
        if let Some(next) = route.get(k + 1)
            && self.caches[next].block_bits >= bits
            && let Some(held) = self.caches[next].holder(base)
        {
            let (source, from) = (
                self.caches[next].data().clone(),
                self.caches[next].byte_at(held, base),
            );
            return self.caches[inst]
                .data_mut()
                .copy(at, &source, from, 1 << bits);
        }
        self.caches[inst]
            .data_mut()
            .copy(at, &self.memory, base, 1 << bits);
        let last = base | ((1 << bits) - 1);
        for below in (k + 1..route.len()).rev().map(|k| route.cache_at(k)) {
            for (held, block) in self.caches[below].holders(base, last).collect::<Vec<_>>() {
                let size = 1 << self.caches[below].block_bits.min(bits);
                let first = block.max(base);
                let (source, from) = (
                    self.caches[below].data().clone(),
                    self.caches[below].byte_at(held, first),
                );
                self.caches[inst]
                    .data_mut()
                    .copy(at + (first - base), &source, from, size);
            }
        }
    }

    /// Evicts a line's block and sends it to the next position if necessary. Returns whether the block was
    /// dirty.
    ///
    /// An inclusive cache first invalidates the copies above it. The line remains valid until it is filled or
    /// invalidated.
    pub(super) fn evict<O: MachineObserver>(
        &mut self,
        route: &Route,
        k: usize,
        (slot, line): (LineSlot, Line<Block>),
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let inst = route.cache_at(k);
        let base = self.caches[inst].base(slot.set, line.tag.unwrap_or_default());
        self.collect_copies(route, k, slot, base, ctx);
        let dirty = self.caches[inst].dirty(slot);
        let moves = dirty
            || k + 1 < route.len() && self.fills_only_from_above(route, k + 1) && {
                let next = &self.caches[route.cache_at(k + 1)];
                let others = self
                    .caches
                    .iter()
                    .enumerate()
                    .filter(|(other, cache)| *other != inst && cache.is_above(next));
                others
                    .into_iter()
                    .all(|(_, cache)| cache.holder(base).is_none())
            };
        if moves {
            self.send_line(route, k, slot, base, ctx);
        }
        dirty
    }

    /// Collects, from the caches above, all copies of a block that is leaving an inclusive cache.
    pub(super) fn collect_copies<O: MachineObserver>(
        &mut self,
        route: &Route,
        k: usize,
        slot: LineSlot,
        base: u64,
        ctx: &mut Ctx<'_, O>,
    ) {
        if self.caches[route.cache_at(k)].inclusion == Inclusion::Inclusive {
            self.snoop_below(route, k, base, ctx);
            self.recall(route.cache_at(k), slot, base, ctx);
        }
    }

    /// Snoops the caches that other routes use below this cache, before a block moves down. A snooped copy
    /// may hold older values of the block's bytes and newer values of other bytes.
    fn snoop_below<O: MachineObserver>(
        &mut self,
        route: &Route,
        k: usize,
        base: u64,
        ctx: &mut Ctx<'_, O>,
    ) {
        if self.plan.crossed && self.users == Users::Several {
            let last = self.caches[route.cache_at(k)].end(base);
            self.snoop(route, route.around(base, last), Some((base, last)), ctx);
        }
    }

    /// Sends a line's block to the next position.
    pub(super) fn send_line<O: MachineObserver>(
        &mut self,
        route: &Route,
        k: usize,
        slot: LineSlot,
        base: u64,
        ctx: &mut Ctx<'_, O>,
    ) {
        if self.caches[route.cache_at(k)].dirty(slot) {
            self.snoop_below(route, k, base, ctx);
        }
        let cache = &mut self.caches[route.cache_at(k)];
        let (source, at, bits, dirty) = (
            cache.data().clone(),
            cache.data_offset(slot),
            cache.block_bits,
            cache.dirty(slot),
        );
        cache.counts.writebacks += u64::from(dirty);
        self.send_down(
            route,
            k + 1,
            &Parcel {
                source: &source,
                at,
                base,
                bits,
                dirty,
            },
            ctx,
        );
    }

    /// Evicts and invalidates a line whose block is needed in another set.
    pub(super) fn evict_alias<O: MachineObserver>(
        &mut self,
        route: &Route,
        k: usize,
        slot: LineSlot,
        ctx: &mut Ctx<'_, O>,
    ) {
        let inst = route.cache_at(k);
        let line = self.caches[inst].line(slot);
        let dirty = self.evict(route, k, (slot, line), ctx);
        let cache = &mut self.caches[inst];
        cache.invalidate(slot);
        let (cache, core) = (cache.level, cache.core.unwrap_or(0));
        ctx.watch.on_event(Event::Snooped { cache, core, dirty });
    }

    /// Writes a parcel to the cache at position `k`, and continues downward as a store does. The cache
    /// allocates a line if it is write-allocate.
    fn send_down<O: MachineObserver>(
        &mut self,
        route: &Route,
        k: usize,
        parcel: &Parcel<'_>,
        ctx: &mut Ctx<'_, O>,
    ) {
        let Some(inst) = route.get(k) else {
            self.memory
                .copy(parcel.base, parcel.source, parcel.at, 1 << parcel.bits);
            let pa = Pa::new(parcel.base);
            return ctx.watch.on_event(Event::Memory {
                pa,
                write: true,
                purpose: Purpose::Writeback,
            });
        };
        let bits = parcel.bits.min(self.caches[inst].block_bits);
        for offset in (0..1u64 << parcel.bits).step_by(1 << bits) {
            let part = Parcel {
                at: parcel.at + offset,
                base: parcel.base + offset,
                bits,
                ..*parcel
            };
            let slot = self.write_parcel(route, k, &part, ctx);
            if part.dirty && !(slot.is_some() && self.caches[inst].write_back()) {
                self.send_down(route, k + 1, &part, ctx);
            }
        }
    }

    /// Writes a parcel that is at most as large as a block to the cache at position `k`. Returns `None` if
    /// the cache does not allocate a line.
    fn write_parcel<O: MachineObserver>(
        &mut self,
        route: &Route,
        k: usize,
        parcel: &Parcel<'_>,
        ctx: &mut Ctx<'_, O>,
    ) -> Option<LineSlot> {
        let cache = &mut self.caches[route.cache_at(k)];
        let slot = match cache.holder(parcel.base) {
            Some(slot) => {
                cache.touch(slot);
                slot
            }
            None if cache.write_allocate || cache.inclusion == Inclusion::Exclusive => {
                let from = if parcel.bits == cache.block_bits {
                    Source::Above
                } else {
                    Source::Below
                };
                let wanted = Wanted {
                    va: parcel.base,
                    pa: parcel.base,
                    purpose: Purpose::Writeback,
                    from,
                };
                self.fill(route, k, wanted, ctx)
            }
            None => return None,
        };
        let cache = &mut self.caches[route.cache_at(k)];
        let at = cache.byte_at(slot, parcel.base);
        cache
            .data_mut()
            .copy(at, parcel.source, parcel.at, 1 << parcel.bits);
        if parcel.dirty && cache.write_back() {
            cache.mark(slot, true);
        }
        Some(slot)
    }
}
