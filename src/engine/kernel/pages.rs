//! The pages of processes. Only this module updates an entry, its frame, the reverse mapping, and the counts
//! together.

use std::ops::Range;

use crate::machine::Machine;
use crate::machine::addr::Ppn;
use crate::machine::pte::{Bit, Flags, Pte};

use super::entries::write_pte;
use super::frames::{FrameContents, Frames};
use super::ids::{FrameNo, Pid};
use super::persistent::Shared;
use super::process::{AddressSpace, PageLocation};
use super::state::{Journal, Kernel};
use super::tables::TableShape;

/// Maps a page of an address space, or writes its swap slot number into its entry. The page's table must
/// exist, and the page must be untouched or in swap. `zero` is the physical page of the zero frame.
pub(super) fn enter_page(
    (space, frames, machine, journal): (&mut AddressSpace, &mut Frames, &mut Machine, &mut Journal),
    shape: &TableShape,
    (pid, vpn): (Pid, u64),
    place: PageLocation,
    (zero, flags): (u64, Flags),
) {
    let (level, number) = (shape.levels, shape.table(shape.levels, vpn));
    let table = if space.pages.insert(vpn, place).is_none() {
        let table = space.tables.get_mut(level, number);
        table.map(|table| {
            table.used += 1;
            *table
        })
    } else {
        space.tables.get(level, number).copied()
    };
    let pte = match place {
        PageLocation::Frame(frame) => {
            frames.map(frame, pid, vpn);
            space.resident += 1;
            Pte {
                ppn: frame.0.into(),
                flags,
            }
        }
        PageLocation::Zero => Pte { ppn: zero, flags },
        PageLocation::Swap(slot) => shape.swap_entry(slot),
    };
    if let Some(table) = table {
        write_pte(machine, journal, shape.entry(level, table.ppn, vpn), pte);
    }
}

impl Kernel {
    /// The location of a process's page.
    pub(super) fn page_location(&self, pid: Pid, vpn: u64) -> Option<PageLocation> {
        self.process(pid)?.space.pages.get(vpn).copied()
    }

    /// Maps a process's page to a frame or to the zero frame; see [`enter_page`].
    pub(super) fn map_page(&mut self, pid: Pid, vpn: u64, place: PageLocation, flags: Flags) {
        let Self {
            processes,
            frames,
            machine,
            journal,
            shape,
            zero,
            ..
        } = self;
        if let Some(process) = processes.get_mut(&pid).map(Shared::make_mut) {
            let parts = (&mut process.space, frames, machine, journal);
            enter_page(parts, shape, (pid, vpn), place, (zero.unwrap_or(0), flags));
        }
        self.work += 1;
        self.free_slot_without_dirty_bit(pid, vpn);
    }

    /// Unmaps a process's page. Writes the page's swap slot number into the entry, or clears the entry.
    /// Neither invalidates TLB entries nor frees the page's frame. Returns the page's previous location.
    pub(super) fn unmap_page(
        &mut self,
        pid: Pid,
        vpn: u64,
        to: Option<PageLocation>,
    ) -> Option<PageLocation> {
        self.work += 1;
        let from = self.page_location(pid, vpn)?;
        if let PageLocation::Frame(frame) = from {
            let dirty = self.was_stored_to(pid, vpn);
            self.frames.unmap(frame, pid, vpn, dirty);
        }
        let shape = self.shape;
        let entry = |place| match place {
            Some(PageLocation::Swap(slot)) => shape.swap_entry(slot),
            _ => Pte::default(),
        };
        if !matches!(from, PageLocation::Swap(_)) || entry(Some(from)) != entry(to) {
            self.write_entry(pid, vpn, entry(to));
        }
        let space = &mut self.process_mut(pid)?.space;
        space.resident -= u64::from(matches!(from, PageLocation::Frame(_)));
        if let Some(place) = to {
            space.pages.insert(vpn, place);
            return Some(from);
        }
        space.pages.remove(vpn);
        if let Some(table) = space
            .tables
            .get_mut(shape.levels, shape.table(shape.levels, vpn))
        {
            table.used -= 1;
        }
        Some(from)
    }

    /// Whether a page's entry shows that the page was stored to. In a format without a D bit, a writable
    /// entry is treated as dirty.
    fn was_stored_to(&self, pid: Pid, vpn: u64) -> bool {
        let flag = if self.shape.dirty { Bit::D } else { Bit::Rw };
        let marked = self.pte(pid, vpn).is_some_and(|pte| pte.flags.has(flag));
        let may_be = || {
            self.area_at(pid, vpn << self.shape.page_bits)
                .is_some_and(|area| area.prot.write)
        };
        marked && (self.shape.dirty || self.shape.read_only || may_be())
    }

    /// Preserves the dirty state of a page when its entry's flags change. In a format without a D bit, a
    /// writable entry that becomes read-only would lose its dirty state, so the frame is marked dirty.
    pub(super) fn preserve_dirty(&mut self, pid: Pid, vpn: u64, (old, new): (Flags, Flags)) {
        let forgets = !self.shape.dirty && old.has(Bit::Rw) && !new.has(Bit::Rw);
        if forgets && let Some(PageLocation::Frame(frame)) = self.page_location(pid, vpn) {
            self.frames.change(frame).dirty = true;
        }
    }

    /// Frees the stale swap slot of a page after the page's entry has changed. In a format without a D bit, a
    /// writable entry is treated as dirty.
    pub(super) fn free_slot_without_dirty_bit(&mut self, pid: Pid, vpn: u64) {
        if !self.shape.dirty
            && let Some(PageLocation::Frame(frame)) = self.page_location(pid, vpn)
        {
            self.free_stale_slot(frame);
        }
    }

    /// Whether the page in a frame differs from its file or slot.
    pub fn is_dirty(&self, frame: FrameNo) -> bool {
        self.frames.get(frame).dirty
            || self
                .frames
                .maps(frame)
                .any(|(pid, vpn)| self.was_stored_to(pid, vpn))
    }

    /// Frees an unmapped frame that does not hold a page of a shared object. Writes a dirty file page back
    /// first.
    pub(super) fn release(&mut self, frame: FrameNo) {
        let held = self.frames.get(frame);
        if held.refs > 0 {
            return;
        }
        match held.contents {
            FrameContents::Free | FrameContents::Object { .. } => return,
            FrameContents::Anonymous | FrameContents::Merged => {}
            FrameContents::File { file, page } => self.unframe_file_page(frame, file, page),
        }
        if let Some(slot) = held.slot {
            self.swap.set_frame(slot, None);
        }
        self.frames.free(frame);
    }

    /// The physical page of a frame.
    pub(super) fn ppn(&self, frame: FrameNo) -> Ppn {
        self.machine.ppn(frame.0.into()).unwrap_or_default()
    }

    /// The pages in a range that have a location, in order.
    pub(super) fn pages_in(&self, pid: Pid, vpns: Range<u64>) -> Vec<(u64, PageLocation)> {
        let Some(process) = self.process(pid).filter(|_| vpns.start < vpns.end) else {
            return Vec::new();
        };
        process
            .space
            .pages
            .range(vpns)
            .map(|(vpn, place)| (vpn, *place))
            .collect()
    }
}
