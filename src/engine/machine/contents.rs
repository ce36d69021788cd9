//! Reads and sets the contents of a machine without an access. The methods in this module change no counts
//! and evict nothing. If TLBs or caches are private, the methods access only those of the current core.

use std::fmt;

use super::addr::{Pa, Ppn, SetIndex, Tag, Va};
use super::cache::{Block, Counts, LineSlot, ListedLine};
use super::datapath::{Data, Machine, TooWide, fit};
use super::event::{AccessKind, Fault, MachineObserver, Privilege};
use super::hierarchy::Ctx;
use super::policy::ReplacementState;
use super::pte::{Flags, Pte, mask};
use super::set_assoc::Line;
use super::tlb::{Tlb, TlbEntry};

/// A TLB entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TlbLine {
    /// The entry's tag, or `None` if the entry was never filled.
    pub tag: Option<Tag>,
    /// The valid bit.
    pub valid: bool,
    /// The physical page number, in base pages.
    pub ppn: Ppn,
    /// The R/W, U/S, XD, G, D, CD, and WT bits.
    pub flags: Flags,
    /// log2 of the entry's page size. 0 means the smallest size that the TLB supports.
    pub page_bits: u32,
    /// The address-space identifier of the entry's process.
    pub asid: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CacheLine {
    /// The line's tag, or `None` if the line was never filled.
    pub tag: Option<Tag>,
    /// The valid bit.
    pub valid: bool,
    /// Whether the line differs from the next level.
    pub dirty: bool,
    /// The line's bytes, lowest address first. When a script sets a line, the bytes that the script omits
    /// become unknown.
    pub bytes: Vec<Option<u8>>,
}

impl CacheLine {
    fn listed(&self) -> ListedLine<'_> {
        let payload = Block {
            dirty: self.dirty && self.valid,
        };
        ListedLine {
            line: Line {
                tag: self.tag,
                valid: self.valid,
                payload,
            },
            bytes: &self.bytes,
        }
    }
}

/// A page-table entry to be written to memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PteWord {
    /// The raw value.
    Raw(u64),
    Fields(Pte),
}

/// The reason why an entry cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PteWriteError {
    /// The machine has no MMU.
    NoMmu,
    /// The page table does not have the requested level.
    NoLevel {
        /// Number of levels of the page table.
        levels: u32,
    },
    /// The page table at CR3 has no table for the page at this level.
    NoTable {
        /// The level (1 is the top).
        level: u32,
    },
    /// The entry would extend past the end of memory.
    BeyondMemory,
    /// The raw value is wider than an entry.
    WordTooWide(TooWide),
    /// The page number is wider than the entry's PPN field.
    PpnTooWide(TooWide),
}

impl fmt::Display for PteWriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PteWriteError::NoMmu => {
                f.write_str("a machine without `virtual` and `page` has no page table")
            }
            PteWriteError::NoLevel { levels } => {
                write!(f, "the page table has levels 1 to {levels}")
            }
            PteWriteError::NoTable { level } => {
                write!(
                    f,
                    "the page table at CR3 has no level-{level} table for this page yet"
                )
            }
            PteWriteError::BeyondMemory => {
                f.write_str("the entry would extend past the end of physical memory")
            }
            PteWriteError::WordTooWide(error) => write!(f, "the entry {error}"),
            PteWriteError::PpnTooWide(error) => write!(f, "the PPN {error}"),
        }
    }
}

impl std::error::Error for PteWriteError {}

/// TLBs.
impl Machine {
    fn tlb(&self, level: usize) -> Option<&Tlb> {
        self.spec().tlbs.get(level)?;
        Some(self.translator.as_ref()?.tlb(level, self.core()))
    }

    /// The set and tag of an address in TLB `level`, for the TLB's smallest page size. Returns `None` if the
    /// TLB does not exist.
    pub fn tlb_location(&self, level: usize, va: Va) -> Option<(SetIndex, Tag)> {
        let tlb = self.tlb(level)?;
        Some(tlb.locate(va.raw(), tlb.smallest()))
    }

