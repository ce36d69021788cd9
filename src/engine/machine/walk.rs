//! The page walk from the root to the page, either in the detached page table or in memory at CR3.

use super::addr::Pa;
use super::event::{
    AccessKind, Event, Fault, MachineObserver, Privilege, ProtectionCause, PteKind, Purpose,
};
use super::hierarchy::{Ctx, Fragment, Hierarchy, RouteId};
use super::page_table::{PageTable, TableEntry};
use super::pte::{Bit, Flags, Pte, mask};
use super::spec::Mmu;

/// The page that a walk found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leaf {
    /// The first physical page, in base pages.
    pub(crate) ppn: u64,
    /// log2 of the size in bytes.
    pub(crate) page_bits: u32,
    /// The R/W, U/S, and XD bits combined over all levels, and the G, D, CD, and WT bits of the leaf entry.
    pub(crate) flags: Flags,
}

/// A table on the path of a walk: its address in memory, and whether fetches from the table bypass the
/// caches.
#[derive(Debug, Clone, Copy)]
struct TableRef {
    base: u64,
    uncached: bool,
}

/// An entry that a walk read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Visit {
    level: u32,
    address: Option<u64>,
    raw: Option<u64>,
    pub(crate) pte: Pte,
    pub(crate) found: PteKind,
}

/// The layout of tables in memory.
#[derive(Clone, Copy)]
pub(super) struct TableLayout<'a> {
    pub(crate) mmu: &'a Mmu,
    pub(crate) physical_bits: u32,
}

impl TableLayout<'_> {
    /// Truncates a page number to the machine's width, because a format may have a wider PPN field.
    fn truncate_ppn(&self, ppn: u64) -> u64 {
        ppn & mask(self.physical_bits - self.mmu.page_bits)
    }

    /// The address of the table that an entry points to.
    pub(crate) fn child(&self, pte: Pte) -> u64 {
        self.truncate_ppn(pte.ppn)
            .checked_shl(self.mmu.page_bits)
            .unwrap_or(0)
    }

    /// The address of an entry in the table at `base`, or `None` past the end of memory.
    pub(crate) fn address(&self, base: u64, index: u64) -> Option<u64> {
        let bytes = u64::from(self.mmu.pte.bytes);
        let address = base.checked_add(index.checked_mul(bytes)?)?;
        (address.checked_add(bytes - 1)? <= mask(self.physical_bits)).then_some(address)
    }

    /// Reads the newest bytes of an entry without changing any state.
    pub(crate) fn peek(&self, memory: &Hierarchy, level: u32, address: u64) -> Visit {
        self.read(
            level,
            address,
            memory.newest_word(address, self.mmu.pte.bytes as usize),
        )
    }

    /// Decodes an entry, given its bytes as a little-endian number. An entry with an unknown byte is treated as absent.
    fn read(&self, level: u32, address: u64, (word, known): (u64, bool)) -> Visit {
        let raw = known.then(|| self.mmu.pte.from_bytes(word.to_le_bytes()));
        let pte = raw.map_or(Pte::default(), |raw| self.mmu.pte.decode(raw));
        let last = level as usize == self.mmu.levels.len();
        let found = match pte.flags {
            flags if !flags.has(Bit::P) => PteKind::Absent,
            _ if self.mmu.is_reserved(level, pte) => PteKind::Reserved,
            flags if last || flags.has(Bit::Ps) => PteKind::Page,
            _ => PteKind::Table,
        };
        Visit {
            level,
            address: Some(address),
            raw,
            pte,
            found,
        }
    }
}

/// The inputs of a walk: the detached page table, or a root and the memory to read from.
pub(super) struct Walker<'a> {
    pub(crate) layout: TableLayout<'a>,
    pub(crate) detached_table: &'a mut PageTable,
    /// The physical address of the root table in memory. `None` means that walks use the detached page table.
    pub(crate) root: Option<u64>,
    pub(crate) memory: &'a mut Hierarchy,
    /// The data route of the core that performs the walk.
    pub(crate) route: RouteId,
}

/// Returns the bit of `flags` that forbids an access, if any.
#[inline]
pub(super) fn forbidden(
    flags: Flags,
    kind: AccessKind,
    mode: Privilege,
) -> Option<ProtectionCause> {
    // R/W and XD also apply to supervisor accesses, because every kernel sets CR0.WP.
    if mode == Privilege::User && !flags.has(Bit::Us) {
        Some(ProtectionCause::Supervisor)
    } else if kind == AccessKind::Write && !flags.has(Bit::Rw) {
        Some(ProtectionCause::ReadOnly)
    } else if kind == AccessKind::Execute && flags.has(Bit::Xd) {
        Some(ProtectionCause::NoExecute)
    } else {
        None
    }
}

/// Combines permissions with those of one more level. On Intel processors, R/W and U/S must be set at all levels, and XD takes
/// effect at any level (Intel SDM 3A, section 4.6).
fn accumulate(so_far: Flags, entry: Flags) -> Flags {
    so_far
        .with_bit(Bit::Rw, so_far.has(Bit::Rw) && entry.has(Bit::Rw))
        .with_bit(Bit::Us, so_far.has(Bit::Us) && entry.has(Bit::Us))
        .with_bit(Bit::Xd, so_far.has(Bit::Xd) || entry.has(Bit::Xd))
}

