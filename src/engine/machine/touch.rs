//! Accesses without data, as in traces, where only the addresses matter.

use super::addr::{Pa, Ppn, Va, Vpn};
use super::datapath::Machine;
use super::event::{AccessKind, Event, MachineObserver, Privilege, Purpose};
use super::hierarchy::{Ctx, Fragment, RouteId};
use super::pte::Bit;
use super::translate::AccessRequest;

impl Machine {
    /// Performs a simple access without data. A simple access is within one page and one block, and the first
    /// TLB holds an entry that permits the access. Returns the physical address, or changes nothing and
    /// returns `None` if [`Machine::access`] is needed.
    #[inline(always)]
    pub(crate) fn touch(
        &mut self,
        va: Va,
        size: u32,
        kind: AccessKind,
        mode: Privilege,
        watch: &mut impl MachineObserver,
    ) -> Option<Pa> {
        let route = RouteId::new(self.core(), kind);
        if !self.is_fragment(route, va.raw(), size, self.last) {
            return None;
        }
        let access = AccessRequest {
            va: va.raw(),
            kind,
            mode,
            core: self.core(),
        };
        let hit = self.translator.as_mut()?.hit(access)?;
        watch.on_event(Event::Fragment { va, size });
        let translator = self.translator.as_ref()?;
        translator.report_hit(&hit, access.core, watch);
        let page_bits = translator.page_bits();
        let page = |address: u64| address.checked_shr(page_bits).unwrap_or(0);
        let (vpn, ppn, pa) = (
            Vpn::new(page(va.raw())),
            Ppn::new(page(hit.pa)),
            Pa::new(hit.pa),
        );
        watch.on_event(Event::Translated { vpn, ppn, pa });
        let (write_through, uncached) = (hit.flags.has(Bit::Wt), hit.flags.has(Bit::Cd));
        let (va, pa, purpose) = (va.raw(), hit.pa, Purpose::Demand);
        let fragment = Fragment {
            route,
            va,
            pa,
            size,
            purpose,
            write_through,
            uncached,
        };
        let ctx = &mut Ctx {
            random: &mut self.random,
            watch,
        };
        self.hierarchy
            .touch(fragment, kind == AccessKind::Write, ctx);
        Some(Pa::new(pa))
    }

    /// Performs an access without data to a physical address. The access starts at the first cache, and no
    /// page can disable caching. Returns the number of fragments. Bytes past the last physical address are
    /// ignored.
    #[inline(always)]
    pub(crate) fn touch_physical(
        &mut self,
        pa: Pa,
        size: u32,
        kind: AccessKind,
        watch: &mut impl MachineObserver,
    ) -> u32 {
        let route = RouteId::new(self.core(), kind);
        if self.is_fragment(route, pa.raw(), size, self.last_physical) {
            self.touch_fragment(route, pa.raw(), size, kind, watch);
            return 1;
        }
        self.touch_fragments(route, pa.raw(), size, kind, watch)
    }

    #[inline(never)]
    fn touch_fragments(
        &mut self,
        route: RouteId,
        first: u64,
        size: u32,
        kind: AccessKind,
        watch: &mut impl MachineObserver,
    ) -> u32 {
        let within = self.hierarchy.fragment_mask(route);
        let (mut fragments, mut at, mut left) = (0, first, u64::from(size));
        while left > 0 && at <= self.last_physical {
            let now = left.min((within - (at & within)).saturating_add(1));
            self.touch_fragment(route, at, now as u32, kind, watch);
            fragments += 1;
            left -= now;
            match at.checked_add(now) {
                Some(next) => at = next,
                None => break,
            }
        }
        fragments
    }

    #[inline(always)]
    fn touch_fragment(
        &mut self,
        route: RouteId,
        pa: u64,
        size: u32,
        kind: AccessKind,
        watch: &mut impl MachineObserver,
    ) {
        watch.on_event(Event::Fragment {
            va: Va::new(pa),
            size,
        });
        let purpose = Purpose::Demand;
        let fragment = Fragment {
            route,
            va: pa,
            pa,
            size,
            purpose,
            write_through: false,
            uncached: false,
        };
        let ctx = &mut Ctx {
            random: &mut self.random,
            watch,
        };
        self.hierarchy
            .touch(fragment, kind == AccessKind::Write, ctx);
    }

    /// Whether the bytes are in one page and one block and end at or before `last`.
    #[inline(always)]
    fn is_fragment(&self, route: RouteId, first: u64, size: u32, last: u64) -> bool {
        let (within, more) = (
            self.hierarchy.fragment_mask(route),
            u64::from(size).wrapping_sub(1),
        );
        more <= within - (first & within) && more <= last.wrapping_sub(first)
    }
}
