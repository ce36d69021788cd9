//! The machine and its accesses.

use std::fmt;
use std::sync::Arc;

use super::addr::{Pa, Ppn, Va, Vpn};
use super::event::{AccessKind, Event, Fault, MachineObserver, Privilege, Purpose};
use super::footprint::Footprint;
use super::hierarchy::{Ctx, Fragment, Hierarchy, RouteId};
use super::pte::{Bit, Flags, mask};
use super::random::SplitMix64;
use super::spec::Spec;
use super::translate::{AccessRequest, Translation, Translator};

/// A number with too many bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooWide {
    pub value: u64,
    /// The maximum width in bits.
    pub bits: u32,
}

impl std::error::Error for TooWide {}

impl fmt::Display for TooWide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x} does not fit into {} bits", self.value, self.bits)
    }
}

/// The data of an access.
#[derive(Debug)]
pub enum Data<'a> {
    /// A load or fetch into this buffer. A byte that was never set is `None`.
    Load(&'a mut [Option<u8>]),
    /// A store of these bytes.
    Store(&'a [u8]),
    /// An access of this many bytes with unknown values, as in a memory trace. A store of unknown values
    /// changes no bytes.
    SizeOnly(u32),
    /// Translates the addresses of this many bytes without accessing a cache or moving data.
    TranslateOnly(u32),
}

impl Data<'_> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Data::Load(bytes) => bytes.len(),
            Data::Store(bytes) => bytes.len(),
            Data::SizeOnly(size) | Data::TranslateOnly(size) => *size as usize,
        }
    }
}

/// The outcome of an access.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AccessOutcome {
    /// Number of fragments, including one that faulted.
    pub fragments: u32,
    /// The fault that ended the access. The effects of the fragments before the fault remain, unless the
    /// access is a store.
    pub fault: Option<Fault>,
    /// Physical address of the first fragment.
    pub pa: Option<Pa>,
    /// Number of bytes accessed before the fault, or all bytes if there is no fault. For a faulting store,
    /// the number of bytes before the faulting page.
    pub done: usize,
}

/// A memory system and its state. Cloning a machine is cheap, because the clones share every large part until
/// one of them changes the part.
#[derive(Debug, Clone)]
pub struct Machine {
    spec: Arc<Spec>,
    core: u32,
    /// The last address that a program can use.
    pub(super) last: u64,
    pub(super) last_physical: u64,
    /// The MMU, or `None` if the machine has none.
    pub(super) translator: Option<Translator>,
    pub(super) hierarchy: Hierarchy,
    pub(super) random: SplitMix64,
}

impl Machine {
    /// Estimates the memory that the state of the machine needs.
    pub fn footprint(&self) -> Footprint {
        let mut footprint = Footprint::default();
        self.hierarchy.add_footprint(&mut footprint);
        if let Some(translator) = &self.translator {
            translator.add_footprint(&mut footprint);
        }
        footprint
    }

    /// Creates an empty machine on core 0 with seed 0.
    ///
    /// # Panics
    /// Panics if `spec` does not pass [`Spec::check`].
    pub fn new(spec: impl Into<Arc<Spec>>) -> Self {
        let spec = spec.into();
        assert_eq!(spec.check(), Ok(()), "the spec must pass `Spec::check`");
        let translator = spec.mmu.as_ref().map(|mmu| Translator::new(&spec, mmu));
        let hierarchy = Hierarchy::new(&spec);
        let last = mask(spec.virtual_bits());
        let last_physical = mask(spec.physical_bits);
        Self {
            spec,
            core: 0,
            last,
            last_physical,
            translator,
            hierarchy,
            random: SplitMix64::new(0),
        }
    }

    /// Creates an empty machine on core 0 whose random choices follow from a seed.
    ///
    /// # Panics
    /// Panics if `spec` does not pass [`Spec::check`].
    pub fn seeded(spec: impl Into<Arc<Spec>>, seed: u64) -> Self {
        let mut machine = Self::new(spec);
        machine.seed(seed);
        machine
    }

    /// The simple memory system of CS:APP 9.6.4; see [`Spec::simple`].
    pub fn simple() -> Self {
        Self::new(Spec::simple())
    }

    /// The Intel Core i7 of CS:APP 9.7; see [`Spec::core_i7`].
    pub fn core_i7() -> Self {
        Self::new(Spec::core_i7())
    }

    /// The description of the machine.
    pub fn spec(&self) -> &Arc<Spec> {
        &self.spec
    }

    /// Seeds the random number generator of the `random` replacement policy.
    pub fn seed(&mut self, seed: u64) {
        self.random = SplitMix64::new(seed);
    }

    pub(crate) fn random(&mut self) -> &mut SplitMix64 {
        &mut self.random
    }

    pub fn core_count(&self) -> u32 {
        self.spec.cores
    }

    /// The core that performs accesses.
    pub fn core(&self) -> u32 {
        self.core
    }

