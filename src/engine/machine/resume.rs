//! The state of the TLBs and caches of the current core, for a simulation that keeps neither data nor a record of every step. The
//! simulation starts with this state. Afterward, the machine continues with the state at the end of the simulation.

use super::addr::{SetIndex, Vpn};
use super::cache::Counts;
use super::datapath::Machine;
use super::event::AccessKind;
use super::hierarchy::{Ctx, RouteId};
use super::pte::{Bit, Flags};
use super::set_assoc::LineState;
use super::spec::Spec;
use super::tlb::{Tlb, TlbEntry};

/// The entry of a TLB whose page has the size of a base page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EntryState {
    /// The line, whose block is a virtual page. It is dirty if its D bit is set.
    pub(crate) line: LineState,
    /// The physical page.
    pub(crate) ppn: u64,
}

impl Machine {
    /// Whether routes that share a cache also share all caches below it, only the caches of the current core have ever held a
    /// block, and the bytes of each of these blocks are those of main memory. A simulation without data can
    /// then take the bytes from main memory at its end.
    pub(crate) fn has_plain_caches(&self) -> bool {
        self.hierarchy.is_plain(self.core(), self.last_physical)
    }

    /// Whether a cache has ever held a block.
    pub(crate) fn has_used_caches(&self) -> bool {
        (0..self.spec().caches.len()).any(|level| self.hierarchy.cache(level, self.core()).used())
    }

    /// Whether a TLB of the current core has a valid entry.
    pub(crate) fn has_tlb_entries(&self) -> bool {
        (0..self.spec().tlbs.len()).any(|level| !self.tlb_sets_in_use(level).is_empty())
    }

    /// The sets of cache `level` that contain valid lines, with these lines, the earliest use first.
    pub(crate) fn cache_state(&self, level: usize) -> impl Iterator<Item = (u64, Vec<LineState>)> {
        let cache = self.hierarchy.cache(level, self.core());
        self.cache_sets_in_use(level).into_iter().map(move |set| {
            let ways = cache.replacement(set).map_or_else(Vec::new, |of| of.filled);
            let state = |way| {
                let (block, dirty) = cache.held(set, way);
                LineState {
                    way,
                    block,
                    dirty,
                    valid: true,
                    kept: false,
                }
            };
            (set.raw(), ways.into_iter().map(state).collect())
        })
    }

    /// Whether data accesses, and fetches, of the current core have used the caches since the machine was created. A class of
    /// accesses that did not may be reported as one that did.
    pub(crate) fn used_routes(&self) -> [bool; 2] {
        self.hierarchy.used_routes(routes(self.core()))
    }

    /// Records that data accesses, or fetches, of the current core have used the caches.
    pub(crate) fn use_routes(&mut self, used: [bool; 2]) {
        let routes = routes(self.core());
        for (route, _) in routes.into_iter().zip(used).filter(|(_, used)| *used) {
            self.hierarchy.use_route(route);
        }
    }

    /// Sets lines of cache `level`, the earliest use of each set first. The bytes of the blocks are those of main memory. Adds
    /// counts.
    pub(crate) fn restore_cache(
        &mut self,
        level: usize,
        sets: impl Iterator<Item = (u64, Vec<LineState>)>,
        counts: Counts,
    ) {
        let core = self.core();
        self.hierarchy.restore(level, core, sets, counts);
    }

    /// Sets entries of TLB `level`, the earliest use of each set first. `flags` are those of each entry, except for D. Adds
    /// counts.
    pub(crate) fn restore_tlb(
        &mut self,
        level: usize,
        sets: impl Iterator<Item = (u64, Vec<EntryState>)>,
        flags: Flags,
        counts: Counts,
    ) {
        let (core, bits) = (self.core(), self.spec().page_bits());
        let Some(translator) = &mut self.translator else {
            return;
        };
        let asid = translator.context(core).asid;
        let tlb: &mut Tlb = translator.tlb_mut(level, core);
        tlb.counts += counts;
        for (set, entries) in sets {
            for EntryState { line, ppn } in entries {
                let flags = flags.with_bit(Bit::D, line.dirty);
                let page_bits = bits as u8;
                let entry = TlbEntry {
                    ppn,
                    page_bits,
                    whole_bits: page_bits,
                    flags,
                    asid,
                };
                tlb.restore(SetIndex::new(set), line, entry);
            }
        }
    }

    /// The flags that a walk to a page combines, or `None` if the page is not present.
    pub(crate) fn flags_of_page(&self, vpn: Vpn) -> Option<Flags> {
        let (va, core) = (self.va_of(vpn), self.core());
        let mut machine = self.clone();
        let (translator, spec) = (machine.translator.as_mut()?, self.spec());
        let ctx = &mut Ctx {
            random: &mut machine.random,
            watch: &mut (),
        };
        translator.flags_of_page(spec, va.raw(), core, &mut machine.hierarchy, ctx)
    }

    /// Returns a machine with the same parts except TLBs and caches. It takes main memory, the page tables, the address spaces,
    /// and the random numbers; [`Machine::exchange`] returns them.
    pub(crate) fn without_tlbs_and_caches(&mut self) -> Self {
        let spec = Spec {
            tlbs: Vec::new(),
            caches: Vec::new(),
            ..Spec::clone(self.spec())
        };
        let mut bare = Self::new(spec);
        // The core exists, because both machines have the same cores.
        let _ = bare.set_core(self.core());
        bare.exchange(self);
        bare
    }

    /// Exchanges main memory, the page tables, the address spaces, and the random numbers with another machine of the same parts.
    pub(crate) fn exchange(&mut self, to: &mut Self) {
        self.hierarchy.exchange_memory(&mut to.hierarchy);
        std::mem::swap(&mut self.random, &mut to.random);
        if let (Some(from), Some(to)) = (&mut self.translator, &mut to.translator) {
            from.exchange_spaces(to);
        }
    }
}

/// The routes of data accesses and of fetches.
fn routes(core: u32) -> [RouteId; 2] {
    [AccessKind::Read, AccessKind::Execute].map(|kind| RouteId::new(core, kind))
}