    /// Converts a number to a set index of TLB `level`.
    ///
    /// # Errors
    /// Fails if the set does not exist.
    pub fn tlb_set_index(&self, level: usize, raw: u64) -> Result<SetIndex, TooWide> {
        fit(
            raw,
            self.spec()
                .tlbs
                .get(level)
                .map_or(0, super::spec::TlbSpec::index_bits),
        )
        .map(SetIndex::new)
    }

    /// A tag of TLB `level`.
    ///
    /// # Errors
    /// Fails if the number is wider than a tag.
    pub fn tlb_tag(&self, level: usize, raw: u64) -> Result<Tag, TooWide> {
        let bits = self
            .spec()
            .tlbs
            .get(level)
            .map_or(0, |tlb| tlb.tag_bits(self.spec()));
        fit(raw, bits).map(Tag::new)
    }

    /// The entry in the given way and set of TLB `level`, or `None` if the way does not exist.
    pub fn tlb_line(&self, level: usize, set: SetIndex, way: u32) -> Option<TlbLine> {
        let line = self.tlb(level)?.line(set, way)?;
        let TlbEntry {
            ppn,
            page_bits,
            flags,
            asid,
            ..
        } = line.payload;
        let (ppn, page_bits) = (Ppn::new(ppn), page_bits.into());
        Some(TlbLine {
            tag: line.tag,
            valid: line.valid,
            ppn,
            flags,
            page_bits,
            asid,
        })
    }

    /// The sets of TLB `level` that contain valid entries, in order.
    pub fn tlb_sets_in_use(&self, level: usize) -> Vec<SetIndex> {
        self.tlb(level).map(Tlb::sets_in_use).unwrap_or_default()
    }

    /// The replacement state of a set of TLB `level`. Returns `None` for a set that was never filled.
    pub fn tlb_replacement(&self, level: usize, set: SetIndex) -> Option<ReplacementState> {
        self.tlb(level)?.replacement(set)
    }

    /// The replacement state of a set of cache `level`, as for [`Machine::tlb_replacement`].
    pub fn cache_replacement(&self, level: usize, set: SetIndex) -> Option<ReplacementState> {
        self.has_cache(level)
            .then(|| self.hierarchy.cache(level, self.core()).replacement(set))
            .flatten()
    }

    /// Sets the entries in a set of TLB `level`, starting at way 0. `None` leaves a way unchanged. Way 0
    /// becomes the least recently used way.
    pub fn set_tlb_lines(&mut self, level: usize, set: SetIndex, lines: &[Option<TlbLine>]) {
        let (core, base_bits) = (self.core(), self.spec().page_bits());
        if level >= self.spec().tlbs.len() {
            return;
        }
        let Some(translator) = &mut self.translator else {
            return;
        };
        let tlb = translator.tlb_mut(level, core);
        let line = |line: &TlbLine| {
            let page_bits = if line.page_bits == 0 {
                tlb.smallest()
            } else {
                line.page_bits
            };
            let ppn = line.ppn.raw() & !mask(page_bits.saturating_sub(base_bits));
            let (flags, asid, bits) = (line.flags, line.asid, page_bits as u8);
            let payload = TlbEntry {
                ppn,
                page_bits: bits,
                whole_bits: bits,
                flags,
                asid,
            };
            Line {
                tag: line.tag,
                valid: line.valid,
                payload,
            }
        };
        let lines: Vec<_> = lines.iter().map(|given| given.as_ref().map(line)).collect();
        tlb.set_lines(set, &lines);
    }

    /// Flushes the non-global entries from one TLB level of the current core, or from all of the core's TLBs.
    pub fn flush_tlb(&mut self, level: Option<usize>, watch: &mut impl MachineObserver) {
        let core = self.core();
        let Some(translator) = &mut self.translator else {
            return;
        };
        translator.for_each_tlb_of(core, watch, |tlb, n, dropped| {
            if level.is_none_or(|level| level == n) {
                tlb.flush(dropped);
            }
        });
    }

