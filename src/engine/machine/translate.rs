//! The MMU, which searches the TLB levels in order and walks the page table if all levels miss.

use super::addr::{Pa, Ppn, SetIndex, Tag, Vpn};
use super::check::MAX_UNITS;
use super::event::{AccessKind, Event, Fault, MachineObserver, Privilege};
use super::footprint::{Footprint, MemoryUse};
use super::hierarchy::{Ctx, Hierarchy, RouteId};
use super::page_table::PageTable;
use super::pte::{Bit, Flags, mask};
use super::spec::{Mmu, Spec};
use super::tlb::{Dropped, Lookup, Tlb, TlbEntry};
use super::walk::{TableLayout, Walker, forbidden};

/// An access that the MMU is to translate.
#[derive(Debug, Clone, Copy)]
pub(super) struct AccessRequest {
    pub(crate) va: u64,
    pub(crate) kind: AccessKind,
    pub(crate) mode: Privilege,
    pub(crate) core: u32,
}

/// The address space that a core uses.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Context {
    /// The process whose TLB entries the core uses.
    pub(crate) asid: u16,
    /// The physical address of the root table in memory. `None` means that walks use the detached page table.
    pub(crate) root: Option<u64>,
}

/// A translated address and the caching bits of its page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Translation {
    pub(crate) pa: u64,
    pub(crate) flags: Flags,
}

/// A hit in the first TLB.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit {
    pub(crate) level: u32,
    pub(crate) set: SetIndex,
    pub(crate) tag: Tag,
    pub(crate) way: u32,
    pub(crate) pa: u64,
    pub(crate) flags: Flags,
}

/// The TLB levels that serve data accesses or instruction fetches.
#[derive(Debug, Clone, Copy)]
struct TlbLevels {
    levels: [u8; MAX_UNITS],
    len: usize,
}

impl TlbLevels {
    fn new(spec: &Spec, kind: AccessKind) -> Self {
        let (mut levels, mut len) = ([0; MAX_UNITS], 0);
        for (n, _) in spec
            .tlbs
            .iter()
            .enumerate()
            .filter(|(_, tlb)| tlb.side.serves(kind))
        {
            levels[len] = n as u8;
            len += 1;
        }
        Self { levels, len }
    }

    #[inline]
    fn first(&self) -> Option<usize> {
        (self.len > 0).then(|| usize::from(self.levels[0]))
    }

    fn list(self) -> impl DoubleEndedIterator<Item = usize> + ExactSizeIterator {
        (0..self.len).map(move |k| usize::from(self.levels[k]))
    }
}

/// The TLBs of all cores, the address space of each core, and the detached page table.
#[derive(Debug, Clone)]
pub(super) struct Translator {
    /// The TLBs in spec order. The TLBs of a level are adjacent, one per core.
    tlbs: Vec<Tlb>,
    cores: usize,
    page_bits: u32,
    data: TlbLevels,
    instructions: TlbLevels,
    pub(crate) detached_table: PageTable,
    /// The address space of each core.
    contexts: Vec<Context>,
}

impl Translator {
    /// Adds the memory of the TLBs and of the page table that is not in main memory.
    pub(crate) fn add_footprint(&self, to: &mut Footprint) {
        to.add(
            MemoryUse::Caches,
            self.tlbs.iter().map(Tlb::host_bytes).sum(),
        );
        to.add(MemoryUse::PageTables, self.detached_table.host_bytes());
    }

    /// Creates empty TLBs and an empty page table.
    pub(crate) fn new(spec: &Spec, mmu: &Mmu) -> Self {
        let cores = spec.cores as usize;
        Self {
            tlbs: spec
                .tlbs
                .iter()
                .flat_map(|tlb| (0..cores).map(move |_| Tlb::new(tlb, mmu.page_bits)))
                .collect(),
            cores,
            page_bits: mmu.page_bits,
            data: TlbLevels::new(spec, AccessKind::Read),
            instructions: TlbLevels::new(spec, AccessKind::Execute),
            detached_table: PageTable::new(mmu),
            contexts: vec![Context::default(); cores],
        }
    }

    pub(crate) fn tlb(&self, level: usize, core: u32) -> &Tlb {
        &self.tlbs[level * self.cores + core as usize]
    }

    #[inline]
    pub(crate) fn tlb_mut(&mut self, level: usize, core: u32) -> &mut Tlb {
        &mut self.tlbs[level * self.cores + core as usize]
    }

    /// The address space that `core` uses.
    #[inline]
    pub(crate) fn context(&self, core: u32) -> Context {
        self.contexts[core as usize]
    }

    /// A mutable reference to the address spaces of all cores.
    pub(crate) fn contexts_mut(&mut self) -> &mut [Context] {
        &mut self.contexts
    }

