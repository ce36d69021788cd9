//! Coherence between caches: snoops of caches on other routes, back-invalidation by inclusive caches, and
//! flushes.

use super::{Ctx, Hierarchy, Route};
use crate::machine::addr::Pa;
use crate::machine::cache::LineSlot;
use crate::machine::event::{AccessKind, Event, MachineObserver, Purpose};
use crate::machine::hierarchy::RouteId;
use crate::machine::spec::Inclusion;

impl Hierarchy {
    /// Snoops all caches that are not on `route` before a load or store. A snooped cache writes back its
    /// dirty copies of the bytes in `filled`. Before a store, a snooped cache also invalidates its lines that
    /// contain bytes of `written`, the line that becomes dirty.
    pub(super) fn snoop<O: MachineObserver>(
        &mut self,
        route: &Route,
        filled: (u64, u64),
        written: Option<(u64, u64)>,
        ctx: &mut Ctx<'_, O>,
    ) {
        let written = written.map(|(first, last)| self.widen(route, first, last));
        // A fill of a larger block closer to memory may include other dirty lines, so they are written back
        // first.
        let (first, last) = written.map_or(filled, |w| (filled.0.min(w.0), filled.1.max(w.1)));
        // Start at the level closest to memory. A copy closer to the core is newer, so it must be written
        // later.
        for inst in (0..self.caches.len()).rev() {
            if !self.caches[inst].used() || route.position_of(inst).is_some() {
                continue;
            }
            for (slot, base) in self.caches[inst].holders(first, last).collect::<Vec<_>>() {
                let dirty = self.caches[inst].dirty(slot);
                if dirty {
                    self.write_home(inst, slot, base, ctx);
                }
                let cache = &mut self.caches[inst];
                let lost =
                    written.is_some_and(|(first, last)| base <= last && first <= cache.end(base));
                if lost {
                    cache.invalidate(slot);
                }
                if dirty || lost {
                    let (cache, core) = (cache.level, cache.core.unwrap_or(0));
                    ctx.watch.on_event(Event::Snooped { cache, core, dirty });
                }
            }
        }
    }

    /// Widens `first..=last` to include all bytes that caches outside the route lose together with these
    /// bytes. If an inclusive cache loses a block, the caches above it also lose the block.
    fn widen(&self, route: &Route, mut first: u64, mut last: u64) -> (u64, u64) {
        loop {
            let before = (first, last);
            for (inst, cache) in self.caches.iter().enumerate() {
                if cache.used()
                    && cache.inclusion == Inclusion::Inclusive
                    && route.position_of(inst).is_none()
                {
                    let held = cache
                        .holders(first, last)
                        .map(|(_, base)| (base, base | ((1 << cache.block_bits) - 1)));
                    (first, last) = held.fold((first, last), |(from, to), (base, end)| {
                        (from.min(base), to.max(end))
                    });
                }
            }
            if (first, last) == before {
                return before;
            }
        }
    }

    /// Writes a dirty block to memory and to the copies in the levels below, and marks it clean.
    fn write_home<O: MachineObserver>(
        &mut self,
        inst: usize,
        slot: LineSlot,
        base: u64,
        ctx: &mut Ctx<'_, O>,
    ) {
        let cache = &mut self.caches[inst];
        cache.counts.writebacks += 1;
        cache.mark(slot, false);
        let (level, bits, at, source) = (
            cache.level,
            cache.block_bits,
            cache.data_offset(slot),
            cache.data().clone(),
        );
        self.memory.copy(base, &source, at, 1 << bits);
        ctx.watch.on_event(Event::Memory {
            pa: Pa::new(base),
            write: true,
            purpose: Purpose::Writeback,
        });
        let last = base | ((1 << bits) - 1);
        for cache in self
            .caches
            .iter_mut()
            .filter(|cache| cache.level > level && cache.used())
        {
            for (held, block) in cache.holders(base, last).collect::<Vec<_>>() {
                let first = block.max(base);
                let (to, size) = (cache.byte_at(held, first), 1 << bits.min(cache.block_bits));
                cache
                    .data_mut()
                    .copy(to, &source, at + (first - base), size);
            }
        }
    }

    /// Invalidates all copies of a block in the caches above an inclusive cache, and copies their dirty bytes
    /// to the cache's line.
    pub(super) fn recall<O: MachineObserver>(
        &mut self,
        inst: usize,
        slot: LineSlot,
        base: u64,
        ctx: &mut Ctx<'_, O>,
    ) {
        let last = self.caches[inst].end(base);
        for above in (0..inst).rev() {
            let cache = &self.caches[above];
            if !cache.used() || !cache.is_above(&self.caches[inst]) {
                continue;
            }
            for (held, block) in cache.holders(base, last).collect::<Vec<_>>() {
                self.back_invalidate(above, held, (inst, slot), block, ctx);
            }
        }
    }

    /// Invalidates a line. A dirty block is copied to the line that covers it in the cache below.
    fn back_invalidate<O: MachineObserver>(
        &mut self,
        above: usize,
        held: LineSlot,
        (inst, slot): (usize, LineSlot),
        block: u64,
        ctx: &mut Ctx<'_, O>,
    ) {
        let cache = &mut self.caches[above];
        let dirty = cache.dirty(held);
        cache.invalidate(held);
        cache.counts.writebacks += u64::from(dirty);
        let (level, core) = (cache.level, cache.core.unwrap_or(0));
        if dirty {
            let (source, from, size) = (
                cache.data().clone(),
                cache.data_offset(held),
                1 << cache.block_bits,
            );
            let own = &mut self.caches[inst];
            let to = own.byte_at(slot, block);
            own.data_mut().copy(to, &source, from, size);
            own.mark(slot, true);
        }
        ctx.watch.on_event(Event::Snooped {
            cache: level,
            core,
            dirty,
        });
    }

    /// Invalidates all lines of cache `level` of `core`. Dirty blocks are written back to the next level.
    pub(crate) fn flush<O: MachineObserver>(
        &mut self,
        level: usize,
        core: u32,
        ctx: &mut Ctx<'_, O>,
    ) {
        let inst = self.plan.instance(level, core);
        let ids = [AccessKind::Read, AccessKind::Execute].map(|kind| RouteId::new(core, kind));
        let place = |id: &RouteId| Some((*id, self.plan.route(*id).position_of(inst)?));
        let Some((id, k)) = ids.iter().find_map(place) else {
            return;
        };
        let route = *self.plan.route(id);
        self.users = self.users.with(self.plan.route(id).class);
        for (slot, base) in self.caches[inst].blocks().collect::<Vec<_>>() {
            self.collect_copies(&route, k, slot, base, ctx);
            if self.caches[inst].dirty(slot) {
                self.send_line(&route, k, slot, base, ctx);
            }
            self.caches[inst].invalidate(slot);
        }
    }
}
