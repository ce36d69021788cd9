//! The machine as it was before an access, looked at: nothing here changes it.

use crate::run::facts::{low, shifted};
use crate::run::record::Access;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::addr::Pa;
use pagewalk_engine::machine::contents::TlbLine;
use pagewalk_engine::machine::event::{Event, Fault};
use pagewalk_engine::machine::pte::{Bit, Pte};

/// An entry of a TLB, if there is one.
pub type Entry = Option<TlbLine>;

/// The machine before an access.
#[derive(Clone, Copy)]
pub(crate) struct Before<'a> {
    pub(crate) machine: &'a Machine,
    pub(crate) access: &'a Access,
}

impl Before<'_> {
    /// The valid entry of a TLB with this index and tag, none inside if there is none. Nothing where more than these two
    /// decides: several page sizes, entries that carry their process.
    pub(crate) fn tlb_entry(self, tlb: usize, index: u64, tag: u64) -> Option<Entry> {
        let spec = self.access.spec.tlbs.get(tlb)?;
        let base = self.access.spec.page_bits();
        if spec.asid || spec.page_bits.iter().any(|bits| *bits != base) {
            return None;
        }
        let Ok(set) = self.machine.tlb_set_index(tlb, index) else { return Some(None) };
        let lines = (0..spec.ways).filter_map(|way| self.machine.tlb_line(tlb, set, way));
        let mut hits = lines.filter(|line| {
            line.valid && line.page_bits == base && line.tag.is_some_and(|own| own.raw() == tag)
        });
        Some(hits.next())
    }

    /// The way of a cache that holds the block with this index and tag.
    pub(crate) fn cache_way(self, cache: usize, index: u64, tag: u64) -> Option<u32> {
        let spec = self.access.spec.caches.get(cache)?;
        let set = self.machine.cache_set_index(cache, index).ok()?;
        (0..spec.ways).find(|way| {
            let line = self.machine.cache_line(cache, set, *way);
            line.is_some_and(|line| line.valid && line.tag.is_some_and(|own| own.raw() == tag))
        })
    }

    /// A byte of a block in a cache.
    pub(crate) fn cached(self, cache: usize, index: u64, way: u32, offset: u64) -> Option<u8> {
        let set = self.machine.cache_set_index(cache, index).ok()?;
        self.machine.cache_byte(cache, set, way, offset)
    }

    /// A byte of memory, or of the first cache that holds it.
    pub(crate) fn byte_at(self, pa: u64) -> Option<u8> {
        let spec = &self.access.spec;
        let caches = spec.caches.iter().enumerate().filter(|(_, cache)| cache.side.serves(self.access.kind));
        for (at, cache) in caches.filter(|(_, cache)| !cache.virtual_index) {
            let index = low(shifted(pa, cache.block_bits), cache.index_bits());
            let tag = shifted(pa, spec.physical_bits - cache.tag_bits(spec));
            if let Some(way) = self.cache_way(at, index, tag) {
                return self.cached(at, index, way, low(pa, cache.block_bits));
            }
        }
        self.machine.memory_byte(self.machine.pa(pa).ok()?)
    }

    /// What a walk for a page comes to, the TLBs left out: the page, or why not. Nothing for a page beyond the address space.
    pub(crate) fn walk(self, vpn: u64) -> Option<Result<u64, Fault>> {
        let vpn = self.machine.vpn(vpn).ok()?;
        let mut copy = self.machine.clone();
        let va = copy.va_of(vpn);
        copy.invlpg(va, &mut ());
        let done = copy.translate_as(va, self.access.kind, self.access.mode, &mut ());
        Some(done.map(|pa| copy.ppn_of(pa).raw()))
    }

    /// Where the top table of the walk stands in memory.
    pub(crate) fn root(self) -> Option<u64> {
        let mmu = self.access.spec.mmu.as_ref()?;
        let mut copy = self.machine.clone();
        copy.invlpg(self.access.va, &mut ());
        let mut events = Vec::new();
        // A fault has fetched the top entry, too.
        let _ = copy.translate_as(self.access.va, self.access.kind, self.access.mode, &mut events);
        let first = events.iter().find_map(|event| match event {
            Event::Pte { level: 1, index, address: Some(address), .. } => Some((*index, address.raw())),
            _ => None,
        });
        let (index, address) = first?;
        address.checked_sub(index.checked_mul(u64::from(mmu.pte.bytes))?)
    }

    /// The raw entry at a place in memory.
    pub(crate) fn entry(self, address: u64) -> Option<u64> {
        let format = &self.access.spec.mmu.as_ref()?.pte;
        let mut bytes = [0; 8];
        for (at, byte) in bytes.iter_mut().enumerate().take(format.bytes as usize) {
            *byte = self.byte_at(address.checked_add(at as u64)?)?;
        }
        Some(format.from_bytes(bytes))
    }

    /// An entry taken apart, if it is present.
    pub(crate) fn present(self, raw: u64) -> Option<Pte> {
        let pte = self.access.spec.mmu.as_ref()?.pte.decode(raw);
        pte.flags.has(Bit::P).then_some(pte)
    }

    /// The page that an entry which is not present names, where the table shows one.
    pub(crate) fn stale(self, vpn: u64) -> Option<u64> {
        let (_, pte) = self.machine.page_table_entry(self.machine.vpn(vpn).ok()?)?;
        (pte.ppn != 0).then_some(pte.ppn)
    }

    /// Bytes of main memory from a physical address on: those that a load finds which misses in every cache.
    pub(crate) fn memory(self, pa: Pa, bytes: usize) -> Option<Vec<u8>> {
        let at = |at| self.machine.memory_byte(self.machine.pa(pa.raw().checked_add(at)?).ok()?);
        (0..bytes as u64).map(at).collect()
    }
}
