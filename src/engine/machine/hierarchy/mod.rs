//! The caches between the cores and main memory, and the loads and stores that pass through these caches.
//!
//! Three invariants hold for every geometry. The first cache in spec order that holds a byte has its newest
//! value. A store leaves no copies in caches that are not on its route. A load finds no dirty copies in
//! caches that are not on its route.

mod coherence;
mod direct;
mod plan;
mod presence;
mod resume;
mod transfer;

use std::sync::Arc;

use super::addr::{Pa, SetIndex, Tag};
use super::cache::{Cache, LineSlot, ListedLine};
use super::event::{Event, MachineObserver, Purpose};
use super::memory::Bytes;
use super::random::SplitMix64;
use super::spec::{Inclusion, Spec};
use plan::Plan;
pub(super) use plan::{Route, RouteId};
use presence::Presence;

/// The random number generator and the observer that every step of an access needs.
pub(super) struct Ctx<'a, O> {
    pub(crate) random: &'a mut SplitMix64,
    pub(crate) watch: &'a mut O,
}

/// A load or store of bytes that are in one block in every cache on its route.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fragment {
    /// The caches that the fragment passes through.
    pub(crate) route: RouteId,
    /// The virtual address of the first byte, or the physical address if there is no virtual address.
    pub(crate) va: u64,
    /// The physical address of the first byte.
    pub(crate) pa: u64,
    /// Number of bytes, at least 1.
    pub(crate) size: u32,
    pub(crate) purpose: Purpose,
    /// Whether stores are written through all caches, as the page's WT bit specifies.
    pub(crate) write_through: bool,
    /// Whether the access bypasses the caches, as the page's CD bit specifies.
    pub(crate) uncached: bool,
}

impl Fragment {
    fn last(&self) -> u64 {
        self.pa + u64::from(self.size - 1)
    }
}

/// The classes of routes that have used the caches. Coherence costs nothing until a second class uses the
/// caches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Users {
    None,
    One(u16),
    Several,
}

impl Users {
    /// Adds a route of this class.
    #[cold]
    fn with(self, class: u16) -> Self {
        match self {
            Users::None => Users::One(class),
            Users::One(one) if one == class => self,
            Users::One(_) | Users::Several => Users::Several,
        }
    }
}

/// The caches of all cores and main memory.
#[derive(Debug, Clone)]
pub(super) struct Hierarchy {
    plan: Arc<Plan>,
    /// The caches in spec order. The private caches of a level are adjacent, one per core.
    caches: Vec<Cache>,
    memory: Bytes,
    users: Users,
    presence: Presence,
    /// The block that is moving from an exclusive cache to the cache above.
    lifted: Bytes,
}

impl Hierarchy {
    /// Creates empty caches and memory with unknown contents.
    pub(crate) fn new(spec: &Spec) -> Self {
        let cores = |shared: bool| if shared { 1 } else { spec.cores };
        let caches = spec.caches.iter().zip(0..).flat_map(|(cache, level)| {
            let own = move |core| (!cache.shared).then_some(core);
            (0..cores(cache.shared)).map(move |core| Cache::new(spec, level, cache, own(core)))
        });
        let plan = Plan::new(spec);
        Self {
            lifted: Bytes::new(1 << plan.largest),
            plan: Arc::new(plan),
            caches: caches.collect(),
            memory: Bytes::new(1 << spec.physical_bits),
            users: Users::None,
            presence: Presence::new(spec.physical_bits),
        }
    }

    /// log2 of the maximum size of a fragment: the smallest block size on the route, or the page size if that
    /// is smaller.
    #[inline]
    pub(crate) fn fragment_bits(&self, route: RouteId) -> u32 {
        self.plan.route(route).fragment_bits
    }

    /// The mask of the address bits within a fragment: the lowest [`Hierarchy::fragment_bits`] bits.
    #[inline]
    pub(crate) fn fragment_mask(&self, route: RouteId) -> u64 {
        self.plan.route(route).fragment_mask
    }

    pub(crate) fn levels(&self) -> usize {
        self.plan.levels()
    }

    pub(crate) fn cache(&self, level: usize, core: u32) -> &Cache {
        &self.caches[self.plan.instance(level, core)]
    }