    /// Selects the current core.
    ///
    /// # Errors
    /// Fails if the core does not exist.
    pub fn set_core(&mut self, core: u32) -> Result<(), TooWide> {
        if core >= self.spec.cores {
            let bits = self.spec.cores.next_power_of_two().trailing_zeros();
            return Err(TooWide {
                value: core.into(),
                bits,
            });
        }
        self.core = core;
        Ok(())
    }

    /// The virtual address `raw`. If addresses have at least 48 bits, a sign-extended address is truncated to
    /// the machine's width. Without an MMU, the address is physical.
    ///
    /// # Errors
    /// Fails if the address is too wide.
    pub fn va(&self, raw: u64) -> Result<Va, TooWide> {
        if raw <= self.last {
            return Ok(Va::new(raw));
        }
        let bits = self.spec.virtual_bits();
        let extended =
            self.spec.mmu.is_some() && bits >= 48 && raw >> (bits - 1) == u64::MAX >> (bits - 1);
        if extended {
            Ok(Va::new(raw & mask(bits)))
        } else {
            fit(raw, bits).map(Va::new)
        }
    }

    /// A physical address.
    ///
    /// # Errors
    /// Fails if the address is too wide.
    pub fn pa(&self, raw: u64) -> Result<Pa, TooWide> {
        let bits = self.spec.physical_bits;
        if raw > self.last_physical {
            Err(TooWide { value: raw, bits })
        } else {
            Ok(Pa::new(raw))
        }
    }

    /// A virtual page number.
    ///
    /// # Errors
    /// Fails if the number is wider than a VPN.
    pub fn vpn(&self, raw: u64) -> Result<Vpn, TooWide> {
        fit(raw, self.spec.vpn_bits()).map(Vpn::new)
    }

    /// A physical page number.
    ///
    /// # Errors
    /// Fails if the number is wider than a PPN.
    pub fn ppn(&self, raw: u64) -> Result<Ppn, TooWide> {
        fit(raw, self.spec.ppn_bits()).map(Ppn::new)
    }

    /// The address of a page frame's first byte.
    #[inline]
    pub fn page_of(&self, ppn: Ppn) -> Pa {
        Pa::new(ppn.raw().checked_shl(self.spec.page_bits()).unwrap_or(0))
    }

    /// The page frame that contains a byte.
    #[inline]
    pub fn ppn_of(&self, pa: Pa) -> Ppn {
        Ppn::new(pa.raw().checked_shr(self.spec.page_bits()).unwrap_or(0))
    }

    /// The number of the page that contains an address.
    #[inline]
    pub fn vpn_of(&self, va: Va) -> Vpn {
        Vpn::new(va.raw().checked_shr(self.spec.page_bits()).unwrap_or(0))
    }

    /// The first address of a page.
    #[inline]
    pub fn va_of(&self, vpn: Vpn) -> Va {
        Va::new(vpn.raw().checked_shl(self.spec.page_bits()).unwrap_or(0))
    }

    /// Translates the address of a load in user mode; see [`Machine::translate_as`].
    ///
    /// # Errors
    /// The fault.
    pub fn translate(&mut self, va: Va) -> Result<Pa, Fault> {
        self.translate_as(va, AccessKind::Read, Privilege::User, &mut ())
    }

    /// Loads `size` bytes in user mode; see [`Machine::access`]. A byte that was never set is `None`.
    ///
    /// # Errors
    /// The fault.
    pub fn read(&mut self, va: Va, size: usize) -> Result<Vec<Option<u8>>, Fault> {
        let mut bytes = vec![None; size];
        let done = self.access(
            va,
            AccessKind::Read,
            Privilege::User,
            Data::Load(&mut bytes),
            &mut (),
        );
        done.fault.map_or(Ok(bytes), Err)
    }

    /// Stores bytes in user mode; see [`Machine::access`].
    ///
    /// # Errors
    /// The fault. A store that faults writes nothing.
    pub fn write(&mut self, va: Va, bytes: &[u8]) -> Result<(), Fault> {
        let done = self.access(
            va,
            AccessKind::Write,
            Privilege::User,
            Data::Store(bytes),
            &mut (),
        );
        done.fault.map_or(Ok(()), Err)
    }

    /// Uses only the MMU: searches the TLBs, walks the page table after a miss, sets A and D, and fills the
    /// TLBs. The walk fetches entries through the data caches only if the machine caches page-table entries.
    /// Without an MMU, the address is already physical.
    ///
    /// # Errors
    /// The fault.
    pub fn translate_as(
        &mut self,
        va: Va,
        kind: AccessKind,
        mode: Privilege,
        watch: &mut impl MachineObserver,
    ) -> Result<Pa, Fault> {
        self.resolve(va.raw(), kind, mode, watch)
            .map(|mapped| Pa::new(mapped.pa))
    }

