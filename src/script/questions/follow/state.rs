//! Read-only access to the machine before an access.

use crate::run::facts::{low, shifted};
use crate::run::record::Access;
use crate::run::steps::{Walk, WalkEnd};
use pagewalk_engine::kernel::config::KernelConfig;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::addr::Pa;
use pagewalk_engine::machine::contents::TlbLine;
use pagewalk_engine::machine::event::Fault;
use pagewalk_engine::machine::pte::{Bit, Pte};

/// A TLB entry, if one exists.
pub type Entry = Option<TlbLine>;

/// The machine before an access.
#[derive(Clone, Copy)]
pub(crate) struct Before<'a> {
    pub(crate) machine: &'a Machine,
    /// The settings of the kernel, if one is running.
    pub(crate) kernel: Option<&'a KernelConfig>,
    pub(crate) access: &'a Access,
}

impl Before<'_> {
    /// Returns the valid entry of a TLB with this index and tag. The inner `None` means that there is no such
    /// entry. Returns `None` if the lookup also depends on several page sizes or on address-space
    /// identifiers.
    pub(crate) fn tlb_entry(self, tlb: usize, index: u64, tag: u64) -> Option<Entry> {
        let spec = self.access.spec.tlbs.get(tlb)?;
        let base = self.access.spec.page_bits();
        if spec.asid || spec.page_bits.iter().any(|bits| *bits != base) {
            return None;
        }
        let Ok(set) = self.machine.tlb_set_index(tlb, index) else {
            return Some(None);
        };
        let lines = (0..spec.ways).filter_map(|way| self.machine.tlb_line(tlb, set, way));
        let mut hits = lines.filter(|line| {
            line.valid && line.page_bits == base && line.tag.is_some_and(|own| own.raw() == tag)
        });
        Some(hits.next())
    }

    /// Returns the way of a cache that holds the block with this index and tag.
    pub(crate) fn cache_way(self, cache: usize, index: u64, tag: u64) -> Option<u32> {
        let spec = self.access.spec.caches.get(cache)?;
        let set = self.machine.cache_set_index(cache, index).ok()?;
        (0..spec.ways).find(|way| {
            let line = self.machine.cache_line(cache, set, *way);
            line.is_some_and(|line| line.valid && line.tag.is_some_and(|own| own.raw() == tag))
        })
    }

    /// Returns a byte of a block in a cache.
    pub(crate) fn cached(self, cache: usize, index: u64, way: u32, offset: u64) -> Option<u8> {
        let set = self.machine.cache_set_index(cache, index).ok()?;
        self.machine.cache_byte(cache, set, way, offset)
    }

    /// Returns a byte from the first cache that holds the byte, or otherwise from memory.
    pub(crate) fn byte_at(self, pa: u64) -> Option<u8> {
        let spec = &self.access.spec;
        let caches = spec
            .caches
            .iter()
            .enumerate()
            .filter(|(_, cache)| cache.side.serves(self.access.kind));
        for (at, cache) in caches.filter(|(_, cache)| !cache.virtual_index) {
            let index = low(shifted(pa, cache.block_bits), cache.index_bits());
            let tag = shifted(pa, spec.physical_bits - cache.tag_bits(spec));
            if let Some(way) = self.cache_way(at, index, tag) {
                return self.cached(at, index, way, low(pa, cache.block_bits));
            }
        }
        self.machine.memory_byte(self.machine.pa(pa).ok()?)
    }

    /// Returns the physical page from a walk without TLBs, or the fault of the walk. Returns `None` for a
    /// page outside the address space.
    pub(crate) fn walk(self, vpn: u64) -> Option<Result<u64, Fault>> {
        match self.walk_of(vpn)?.end {
            WalkEnd::Page(pa) => Some(Ok(self.machine.ppn_of(pa).raw())),
            WalkEnd::Fault(fault) => Some(Err(fault)),
            WalkEnd::TlbHeldIt => None,
        }
    }

    /// Returns the number of page-table entries that a walk without TLBs fetches.
    pub(crate) fn walk_length(self, vpn: u64) -> Option<u64> {
        Some(self.walk_of(vpn)?.levels.len() as u64)
    }

    fn walk_of(self, vpn: u64) -> Option<Walk> {
        let va = self.machine.va_of(self.machine.vpn(vpn).ok()?);
        let Access { kind, mode, .. } = *self.access;
        Some(Walk::of_machine(self.machine, va, kind, mode))
    }

    /// Returns the address of the top-level page table in memory.
    pub(crate) fn root(self) -> Option<u64> {
        self.machine.cr3().map(Pa::raw)
    }

    /// Returns the raw entry at an address in memory.
    pub(crate) fn entry(self, address: u64) -> Option<u64> {
        let format = &self.access.spec.mmu.as_ref()?.pte;
        let mut bytes = [0; 8];
        for (at, byte) in bytes.iter_mut().enumerate().take(format.bytes as usize) {
            *byte = self.byte_at(address.checked_add(at as u64)?)?;
        }
        Some(format.from_bytes(bytes))
    }

    /// Decodes an entry if it is present.
    pub(crate) fn present(self, raw: u64) -> Option<Pte> {
        self.decoded(raw).filter(|pte| pte.flags.has(Bit::P))
    }

    /// Decodes an entry.
    pub(crate) fn decoded(self, raw: u64) -> Option<Pte> {
        Some(self.access.spec.mmu.as_ref()?.pte.decode(raw))
    }

    /// Returns the page number in an entry that is not present, if the table has such an entry.
    pub(crate) fn stale(self, vpn: u64) -> Option<u64> {
        let (_, pte) = self.machine.page_table_entry(self.machine.vpn(vpn).ok()?)?;
        (pte.ppn != 0).then_some(pte.ppn)
    }

    /// Returns bytes of main memory from a physical address, as read by a load that misses in every cache.
    pub(crate) fn memory(self, pa: Pa, bytes: usize) -> Option<Vec<u8>> {
        let at = |at| {
            self.machine
                .memory_byte(self.machine.pa(pa.raw().checked_add(at)?).ok()?)
        };
        (0..bytes as u64).map(at).collect()
    }
}