    /// Invalidates a page's entries in all TLBs of the current core, including global entries.
    pub fn invlpg(&mut self, va: Va, watch: &mut impl MachineObserver) {
        let core = self.core();
        let Some(translator) = &mut self.translator else {
            return;
        };
        let asid = translator.context(core).asid;
        translator.for_each_tlb_of(core, watch, |tlb, _, dropped| {
            tlb.drop_page(va.raw(), asid, dropped);
        });
    }

    /// The counts of TLB `level`, or zeros if the TLB does not exist.
    pub fn tlb_counts(&self, level: usize) -> Counts {
        self.tlb(level).map(|tlb| tlb.counts).unwrap_or_default()
    }
}

/// Caches.
impl Machine {
    fn has_cache(&self, level: usize) -> bool {
        level < self.spec().caches.len()
    }

    /// The offset, set, and tag of an address in cache `level`, or `None` if the cache does not exist.
    pub fn cache_location(&self, level: usize, va: Va, pa: Pa) -> Option<(u64, SetIndex, Tag)> {
        let spec = self.spec().caches.get(level)?;
        let (set, tag) = self
            .hierarchy
            .cache(level, self.core())
            .locate(va.raw(), pa.raw());
        Some((pa.raw() & mask(spec.block_bits), set, tag))
    }

    /// Converts a number to a set index of cache `level`.
    ///
    /// # Errors
    /// Fails if the set does not exist.
    pub fn cache_set_index(&self, level: usize, raw: u64) -> Result<SetIndex, TooWide> {
        fit(
            raw,
            self.spec()
                .caches
                .get(level)
                .map_or(0, super::spec::CacheSpec::index_bits),
        )
        .map(SetIndex::new)
    }

    /// A tag of cache `level`.
    ///
    /// # Errors
    /// Fails if the number is wider than a tag.
    pub fn cache_tag(&self, level: usize, raw: u64) -> Result<Tag, TooWide> {
        let bits = self
            .spec()
            .caches
            .get(level)
            .map_or(0, |cache| cache.tag_bits(self.spec()));
        fit(raw, bits).map(Tag::new)
    }

    /// The line in the given way and set of cache `level`, without its bytes. Returns `None` if the way does
    /// not exist.
    pub fn cache_line(&self, level: usize, set: SetIndex, way: u32) -> Option<CacheLine> {
        self.spec()
            .caches
            .get(level)
            .filter(|spec| way < spec.ways && set.raw() < spec.sets)?;
        let line = self
            .hierarchy
            .cache(level, self.core())
            .line(LineSlot { set, way });
        let dirty = line.payload.dirty;
        Some(CacheLine {
            tag: line.tag,
            valid: line.valid,
            dirty,
            bytes: Vec::new(),
        })
    }

    /// A byte of the line in the given way and set of cache `level`, or `None` if the byte is unknown.
    pub fn cache_byte(&self, level: usize, set: SetIndex, way: u32, at: u64) -> Option<u8> {
        let spec = self.spec().caches.get(level)?;
        let cache = self.hierarchy.cache(level, self.core());
        let inside = way < spec.ways && set.raw() < spec.sets && at >> spec.block_bits == 0;
        let slot = inside.then_some(LineSlot { set, way })?;
        let (filled, at) = (cache.line(slot).tag.is_some(), cache.data_offset(slot) + at);
        if filled {
            cache.data().get(at)
        } else {
            cache.data().given(at)
        }
    }

    /// The way of cache `level` that holds the block of an address, or `None` if the block is not cached.
    /// With `read`, the method also returns the block's bytes. Unknown bytes are `None`.
    pub fn cached_block(
        &self,
        level: usize,
        va: Va,
        pa: Pa,
        read: bool,
    ) -> Option<(u32, Vec<Option<u8>>)> {
        let block_bits = self.spec().caches.get(level)?.block_bits;
        let cache = self.hierarchy.cache(level, self.core());
        let (set, tag) = cache.locate(va.raw(), pa.raw());
        let slot = LineSlot {
            set,
            way: cache.find(set, tag)?,
        };
        let mut bytes = vec![None; if read { 1 << block_bits } else { 0 }];
        cache.data().read(cache.data_offset(slot), &mut bytes);
        Some((slot.way, bytes))
    }