impl Walker<'_> {
    /// Walks to the page of `va`, and sets A and D if the access is permitted.
    ///
    /// # Errors
    /// The fault. A fault sets no bits.
    pub(crate) fn walk<O: MachineObserver>(
        &mut self,
        va: u64,
        kind: AccessKind,
        mode: Privilege,
        ctx: &mut Ctx<'_, O>,
    ) -> Result<Leaf, Fault> {
        let mut rights = Flags::OPEN;
        let mut visits = Vec::with_capacity(self.layout.mmu.levels.len());
        let mut table = self.top();
        loop {
            let level = visits.len() as u32 + 1;
            let visit = self.fetch(va, level, table, ctx);
            match visit.found {
                PteKind::Absent => return Err(Fault::NotPresent { level }),
                PteKind::Reserved => return Err(Fault::Reserved { level }),
                PteKind::Table | PteKind::Page => {}
            }
            if self.layout.mmu.pte.restricts(visit.found) {
                rights = accumulate(rights, visit.pte.flags);
            }
            visits.push(visit);
            if visit.found == PteKind::Page {
                break;
            }
            table = self.child(visit.pte);
        }
        if let Some(why) = forbidden(rights, kind, mode) {
            return Err(Fault::Protection { why });
        }
        for visit in &visits {
            let dirty = kind == AccessKind::Write && visit.found == PteKind::Page;
            self.mark(va, visit, dirty, ctx);
        }
        Ok(self.leaf(
            rights,
            visits.last().map_or(Pte::default(), |visit| visit.pte),
            visits.len() as u32,
            kind,
        ))
    }

    /// Sets D in the page-table entry of a page whose TLB entry is clean. The walk fetches only that entry.
    /// If the entry does not exist, nothing changes.
    pub(crate) fn set_dirty<O: MachineObserver>(&mut self, va: u64, ctx: &mut Ctx<'_, O>) {
        let mut table = self.top();
        for level in 1..=self.layout.mmu.levels.len() as u32 {
            let visit = self.peek(va, level, table);
            match visit.found {
                PteKind::Absent | PteKind::Reserved => return,
                PteKind::Table => table = self.child(visit.pte),
                PteKind::Page => {
                    let visit = self.fetch(va, level, table, ctx);
                    return self.mark(va, &visit, true, ctx);
                }
            }
        }
    }

    fn top(&self) -> TableRef {
        TableRef {
            base: self.root.unwrap_or(0),
            uncached: false,
        }
    }

    fn child(&self, pte: Pte) -> TableRef {
        TableRef {
            base: self.layout.child(pte),
            uncached: pte.flags.has(Bit::Cd),
        }
    }

    fn leaf(&self, rights: Flags, pte: Pte, level: u32, kind: AccessKind) -> Leaf {
        let page_bits = self.layout.mmu.level_page_bits(level);
        let dirty = pte.flags.has(Bit::D)
            || kind == AccessKind::Write
            || self.layout.mmu.pte.bit_position(Bit::D).is_none();
        let own = [Bit::G, Bit::Cd, Bit::Wt];
        let flags = own
            .into_iter()
            .fold(rights, |flags, bit| flags.with_bit(bit, pte.flags.has(bit)));
        let ppn = self.layout.truncate_ppn(pte.ppn) & !mask(page_bits - self.layout.mmu.page_bits);
        Leaf {
            ppn,
            page_bits,
            flags: flags.with_bit(Bit::D, dirty),
        }
    }

    /// Reads an entry as part of a walk and reports it.
    fn fetch<O: MachineObserver>(
        &mut self,
        va: u64,
        level: u32,
        table: TableRef,
        ctx: &mut Ctx<'_, O>,
    ) -> Visit {
        let visit = match self.address(va, level, table) {
            Some(address) => {
                let entry = self.fetch_word(address, table.uncached, ctx);
                self.layout.read(level, address, entry)
            }
            None => self.peek(va, level, table),
        };
        let index = self.layout.mmu.index(self.layout.mmu.vpn(va), level);
        let Visit {
            address,
            raw: value,
            found,
            ..
        } = visit;
        ctx.watch.on_event(Event::Pte {
            level,
            index,
            address: address.map(Pa::new),
            value,
            found,
        });
        visit
    }

    /// Reads the bytes of an entry; see [`Hierarchy::newest_word`].
    fn fetch_word<O: MachineObserver>(
        &mut self,
        address: u64,
        uncached: bool,
        ctx: &mut Ctx<'_, O>,
    ) -> (u64, bool) {
        let len = self.layout.mmu.pte.bytes as usize;
        if !self.layout.mmu.walk_cached {
            let pa = Pa::new(address);
            ctx.watch.on_event(Event::Memory {
                pa,
                write: false,
                purpose: Purpose::Walk,
            });
            return self.memory.newest_word(address, len);
        }
        let mut bytes = [None; 8];
        let block = 1u64 << self.memory.fragment_bits(self.route).min(63);
        let mut done = 0;
        while done < len {
            let pa = address + done as u64;
            let size = (block - pa % block).min((len - done) as u64) as u32;
            let (route, purpose) = (self.route, Purpose::Walk);
            let fragment = Fragment {
                route,
                va: pa,
                pa,
                size,
                purpose,
                write_through: false,
                uncached,
            };
            self.memory
                .load(fragment, &mut bytes[done..done + size as usize], ctx);
            done += size as usize;
        }
        let known = bytes[..len].iter().all(Option::is_some);
        (
            u64::from_le_bytes(bytes.map(Option::unwrap_or_default)),
            known,
        )
    }

    /// Reads an entry without changing any state.
    fn peek(&self, va: u64, level: u32, table: TableRef) -> Visit {
        if let Some(address) = self.address(va, level, table) {
            return self.layout.peek(self.memory, level, address);
        }
        let entry = if self.root.is_some() {
            None
        } else {
            self.detached_table.entry(level, self.layout.mmu.vpn(va))
        };
        let raw = |pte| Some(self.layout.mmu.pte.encode(pte));
        let (found, raw, pte) = match entry {
            None => (PteKind::Absent, None, Pte::default()),
            Some(TableEntry::Table(pte)) => (PteKind::Table, None, pte),
            Some(TableEntry::Page(pte)) if !pte.flags.has(Bit::P) => {
                (PteKind::Absent, raw(pte), pte)
            }
            Some(TableEntry::Page(pte)) if self.layout.mmu.is_reserved(level, pte) => {
                (PteKind::Reserved, raw(pte), pte)
            }
            Some(TableEntry::Page(pte)) => (PteKind::Page, raw(pte), pte),
        };
        Visit {
            level,
            address: None,
            raw,
            pte,
            found,
        }
    }

    /// The address of an entry in memory. Returns `None` if the entry is in the detached page table or past
    /// the end of memory.
    fn address(&self, va: u64, level: u32, table: TableRef) -> Option<u64> {
        self.root?;
        let mmu = self.layout.mmu;
        self.layout
            .address(table.base, mmu.index(mmu.vpn(va), level))
    }

    /// Sets A in an entry, and also D if `dirty` is true. Bits missing from the format are skipped.
    fn mark<O: MachineObserver>(
        &mut self,
        va: u64,
        visit: &Visit,
        dirty: bool,
        ctx: &mut Ctx<'_, O>,
    ) {
        let format = &self.layout.mmu.pte;
        let wanted = [(Bit::A, true), (Bit::D, dirty)];
        let missing = |bit: Bit| {
            format
                .bit_position(bit)
                .filter(|_| !visit.pte.flags.has(bit))
                .map(|place| (bit, place))
        };
        let before = visit.raw.unwrap_or_else(|| format.encode(visit.pte));
        let (mut raw, mut changed) = (before, Flags::NONE);
        for (bit, place) in wanted
            .into_iter()
            .filter_map(|(bit, set)| missing(bit).filter(|_| set))
        {
            raw |= 1 << place;
            changed = changed.with(bit);
            if visit.address.is_none() {
                self.detached_table
                    .mark(visit.level, self.layout.mmu.vpn(va), bit);
            }
        }
        if changed == Flags::NONE {
            return;
        }
        if let Some(address) = visit.address {
            self.memory
                .poke(address, &format.to_bytes(raw)[..format.bytes as usize]);
        }
        let (level, dirty, address) =
            (visit.level, changed.has(Bit::D), visit.address.map(Pa::new));
        ctx.watch.on_event(Event::AccessedDirtySet {
            level,
            dirty,
            address,
            before,
            after: raw,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{Bit, Pte, PteKind, TableLayout};
    use crate::machine::spec::Spec;

    #[test]
    fn an_entry_points_to_a_table_within_the_physical_address() {
        let spec = Spec::paged(32, 20, 12).levels(&[10, 10]);
        let mmu = spec.mmu.as_ref().expect("an MMU");
        let layout = TableLayout {
            mmu,
            physical_bits: 20,
        };
        assert_eq!(layout.child(Pte::present(0x1_23)), 0x2_3000);
    }

    /// Intel SDM 3A, section 4.5.4: bits 20:13 of an entry that maps a 2 MB page are reserved, and bit 12 is PAT.
    #[test]
    fn an_entry_in_memory_has_reserved_bits() {
        let spec = Spec::core_i7();
        let mmu = spec.mmu.as_ref().expect("an MMU");
        let layout = TableLayout {
            mmu,
            physical_bits: 52,
        };
        let found = |level, ppn| {
            let pte = Pte {
                ppn,
                flags: Pte::present(0).flags.with(Bit::Ps),
            };
            layout.read(level, 0, (mmu.pte.encode(pte), true)).found
        };
        assert_eq!(found(3, 0x200), PteKind::Page);
        assert_eq!(found(3, 0x201), PteKind::Page);
        assert_eq!(found(3, 0x202), PteKind::Reserved);
        assert_eq!(found(1, 0), PteKind::Reserved);
    }
}