    /// Calls `each` with every TLB, the process on its core, and a function that reports an invalidated
    /// entry.
    pub(crate) fn for_each_tlb<O: MachineObserver>(
        &mut self,
        watch: &mut O,
        mut each: impl FnMut(&mut Tlb, u16, &mut dyn FnMut(Dropped)),
    ) {
        let (cores, page_bits) = (self.cores, self.page_bits);
        for (n, tlb) in self.tlbs.iter_mut().enumerate() {
            let (core, level) = (n % cores, n / cores);
            let asid = self.contexts[core].asid;
            each(tlb, asid, &mut |dropped| {
                report_dropped(core as u32, level, dropped, page_bits, watch);
            });
        }
    }

    /// Works like [`Translator::for_each_tlb`] for the TLBs of `core`, and also passes their levels.
    pub(crate) fn for_each_tlb_of<O: MachineObserver>(
        &mut self,
        core: u32,
        watch: &mut O,
        mut each: impl FnMut(&mut Tlb, usize, &mut dyn FnMut(Dropped)),
    ) {
        let page_bits = self.page_bits;
        for (level, tlb) in self.tlbs_of(core).enumerate() {
            each(tlb, level, &mut |dropped| {
                report_dropped(core, level, dropped, page_bits, watch);
            });
        }
    }

    fn tlbs_of(&mut self, core: u32) -> impl Iterator<Item = &mut Tlb> {
        self.tlbs.iter_mut().skip(core as usize).step_by(self.cores)
    }

    #[inline]
    fn levels(&self, kind: AccessKind) -> &TlbLevels {
        if kind == AccessKind::Execute {
            &self.instructions
        } else {
            &self.data
        }
    }

    /// log2 of the size of a base page.
    #[inline]
    pub(crate) fn page_bits(&self) -> u32 {
        self.page_bits
    }

    /// Translates an address if the first TLB hits and the entry permits the access. The hit is counted but
    /// not reported. If more work is needed, the method returns `None` and changes nothing.
    #[inline(always)]
    pub(crate) fn hit(
        &mut self,
        AccessRequest {
            va,
            kind,
            mode,
            core,
        }: AccessRequest,
    ) -> Option<Hit> {
        let levels = self.levels(kind);
        let (level, asid) = (levels.first()?, self.context(core).asid);
        let may = |flags: Flags| {
            forbidden(flags, kind, mode).is_none()
                && (kind != AccessKind::Write || flags.has(Bit::D))
        };
        let bits = self.page_bits;
        let found = self.tlb_mut(level, core).hit(va, asid, may)?;
        let pa = found.ppn.checked_shl(bits).unwrap_or(0) | va & found.within;
        let level = level as u32;
        Some(Hit {
            level,
            set: found.set,
            tag: found.tag,
            way: found.way,
            pa,
            flags: found.flags,
        })
    }

    /// Translates an address.
    ///
    /// # Errors
    /// The fault. A fault does not fill a TLB entry.
    #[inline(always)]
    pub(crate) fn translate<O: MachineObserver>(
        &mut self,
        spec: &Spec,
        access: AccessRequest,
        memory: &mut Hierarchy,
        ctx: &mut Ctx<'_, O>,
    ) -> Result<Translation, Fault> {
        if let Some(hit) = self.hit(access) {
            self.report_hit(&hit, access.core, ctx.watch);
            let Hit { pa, flags, .. } = hit;
            return Ok(self.report_translated(access.va, Translation { pa, flags }, ctx));
        }
        let found = self.translate_beyond(spec, access, memory, ctx);
        match found {
            Ok(entry) => {
                let offset = access.va & mask(entry.page_bits.into());
                let pa = entry.ppn.checked_shl(self.page_bits).unwrap_or(0) | offset;
                Ok(self.report_translated(
                    access.va,
                    Translation {
                        pa,
                        flags: entry.flags,
                    },
                    ctx,
                ))
            }
            Err(fault) => {
                ctx.watch.on_event(Event::Faulted { fault });
                Err(fault)
            }
        }
    }

    /// Reports a hit in the first TLB.
    #[inline(always)]
    pub(crate) fn report_hit<O: MachineObserver>(&self, hit: &Hit, core: u32, watch: &mut O) {
        watch.on_event(Event::TlbLookup {
            tlb: hit.level,
            set: hit.set,
            tag: hit.tag,
            way: Some(hit.way),
        });
        // Unlike `tlb`, `get` cannot panic, so nothing remains of it if the observer ignores sets.
        let tlb = self
            .tlbs
            .get(hit.level as usize * self.cores + core as usize);
        if let Some(tlb) = tlb {
            watch.on_set(tlb.ways(), &|way| tlb.set_line(hit.set, way));
        }
    }