    /// The sets of cache `level` that contain valid lines, in order.
    pub fn cache_sets_in_use(&self, level: usize) -> Vec<SetIndex> {
        if !self.has_cache(level) {
            return Vec::new();
        }
        let cache = self.hierarchy.cache(level, self.core());
        let mut sets: Vec<SetIndex> = cache.blocks().map(|(slot, _)| slot.set).collect();
        sets.dedup();
        sets
    }

    /// Sets the lines in a set of cache `level`, starting at way 0. `None` leaves a way unchanged. Way 0
    /// becomes the least recently used way.
    pub fn set_cache_lines(&mut self, level: usize, set: SetIndex, lines: &[Option<CacheLine>]) {
        let core = self.core();
        let Some(spec) = self.spec().caches.get(level) else {
            return;
        };
        if set.raw() >= spec.sets {
            return;
        }
        let lines = lines.iter().take(spec.ways as usize);
        let lines: Vec<_> = lines
            .map(|line| line.as_ref().map(CacheLine::listed))
            .collect();
        self.hierarchy.set_lines(level, core, set, &lines);
    }

    /// Flushes one cache level of the current core, or all caches in the order of the spec. Writes dirty
    /// blocks back to the next level. The only count that changes is `writebacks`.
    pub fn flush_cache(&mut self, level: Option<usize>) {
        let core = self.core();
        let ctx = &mut Ctx {
            random: &mut self.random,
            watch: &mut (),
        };
        for n in 0..self.hierarchy.levels() {
            if level.is_none_or(|level| level == n) {
                self.hierarchy.flush(n, core, ctx);
            }
        }
    }

    /// The counts of cache `level`, or zeros if the cache does not exist.
    pub fn cache_counts(&self, level: usize) -> Counts {
        if self.has_cache(level) {
            self.hierarchy.cache(level, self.core()).counts
        } else {
            Counts::default()
        }
    }
}

/// Memory.
impl Machine {
    /// The byte of main memory at `pa`. A dirty cache line may contain a newer value.
    pub fn memory_byte(&self, pa: Pa) -> Option<u8> {
        self.hierarchy.memory().get(pa.raw())
    }

    /// Sets the byte of main memory at `pa` without changing the caches. `None` marks the byte as unknown.
    pub fn set_memory_byte(&mut self, pa: Pa, byte: Option<u8>) {
        self.hierarchy.memory_mut().set(pa.raw(), byte);
    }

    /// The addresses of the aligned 64-byte blocks of main memory that contain known bytes, in order.
    pub fn memory_known(&self) -> Vec<Pa> {
        self.hierarchy.memory().known().map(Pa::new).collect()
    }

    /// The translation that an access would have if no TLB held its page, and the events of its page walk. No state
    /// changes.
    ///
    /// # Errors
    /// Returns the fault that the access would raise.
    pub fn peek_walk(
        &self,
        va: Va,
        kind: AccessKind,
        mode: Privilege,
        watch: &mut impl MachineObserver,
    ) -> Result<Pa, Fault> {
        let mut copy = self.clone();
        // A flush would keep global entries.
        copy.invlpg(va, &mut ());
        copy.translate_as(va, kind, mode, watch)
    }

    /// The bytes that a load in supervisor mode would return. No state changes.
    ///
    /// # Errors
    /// Returns the fault that the load would raise.
    pub fn peek(&self, va: Va, out: &mut [Option<u8>]) -> Result<(), Fault> {
        let outcome = self.clone().access(
            va,
            AccessKind::Read,
            Privilege::Supervisor,
            Data::Load(out),
            &mut (),
        );
        outcome.fault.map_or(Ok(()), Err)
    }
}
