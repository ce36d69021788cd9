//! The caches that an access passes through, computed once from the spec.

use crate::machine::check::MAX_UNITS;
use crate::machine::event::AccessKind;
use crate::machine::pte::mask;
use crate::machine::spec::Spec;

/// A core's loads and stores, or its instruction fetches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RouteId(usize);

impl RouteId {
    /// The route of a core's accesses of this kind.
    #[inline]
    pub(crate) fn new(core: u32, kind: AccessKind) -> Self {
        Self(core as usize * 2 + usize::from(kind == AccessKind::Execute))
    }
}

/// The caches that an access passes through, from the core to memory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Route {
    caches: [u16; MAX_UNITS],
    len: usize,
    /// A number that routes through the same caches have in common.
    pub(crate) class: u16,
    /// log2 of the maximum size of a fragment: the smallest block size or the page size, whichever is
    /// smaller.
    pub(crate) fragment_bits: u32,
    /// The mask of the address bits within a fragment.
    pub(crate) fragment_mask: u64,
    /// log2 of the largest block size.
    largest: u32,
    /// Whether the route's first cache is also the first cache of every other route through that cache.
    pub(crate) top_private: bool,
}

impl Route {
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The cache at position `k`, which must be less than [`Route::len`].
    #[inline]
    pub(crate) fn cache_at(&self, k: usize) -> usize {
        usize::from(self.caches[k])
    }

    /// The cache at position `k`, or `None` for memory.
    #[inline]
    pub(crate) fn get(&self, k: usize) -> Option<usize> {
        (k < self.len).then(|| self.cache_at(k))
    }

    pub(crate) fn caches(self) -> impl Iterator<Item = usize> {
        (0..self.len).map(move |k| self.cache_at(k))
    }

    /// The position of a cache on the route.
    pub(crate) fn position_of(&self, cache: usize) -> Option<usize> {
        self.caches().position(|other| other == cache)
    }

    /// The byte range that is affected by filling all caches of the route with `first..=last`.
    pub(crate) fn around(&self, first: u64, last: u64) -> (u64, u64) {
        (first & !mask(self.largest), last | mask(self.largest))
    }
}

/// All routes of a machine.
#[derive(Debug)]
pub(super) struct Plan {
    routes: Vec<Route>,
    /// For each level, the index of its first cache, and whether all cores share the cache.
    levels: Vec<(usize, bool)>,
    /// log2 of the smallest block size of all caches, or 64 without caches.
    pub(crate) smallest: u32,
    /// log2 of the largest block size, or 0 without caches.
    pub(crate) largest: u32,
    /// Whether all accesses pass through the same caches.
    pub(crate) single: bool,
    /// Whether two routes share a cache but differ below it.
    pub(crate) crossed: bool,
}

impl Plan {
    pub(crate) fn new(spec: &Spec) -> Self {
        let mut next = 0;
        let levels: Vec<(usize, bool)> = spec
            .caches
            .iter()
            .map(|cache| {
                let first = next;
                next += if cache.shared { 1 } else { spec.cores as usize };
                (first, cache.shared)
            })
            .collect();
        let blocks = || spec.caches.iter().map(|cache| cache.block_bits);
        let (smallest, largest) = (blocks().min().unwrap_or(64), blocks().max().unwrap_or(0));
        let mut plan = Self {
            routes: Vec::new(),
            levels,
            smallest,
            largest,
            single: true,
            crossed: false,
        };
        for core in 0..spec.cores {
            for kind in [AccessKind::Read, AccessKind::Execute] {
                let route = plan.draw(spec, core, kind);
                plan.routes.push(route);
            }
        }
        plan.compare();
        plan
    }

    /// The route for one core and kind of access, before it is compared with other routes.
    fn draw(&self, spec: &Spec, core: u32, kind: AccessKind) -> Route {
        let (mut caches, mut len, mut largest) = ([0; MAX_UNITS], 0, 0);
        let mut fragment_bits = spec.page_bits();
        for (level, cache) in spec
            .caches
            .iter()
            .enumerate()
            .filter(|(_, cache)| cache.side.serves(kind))
        {
            caches[len] = self.instance(level, core) as u16;
            len += 1;
            fragment_bits = cache.block_bits.min(fragment_bits);
            largest = cache.block_bits.max(largest);
        }
        let known = self
            .routes
            .iter()
            .find(|route| route.len == len && route.caches == caches);
        let class = known.map_or(self.routes.len() as u16, |route| route.class);
        let fragment_mask = mask(fragment_bits);
        Route {
            caches,
            len,
            class,
            fragment_bits,
            fragment_mask,
            largest,
            top_private: true,
        }
    }

    fn compare(&mut self) {
        let all = self.routes.clone();
        self.single = all.iter().all(|route| route.class == 0);
        for route in &mut self.routes {
            for other in &all {
                for k in 0..route.len {
                    let Some(place) = other.position_of(route.cache_at(k)) else {
                        continue;
                    };
                    route.top_private &= k > 0 || place == 0;
                    self.crossed |= route.caches[k..route.len] != other.caches[place..other.len];
                }
            }
        }
    }

    #[inline]
    pub(crate) fn route(&self, id: RouteId) -> &Route {
        &self.routes[id.0]
    }

    pub(crate) fn levels(&self) -> usize {
        self.levels.len()
    }

    /// The index of the cache of `core` at `level`.
    pub(crate) fn instance(&self, level: usize, core: u32) -> usize {
        let (first, shared) = self.levels[level];
        first + if shared { 0 } else { core as usize }
    }
}