    /// Translates an address for which the first TLB is not sufficient.
    #[inline(never)]
    fn translate_beyond<O: MachineObserver>(
        &mut self,
        spec: &Spec,
        access: AccessRequest,
        memory: &mut Hierarchy,
        ctx: &mut Ctx<'_, O>,
    ) -> Result<TlbEntry, Fault> {
        let AccessRequest {
            va,
            kind,
            mode,
            core,
        } = access;
        let (levels, asid) = (*self.levels(kind), self.context(core).asid);
        let Some(mmu) = &spec.mmu else {
            return Ok(TlbEntry::default());
        };
        for (k, level) in levels.list().enumerate() {
            let tlb = self.tlb_mut(level, core);
            let found = tlb.lookup(va, asid);
            tlb.count(va, asid, &found);
            report_tlb_lookup(tlb, level, &found, ctx);
            let Some((_, mut entry)) = found.hit else {
                continue;
            };
            if let Some(why) = forbidden(entry.flags, kind, mode) {
                return Err(Fault::Protection { why });
            }
            if kind == AccessKind::Write && !entry.flags.has(Bit::D) {
                if mmu.pte.bit_position(Bit::D).is_some() {
                    self.walker(spec, mmu, core, memory).set_dirty(va, ctx);
                }
                self.tlbs_of(core).for_each(|tlb| tlb.mark_dirty(va, asid));
                entry.flags = entry.flags.with(Bit::D);
            }
            self.fill(va, entry, core, levels.list().take(k), ctx);
            return Ok(entry);
        }
        let leaf = self
            .walker(spec, mmu, core, memory)
            .walk(va, kind, mode, ctx)?;
        let bits = leaf.page_bits as u8;
        let entry = TlbEntry {
            ppn: leaf.ppn,
            page_bits: bits,
            whole_bits: bits,
            flags: leaf.flags,
            asid,
        };
        self.fill(va, entry, core, levels.list(), ctx);
        Ok(entry)
    }

    /// The flags that a walk to a page combines. `None` if the page is not present. Changes bits of the entries.
    pub(crate) fn flags_of_page<O: MachineObserver>(
        &mut self,
        spec: &Spec,
        va: u64,
        core: u32,
        memory: &mut Hierarchy,
        ctx: &mut Ctx<'_, O>,
    ) -> Option<Flags> {
        let mut walker = self.walker(spec, spec.mmu.as_ref()?, core, memory);
        walker
            .walk(va, AccessKind::Read, Privilege::Supervisor, ctx)
            .ok()
            .map(|leaf| leaf.flags)
    }

    /// Exchanges the address spaces and the detached page table with another translator.
    pub(crate) fn exchange_spaces(&mut self, other: &mut Self) {
        std::mem::swap(&mut self.contexts, &mut other.contexts);
        std::mem::swap(&mut self.detached_table, &mut other.detached_table);
    }

    fn walker<'a>(
        &'a mut self,
        spec: &Spec,
        mmu: &'a Mmu,
        core: u32,
        memory: &'a mut Hierarchy,
    ) -> Walker<'a> {
        let route = RouteId::new(core, AccessKind::Read);
        Walker {
            layout: TableLayout {
                mmu,
                physical_bits: spec.physical_bits,
            },
            root: self.contexts[core as usize].root,
            detached_table: &mut self.detached_table,
            memory,
            route,
        }
    }

    /// Fills TLBs with a translation, from the last level to the first.
    fn fill<O: MachineObserver>(
        &mut self,
        va: u64,
        entry: TlbEntry,
        core: u32,
        levels: impl DoubleEndedIterator<Item = usize>,
        ctx: &mut Ctx<'_, O>,
    ) {
        let base_bits = self.page_bits;
        for level in levels.rev() {
            if let Some((set, way, tag, victim)) = self
                .tlb_mut(level, core)
                .fill(va, entry, base_bits, ctx.random)
            {
                ctx.watch.on_event(Event::TlbFill {
                    tlb: level as u32,
                    set,
                    way,
                    tag,
                    victim,
                });
            }
        }
    }

    #[inline]
    fn report_translated<O: MachineObserver>(
        &self,
        va: u64,
        mapped: Translation,
        ctx: &mut Ctx<'_, O>,
    ) -> Translation {
        let page = |address: u64| address.checked_shr(self.page_bits).unwrap_or(0);
        let (vpn, ppn) = (Vpn::new(page(va)), Ppn::new(page(mapped.pa)));
        ctx.watch.on_event(Event::Translated {
            vpn,
            ppn,
            pa: Pa::new(mapped.pa),
        });
        mapped
    }
}

#[inline]
fn report_tlb_lookup<O: MachineObserver>(
    tlb: &Tlb,
    level: usize,
    found: &Lookup,
    ctx: &mut Ctx<'_, O>,
) {
    let way = found.hit.map(|(way, _)| way);
    ctx.watch.on_event(Event::TlbLookup {
        tlb: level as u32,
        set: found.set,
        tag: found.tag,
        way,
    });
    ctx.watch
        .on_set(tlb.ways(), &|way| tlb.set_line(found.set, way));
}

fn report_dropped<O: MachineObserver>(
    core: u32,
    level: usize,
    Dropped { set, way, tag, va }: Dropped,
    page_bits: u32,
    watch: &mut O,
) {
    let vpn = Vpn::new(va.checked_shr(page_bits).unwrap_or(0));
    watch.on_event(Event::TlbInvalidated {
        core,
        tlb: level as u32,
        set,
        way,
        tag,
        vpn,
    });
}
