//! The pages of processes: the one place where an entry, the frame it leads to, the reverse mapping and the counts change
//! together.

use std::ops::Range;
use std::sync::Arc;

use crate::machine::Machine;
use crate::machine::addr::Ppn;
use crate::machine::pte::{Bit, Flags, Pte};

use super::entries::{entry_of, put};
use super::frames::{Frames, Holds};
use super::ids::{FrameNo, Pid};
use super::process::{AddressSpace, Place};
use super::shape::Shape;
use super::state::Kernel;

/// Leads a page of an address space to where it is. There is a table for it, and it was nowhere or in swap; `zero` is the
/// physical page of the zero frame.
pub(in crate::kernel) fn enter(
    (space, frames, machine): (&mut AddressSpace, &mut Frames, &mut Machine),
    shape: &Shape,
    (pid, vpn): (Pid, u64),
    place: Place,
    (zero, flags): (u64, Flags),
) {
    if space.pages.insert(vpn, place).is_none()
        && let Some(table) = space.tables.get_mut(&(shape.levels, shape.table(shape.levels, vpn)))
    {
        table.used += 1;
    }
    let ppn = match place {
        Place::Frame(frame) => {
            frames.map(frame, pid, vpn);
            space.resident += 1;
            frame.0.into()
        }
        Place::Zero => zero,
        Place::Swap(_) => return,
    };
    if let Some(at) = entry_of(&space.tables, shape, vpn) {
        put(machine, at, Pte { ppn, flags });
    }
}

impl Kernel {
    /// Where a page of a process is.
    pub(in crate::kernel) fn place(&self, pid: Pid, vpn: u64) -> Option<Place> {
        self.process(pid)?.space.pages.get(&vpn).copied()
    }

    /// Leads a page of a process to a frame or the zero frame: see [`enter`].
    pub(in crate::kernel) fn map_page(&mut self, pid: Pid, vpn: u64, place: Place, flags: Flags) {
        let Self { processes, frames, machine, shape, zero, .. } = self;
        if let Some(process) = processes.get_mut(&pid).map(Arc::make_mut) {
            let parts = (&mut process.space, frames, machine);
            enter(parts, shape, (pid, vpn), place, (zero.unwrap_or(0), flags));
        }
        self.work += 1;
    }

    /// A page of a process leaves where it is, for swap or for nowhere. Its entry is cleared; TLBs are not told, and its
    /// frame is not given back. Answers where it was.
    pub(in crate::kernel) fn unmap_page(&mut self, pid: Pid, vpn: u64, to: Option<Place>) -> Option<Place> {
        self.work += 1;
        let from = self.place(pid, vpn)?;
        if let Place::Frame(frame) = from {
            let dirty = self.stored(pid, vpn);
            self.frames.unmap(frame, pid, vpn, dirty);
        }
        if !matches!(from, Place::Swap(_)) {
            self.put_entry(pid, vpn, Pte::default());
        }
        let shape = self.shape;
        let space = &mut self.process_mut(pid)?.space;
        space.resident -= u64::from(matches!(from, Place::Frame(_)));
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
    fn stored(&self, pid: Pid, vpn: u64) -> bool {
        let flag = if self.shape.dirty { Bit::D } else { Bit::Rw };
        let marked = self.pte(pid, vpn).is_some_and(|pte| pte.flags.has(flag));
        let may_be = || self.area_at(pid, vpn << self.shape.page_bits).is_some_and(|area| area.prot.write);
        marked && (self.shape.dirty || self.shape.read_only || may_be())
    }

    /// The entry of a page is about to get these flags. In a format without a D bit, that it allowed stores is all that tells
    /// of them: the frame keeps in mind what the entry will not say any more.
    pub(in crate::kernel) fn keep_word_of_stores(&mut self, pid: Pid, vpn: u64, (old, new): (Flags, Flags)) {
        let forgets = !self.shape.dirty && old.has(Bit::Rw) && !new.has(Bit::Rw);
        if forgets && let Some(Place::Frame(frame)) = self.place(pid, vpn) {
            self.frames.change(frame).dirty = true;
        }
    }

    /// A frame differs from what stands in its file or slot.
    pub fn is_dirty(&self, frame: FrameNo) -> bool {
        self.frames.get(frame).dirty || self.frames.maps(frame).any(|(pid, vpn)| self.stored(pid, vpn))
    }

    /// Gives a frame back if nothing needs it any more: no entry leads to it, and it is no page of a shared object. What a
    /// file does not have yet is written to it.
    pub(in crate::kernel) fn release(&mut self, frame: FrameNo) {
        let held = self.frames.get(frame);
        if held.refs > 0 {
            return;
        }
        match held.holds {
            Holds::Nothing | Holds::Object { .. } => return,
            Holds::Anonymous | Holds::Merged => {}
            Holds::File { file, page } => self.unframe_file_page(frame, file, page),
        }
        if let Some(slot) = held.slot {
            self.swap.back(slot, None);
        }
        self.frames.free(frame);
    }

    /// The physical page of a frame.
    pub(in crate::kernel) fn ppn(&self, frame: FrameNo) -> Ppn {
        self.machine.ppn(frame.0.into()).unwrap_or_default()
    }

    /// The pages of a range that are somewhere, in order.
    pub(in crate::kernel) fn pages_in(&self, pid: Pid, vpns: Range<u64>) -> Vec<(u64, Place)> {
        let Some(process) = self.process(pid).filter(|_| vpns.start < vpns.end) else { return Vec::new() };
        process.space.pages.range(vpns).map(|(vpn, place)| (*vpn, *place)).collect()
    }
}
