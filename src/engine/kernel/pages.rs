//! The pages of processes: the one place where an entry, the frame it leads to, the reverse mapping and the counts change
//! together.

use std::ops::Range;
use std::sync::Arc;

use crate::machine::Machine;
use crate::machine::addr::Ppn;
use crate::machine::pte::{Bit, Flags, Pte};

use super::entries::{entry_of, write_pte};
use super::frames::{FrameContents, Frames};
use super::ids::{FrameNo, Pid};
use super::journal::Journal;
use super::process::{AddressSpace, PageLocation};
use super::shape::TableShape;
use super::state::Kernel;

/// Leads a page of an address space to where it is, or names its slot. There is a table for it, and it was nowhere or in
/// swap; `zero` is the physical page of the zero frame.
pub(super) fn enter_page(
    (space, frames, machine, journal): (&mut AddressSpace, &mut Frames, &mut Machine, &mut Journal),
    shape: &TableShape,
    (pid, vpn): (Pid, u64),
    place: PageLocation,
    (zero, flags): (u64, Flags),
) {
    if space.pages.insert(vpn, place).is_none()
        && let Some(table) = space.tables.get_mut(&(shape.levels, shape.table(shape.levels, vpn)))
    {
        table.used += 1;
    }
    let pte = match place {
        PageLocation::Frame(frame) => {
            frames.map(frame, pid, vpn);
            space.resident += 1;
            Pte { ppn: frame.0.into(), flags }
        }
        PageLocation::Zero => Pte { ppn: zero, flags },
        // The entry is 0 as yet.
        PageLocation::Swap(slot) => match shape.swap_entry(slot) {
            Pte { ppn: 0, .. } => return,
            pte => pte,
        },
    };
    if let Some(at) = entry_of(&space.tables, shape, vpn) {
        write_pte(machine, journal, at, pte);
    }
}

impl Kernel {
    /// Where a page of a process is.
    pub(super) fn page_location(&self, pid: Pid, vpn: u64) -> Option<PageLocation> {
        self.process(pid)?.space.pages.get(&vpn).copied()
    }

    /// Leads a page of a process to a frame or the zero frame: see [`enter_page`].
    pub(super) fn map_page(&mut self, pid: Pid, vpn: u64, place: PageLocation, flags: Flags) {
        let Self { processes, frames, machine, journal, shape, zero, .. } = self;
        if let Some(process) = processes.get_mut(&pid).map(Arc::make_mut) {
            let parts = (&mut process.space, frames, machine, journal);
            enter_page(parts, shape, (pid, vpn), place, (zero.unwrap_or(0), flags));
        }
        self.work += 1;
        self.free_slot_without_dirty_bit(pid, vpn);
    }

    /// A page of a process leaves where it is, for swap or for nowhere. Its entry names the slot, or is cleared; TLBs are not
    /// told, and its frame is not given back. Answers where it was.
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
        space.pages.remove(&vpn);
        if let Some(table) = space.tables.get_mut(&(shape.levels, shape.table(shape.levels, vpn))) {
            table.used -= 1;
        }
        Some(from)
    }

    /// The entry of a page says that it was stored to: by its D bit, or in a format without one, by allowing stores.
    fn was_stored_to(&self, pid: Pid, vpn: u64) -> bool {
        let flag = if self.shape.dirty { Bit::D } else { Bit::Rw };
        let marked = self.pte(pid, vpn).is_some_and(|pte| pte.flags.has(flag));
        let may_be = || self.area_at(pid, vpn << self.shape.page_bits).is_some_and(|area| area.prot.write);
        marked && (self.shape.dirty || self.shape.read_only || may_be())
    }

    /// The entry of a page is about to get these flags. In a format without a D bit, that it allowed stores is all that tells
    /// of them: the frame keeps in mind what the entry will not say any more.
    pub(super) fn preserve_dirty(&mut self, pid: Pid, vpn: u64, (old, new): (Flags, Flags)) {
        let forgets = !self.shape.dirty && old.has(Bit::Rw) && !new.has(Bit::Rw);
        if forgets && let Some(PageLocation::Frame(frame)) = self.page_location(pid, vpn) {
            self.frames.change(frame).dirty = true;
        }
    }

    /// The entry of a page was changed. In a format without a D bit, one that allows stores says that the page was stored to.
    pub(super) fn free_slot_without_dirty_bit(&mut self, pid: Pid, vpn: u64) {
        if !self.shape.dirty
            && let Some(PageLocation::Frame(frame)) = self.page_location(pid, vpn)
        {
            self.free_stale_slot(frame);
        }
    }

    /// A frame differs from what stands in its file or slot.
    pub fn is_dirty(&self, frame: FrameNo) -> bool {
        self.frames.get(frame).dirty || self.frames.maps(frame).any(|(pid, vpn)| self.was_stored_to(pid, vpn))
    }

    /// Gives a frame back if nothing needs it any more: no entry leads to it, and it is no page of a shared object. What a
    /// file does not have yet is written to it.
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

    /// The pages of a range that are somewhere, in order.
    pub(super) fn pages_in(&self, pid: Pid, vpns: Range<u64>) -> Vec<(u64, PageLocation)> {
        let Some(process) = self.process(pid).filter(|_| vpns.start < vpns.end) else { return Vec::new() };
        process.space.pages.range(vpns).map(|(vpn, place)| (*vpn, *place)).collect()
    }
}