    /// Sets the lines and their bytes in a set of cache `level` of `core`. A script may put a block into
    /// several caches. See [`SetAssoc::set_lines`](super::set_assoc::SetAssoc::set_lines).
    pub(crate) fn set_lines(
        &mut self,
        level: usize,
        core: u32,
        set: SetIndex,
        lines: &[Option<ListedLine<'_>>],
    ) {
        if !self.plan.single {
            self.users = Users::Several;
        }
        let inst = self.plan.instance(level, core);
        let cache = &mut self.caches[inst];
        for (way, listed) in (0..).zip(lines) {
            let Some(ListedLine { line, bytes }) = listed else {
                continue;
            };
            cache.write_line(LineSlot { set, way }, bytes);
            if line.valid {
                let base = cache.base(set, line.tag.unwrap_or_default());
                self.presence.note(inst, base, cache.end(base));
            }
        }
        cache.set_lines(
            set,
            &lines
                .iter()
                .map(|listed| listed.map(|listed| listed.line))
                .collect::<Vec<_>>(),
        );
    }

    /// Main memory, which is below the caches.
    pub(crate) fn memory(&self) -> &Bytes {
        &self.memory
    }

    /// Main memory, mutable so that a script can set its contents.
    pub(crate) fn memory_mut(&mut self) -> &mut Bytes {
        &mut self.memory
    }

    #[inline]
    pub(crate) fn load<O: MachineObserver>(
        &mut self,
        fragment: Fragment,
        out: &mut [Option<u8>],
        ctx: &mut Ctx<'_, O>,
    ) {
        match self.hit_first_cache(&fragment, false, ctx) {
            Some((inst, slot)) => {
                let cache = &self.caches[inst];
                cache.data().read(cache.byte_at(slot, fragment.pa), out);
            }
            None => self.load_beyond(fragment, out, ctx),
        }
    }

    /// Stores the bytes of a fragment.
    #[inline]
    pub(crate) fn store<O: MachineObserver>(
        &mut self,
        fragment: Fragment,
        bytes: &[u8],
        ctx: &mut Ctx<'_, O>,
    ) {
        match self.hit_first_cache(&fragment, true, ctx) {
            Some((inst, slot)) => {
                let cache = &mut self.caches[inst];
                let at = cache.byte_at(slot, fragment.pa);
                cache.data_mut().write(at, bytes);
            }
            None => self.store_beyond(fragment, bytes, ctx),
        }
    }

    /// Loads a fragment, or stores it if `write` is true, without changing any bytes.
    #[inline(always)]
    pub(crate) fn touch<O: MachineObserver>(
        &mut self,
        fragment: Fragment,
        write: bool,
        ctx: &mut Ctx<'_, O>,
    ) {
        if self.hit_first_cache(&fragment, write, ctx).is_none() {
            if write {
                self.store_beyond(fragment, &[], ctx);
            } else {
                self.load_beyond(fragment, &mut [], ctx);
            }
        }
    }

    /// Performs a load (or a store if `write` is true) that needs only the first cache. If the first cache is
    /// sufficient, counts and reports the lookup and returns the line. Otherwise, changes only `users` and
    /// returns `None`.
    #[inline(always)]
    fn hit_first_cache<O: MachineObserver>(
        &mut self,
        fragment: &Fragment,
        write: bool,
        ctx: &mut Ctx<'_, O>,
    ) -> Option<(usize, LineSlot)> {
        let route = self.plan.route(fragment.route);
        if self.users != Users::One(route.class) {
            self.users = self.users.with(route.class);
        }
        let first = route.get(0).filter(|_| !fragment.uncached)?;
        let (top_private, several) = (route.top_private, self.users == Users::Several);
        let cache = &mut self.caches[first];
        if write && (fragment.write_through || !cache.write_back()) {
            return None;
        }
        let (set, tag) = cache.locate(fragment.va, fragment.pa);
        // A dirty block in a cache with no caches above has no other copy.
        if several && !(top_private && (!write || cache.has_dirty(set, tag))) {
            return None;
        }
        let slot = cache.hit(set, tag)?;
        report_lookup(cache, (set, tag), Some(slot.way), fragment.purpose, ctx);
        if write {
            cache.mark_dirty(slot);
        }
        Some((first, slot))
    }

    /// Performs a load that cannot complete in the first cache.
    #[inline(never)]
    fn load_beyond<O: MachineObserver>(
        &mut self,
        fragment: Fragment,
        out: &mut [Option<u8>],
        ctx: &mut Ctx<'_, O>,
    ) {
        let (fragment, route) = (&fragment, *self.plan.route(fragment.route));
        let Some(first) = self.enter(&route, fragment, false, ctx) else {
            return self.newest(fragment.pa, out);
        };
        let mut looked = 0;
        let found = self.search(&route, 0, fragment, &mut looked, ctx);
        if found != Some(0) {
            self.fill_up_to(&route, 0, found, fragment, ctx);
        }
        let cache = &self.caches[first];
        let (set, tag) = cache.locate(fragment.va, fragment.pa);
        if let Some(way) = cache.find(set, tag) {
            cache
                .data()
                .read(cache.byte_at(LineSlot { set, way }, fragment.pa), out);
        }
    }

    /// Performs a store that cannot complete in the first cache.
    #[inline(never)]
    fn store_beyond<O: MachineObserver>(
        &mut self,
        fragment: Fragment,
        bytes: &[u8],
        ctx: &mut Ctx<'_, O>,
    ) {
        let (fragment, route) = (&fragment, *self.plan.route(fragment.route));
        if self.enter(&route, fragment, true, ctx).is_none() {
            return self.poke(fragment.pa, bytes);
        }
        let mut looked = 0;
        for (k, inst) in route.caches().enumerate() {
            let mut slot = self.lookup(&route, k, fragment, &mut looked, ctx);
            let allocates =
                self.caches[inst].write_allocate && !self.fills_only_from_above(&route, k);
            if slot.is_none() && allocates {
                let found = self.search(&route, k + 1, fragment, &mut looked, ctx);
                slot = Some(self.fill_up_to(&route, k, found, fragment, ctx));
            }
            let Some(slot) = slot else { continue };
            let cache = &mut self.caches[inst];
            let at = cache.byte_at(slot, fragment.pa);
            cache.data_mut().write(at, bytes);
            if cache.write_back() && !fragment.write_through {
                cache.mark(slot, true);
                return;
            }
        }
        self.memory.write(fragment.pa, bytes);
        ctx.watch.on_event(Event::Memory {
            pa: Pa::new(fragment.pa),
            write: true,
            purpose: fragment.purpose,
        });
    }

    /// Returns the first cache of the route after snooping the other caches. If memory serves the access,
    /// this method reports the access and returns `None`.
    fn enter<O: MachineObserver>(
        &mut self,
        route: &Route,
        fragment: &Fragment,
        write: bool,
        ctx: &mut Ctx<'_, O>,
    ) -> Option<usize> {
        let first = route.get(0);
        let Some(top) = first.filter(|_| !fragment.uncached) else {
            if first.is_some() {
                ctx.watch.on_event(Event::Bypassed {
                    purpose: fragment.purpose,
                });
            }
            ctx.watch.on_event(Event::Memory {
                pa: Pa::new(fragment.pa),
                write,
                purpose: fragment.purpose,
            });
            return None;
        };
        if self.users == Users::Several {
            let line = self.caches[top].align(fragment.pa);
            let written = write.then(|| (line, self.caches[top].end(line)));
            self.snoop(
                route,
                route.around(fragment.pa, fragment.last()),
                written,
                ctx,
            );
        }
        Some(top)
    }

    /// Searches the caches on the route for the fragment, starting at position `from`. Returns the position
    /// of the first cache that holds the fragment.
    fn search<O: MachineObserver>(
        &mut self,
        route: &Route,
        from: usize,
        fragment: &Fragment,
        looked: &mut u32,
        ctx: &mut Ctx<'_, O>,
    ) -> Option<usize> {
        (from..route.len()).find(|&k| self.lookup(route, k, fragment, looked, ctx).is_some())
    }

    /// Looks up the fragment at position `k` of the route. Only the first lookup of an access is counted.
    fn lookup<O: MachineObserver>(
        &mut self,
        route: &Route,
        k: usize,
        fragment: &Fragment,
        looked: &mut u32,
        ctx: &mut Ctx<'_, O>,
    ) -> Option<LineSlot> {
        let cache = &mut self.caches[route.cache_at(k)];
        let (set, tag) = cache.locate(fragment.va, fragment.pa);
        let way = cache.find(set, tag);
        if *looked >> k & 1 == 0 {
            *looked |= 1 << k;
            report_lookup(cache, (set, tag), way, fragment.purpose, ctx);
            if let Some(way) = way {
                cache.touch(LineSlot { set, way });
            }
        }
        if way.is_none()
            && cache.has_aliases()
            && let Some(slot) = cache.holder(fragment.pa)
        {
            self.evict_alias(route, k, slot, ctx);
        }
        way.map(|way| LineSlot { set, way })
    }

    /// Whether the cache at position `k` of the route is filled only from the cache above it.
    fn fills_only_from_above(&self, route: &Route, k: usize) -> bool {
        k > 0 && self.caches[route.cache_at(k)].inclusion == Inclusion::Exclusive
    }
}

#[inline(always)]
fn report_lookup<O: MachineObserver>(
    cache: &mut Cache,
    (set, tag): (SetIndex, Tag),
    way: Option<u32>,
    purpose: Purpose,
    ctx: &mut Ctx<'_, O>,
) {
    let counts = &mut cache.counts;
    let count = match (purpose, way) {
        (Purpose::Walk, Some(_)) => &mut counts.walk_hits,
        (Purpose::Walk, None) => &mut counts.walk_misses,
        (_, Some(_)) => &mut counts.hits,
        (_, None) => &mut counts.misses,
    };
    *count += 1;
    ctx.watch.on_event(Event::CacheLookup {
        cache: cache.level,
        set,
        tag,
        way,
        purpose,
    });
    if purpose == Purpose::Demand {
        ctx.watch
            .on_set(cache.ways(), &|way| cache.set_line(LineSlot { set, way }));
    }
}
