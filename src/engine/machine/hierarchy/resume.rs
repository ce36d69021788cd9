//! The state of the caches for a simulation without data; see [`crate::machine::resume`].

use super::{Hierarchy, RouteId, Users};
use crate::machine::addr::SetIndex;
use crate::machine::cache::{Cache, Counts, LineSlot};
use crate::machine::footprint::{Footprint, MemoryUse};
use crate::machine::set_assoc::LineState;

impl Hierarchy {
    /// Whether routes that share a cache also share all caches below it, only caches of `core` have ever held a block, and the
    /// bytes of each of these blocks are those of main memory, which ends at `last`.
    pub(crate) fn is_plain(&self, core: u32, last: u64) -> bool {
        let own = |cache: &Cache| cache.core.is_none_or(|owner| owner == core);
        let plain = |cache: &Cache| !cache.used() || own(cache) && self.agrees(cache, last);
        !self.plan.crossed && self.caches.iter().all(plain)
    }

    /// Whether each block of a cache has the bytes of main memory.
    fn agrees(&self, cache: &Cache, last: u64) -> bool {
        let blank = self.memory.is_blank() && cache.data().is_blank();
        cache.blocks().all(|(slot, base)| {
            let (at, size) = (cache.data_offset(slot), 1 << cache.block_bits);
            cache.end(base) <= last && (blank || cache.data().agrees(at, &self.memory, base, size))
        })
    }

    /// Whether each of these routes has used the caches. If a route of another class has used them, all routes may have.
    pub(crate) fn used_routes(&self, routes: [RouteId; 2]) -> [bool; 2] {
        let classes = routes.map(|route| self.plan.route(route).class);
        match self.users {
            Users::None => [false; 2],
            Users::One(class) if classes.contains(&class) => classes.map(|own| own == class),
            Users::One(_) | Users::Several => [true; 2],
        }
    }

    /// Records that a route has used the caches.
    pub(crate) fn use_route(&mut self, route: RouteId) {
        self.users = self.users.with(self.plan.route(route).class);
    }

    /// Sets lines of cache `level` of `core`, the earliest use of each set first, with the bytes of main memory. Adds counts.
    pub(crate) fn restore(
        &mut self,
        level: usize,
        core: u32,
        sets: impl Iterator<Item = (u64, Vec<LineState>)>,
        counts: Counts,
    ) {
        let inst = self.plan.instance(level, core);
        let blank =
            self.memory.is_blank() && self.caches.iter().all(|cache| cache.data().is_blank());
        let Self {
            caches,
            memory,
            presence,
            ..
        } = self;
        let cache = &mut caches[inst];
        cache.counts += counts;
        for (set, lines) in sets {
            for LineState {
                way,
                block,
                dirty,
                valid,
                kept,
            } in lines
            {
                let (slot, base) = (
                    LineSlot {
                        set: SetIndex::new(set),
                        way,
                    },
                    block << cache.block_bits,
                );
                let (tag, before) = (cache.locate(base, base).1, cache.line(slot));
                let keeps = kept && before.valid && before.tag == Some(tag);
                if !blank && !keeps {
                    let (at, size) = (cache.data_offset(slot), 1 << cache.block_bits);
                    cache.data_mut().copy(at, memory, base, size);
                }
                cache.fill(slot, tag, dirty);
                if valid {
                    presence.note(inst, base, cache.end(base));
                } else {
                    cache.invalidate(slot);
                }
            }
        }
    }

    /// Exchanges main memory with another hierarchy.
    pub(crate) fn exchange_memory(&mut self, other: &mut Self) {
        std::mem::swap(&mut self.memory, &mut other.memory);
    }
}

impl Hierarchy {
    /// Adds the memory of the caches and of main memory.
    pub(crate) fn add_footprint(&self, to: &mut Footprint) {
        let caches = self.caches.iter().map(Cache::host_bytes).sum::<u64>();
        to.add(
            MemoryUse::Caches,
            caches + self.presence.host_bytes() + self.lifted.host_bytes(),
        );
        to.add(MemoryUse::MainMemory, self.memory.host_bytes());
    }
}