    /// Performs an access fragment by fragment, in address order. Splits the access at page boundaries and at
    /// block boundaries, based on the smallest block size of the caches involved. The access ends at a fault
    /// or at the end of the address space. A store that faults writes nothing. For the fragments of the store
    /// on pages before the fault, the MMU only translates the addresses and does not set D.
    #[inline]
    pub fn access(
        &mut self,
        va: Va,
        kind: AccessKind,
        mode: Privilege,
        mut data: Data<'_>,
        watch: &mut impl MachineObserver,
    ) -> AccessOutcome {
        let route = RouteId::new(self.core, kind);
        let (within, last) = (self.hierarchy.fragment_mask(route), self.last);
        let mut outcome = AccessOutcome::default();
        let len = data.len();
        let refused = if kind == AccessKind::Write {
            self.refused_after(va, len, mode)
        } else {
            0
        };
        while outcome.done < len {
            let done = outcome.done;
            let Some(at) = va.raw().checked_add(done as u64).filter(|at| *at <= last) else {
                break;
            };
            let room = (within - (at & within)).saturating_add(1);
            let size = room.min((len - done) as u64).min(u64::from(u32::MAX)) as u32;
            let next = done + size as usize;
            let part = match &mut data {
                Data::Load(out) => Data::Load(&mut out[done..next]),
                Data::TranslateOnly(_) => Data::TranslateOnly(size),
                _ if done < refused => Data::TranslateOnly(size),
                Data::Store(bytes) => Data::Store(&bytes[done..next]),
                Data::SizeOnly(_) => Data::SizeOnly(size),
            };
            let kind = if done < refused {
                AccessKind::Read
            } else {
                kind
            };
            watch.on_event(Event::Fragment {
                va: Va::new(at),
                size,
            });
            outcome.fragments += 1;
            match self.resolve(at, kind, mode, watch) {
                Ok(mapped) => {
                    outcome.pa = outcome.pa.or(Some(Pa::new(mapped.pa)));
                    self.move_fragment(route, at, mapped, kind, part, watch);
                }
                Err(fault) => {
                    outcome.fault = Some(fault);
                    break;
                }
            }
            outcome.done = next;
        }
        outcome
    }

    /// Number of bytes that a store would write before the first page on which it faults. Returns 0 if the
    /// store does not fault.
    #[inline]
    fn refused_after(&self, va: Va, len: usize, mode: Privilege) -> usize {
        let page = mask(self.spec.page_bits());
        let room = (page - (va.raw() & page)).saturating_add(1);
        if self.translator.is_none() || len as u64 <= room {
            0
        } else {
            self.check_pages(va, len, mode)
        }
    }

    /// An x86-64 processor also checks both pages of a store before it writes.
    #[inline(never)]
    fn check_pages(&self, va: Va, len: usize, mode: Privilege) -> usize {
        let (page, end) = (
            mask(self.spec.page_bits()),
            va.raw().saturating_add(len as u64),
        );
        let (mut machine, mut at) = (self.clone(), va.raw());
        while at < end && at <= self.last {
            if machine
                .resolve(at, AccessKind::Write, mode, &mut ())
                .is_err()
            {
                return (at - va.raw()) as usize;
            }
            at = (at | page).saturating_add(1);
        }
        0
    }

    /// Performs the translated part of an access within one page and one block.
    #[inline]
    fn move_fragment(
        &mut self,
        route: RouteId,
        va: u64,
        Translation { pa, flags }: Translation,
        kind: AccessKind,
        data: Data<'_>,
        watch: &mut impl MachineObserver,
    ) {
        let (size, purpose) = (data.len() as u32, Purpose::Demand);
        let (write_through, uncached) = (flags.has(Bit::Wt), flags.has(Bit::Cd));
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
        match data {
            Data::Load(out) => self.hierarchy.load(fragment, out, ctx),
            Data::Store(bytes) => self.hierarchy.store(fragment, bytes, ctx),
            Data::SizeOnly(_) => self
                .hierarchy
                .touch(fragment, kind == AccessKind::Write, ctx),
            Data::TranslateOnly(_) => {}
        }
    }

    #[inline]
    fn resolve(
        &mut self,
        va: u64,
        kind: AccessKind,
        mode: Privilege,
        watch: &mut impl MachineObserver,
    ) -> Result<Translation, Fault> {
        let Some(translator) = &mut self.translator else {
            return Ok(Translation {
                pa: va,
                flags: Flags::NONE,
            });
        };
        let access = AccessRequest {
            va,
            kind,
            mode,
            core: self.core,
        };
        let ctx = &mut Ctx {
            random: &mut self.random,
            watch,
        };
        translator.translate(&self.spec, access, &mut self.hierarchy, ctx)
    }
}

/// Checks that a number fits in `bits` bits.
pub(super) fn fit(value: u64, bits: u32) -> Result<u64, TooWide> {
    if value & !mask(bits) == 0 {
        Ok(value)
    } else {
        Err(TooWide { value, bits })
    }
}

#[cfg(test)]
mod tests;
