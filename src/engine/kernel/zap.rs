//! Pages that leave, move, or may be used otherwise: what `munmap`, `mremap`, `mprotect` and the end of a process do to
//! page tables.

use std::ops::Range;

use crate::machine::pte::{Bit, Flags};

use super::area::{Area, Backing};
use super::entries::{asid, flags_of};
use super::event::Watch;
use super::frames::Holds;
use super::heap::Heap;
use super::ids::{FrameNo, Pid, SlotNo};
use super::process::Place;
use super::state::{Kernel, OutOfMemory};

impl Kernel {
    /// Gives back everything of a process's address space: pages, tables (the root too), areas (their backings are counted
    /// down); it is empty and has no root afterwards. TLBs hold nothing of it any more, and no core runs it.
    pub(in crate::kernel) fn drop_space(&mut self, pid: Pid) {
        self.drop_pages(pid, 0..u64::MAX);
        self.machine.shoot_down_all(asid(pid));
        self.give_empty_tables(pid, &(0..u64::MAX));
        self.give_root(pid);
        self.leave_cores(pid);
        let Some(process) = self.process_mut(pid) else { return };
        let areas = std::mem::take(&mut process.space.areas);
        process.space.heap = Heap::default();
        process.space.brk = process.space.brk_start;
        for area in areas.iter() {
            self.count_users(area.backing, -1);
        }
    }

    /// The pages of a range leave a process: entries are cleared, TLBs told, frames and slots given back, tables with
    /// nothing left in them too. Areas are not looked at. Costs what is there, not the range.
    pub(in crate::kernel) fn zap(&mut self, pid: Pid, range: Range<u64>) {
        let vpns = self.shape.vpns(&range);
        self.zap_pages(pid, vpns.clone());
        self.give_empty_tables(pid, &vpns);
    }

    /// As [`Kernel::zap`], but tables stay.
    pub(in crate::kernel) fn zap_pages(&mut self, pid: Pid, vpns: Range<u64>) {
        let gone = self.drop_pages(pid, vpns);
        self.shoot_down_pages(pid, &gone);
    }

    /// Takes pages from a process. Answers those that had an entry, which TLBs may still hold.
    fn drop_pages(&mut self, pid: Pid, vpns: Range<u64>) -> Vec<u64> {
        let mut gone = Vec::new();
        for (vpn, place) in self.pages_in(pid, vpns) {
            self.unmap_page(pid, vpn, None);
            match place {
                Place::Frame(frame) => self.release(frame),
                Place::Swap(slot) => {
                    self.swap.leave(slot, pid, vpn);
                    continue;
                }
                Place::Zero => {}
            }
            gone.push(vpn);
        }
        gone
    }

    /// The permissions of the areas in a range have changed: entries and TLBs follow. A page of the process's own becomes
    /// writable at once where its area is.
    pub(in crate::kernel) fn reprotect(&mut self, pid: Pid, range: Range<u64>) {
        let Some(process) = self.process(pid) else { return };
        let areas = process.space.areas.within(range);
        self.work += areas.len() as u64;
        for area in areas {
            for (vpn, place) in self.pages_in(pid, self.shape.vpns(&(area.start..area.end))) {
                self.work += 1;
                self.permit_by(pid, vpn, &area, place);
            }
        }
    }

    /// Makes an entry allow what the area does and what the page is fit for.
    pub(in crate::kernel) fn permit_by(&mut self, pid: Pid, vpn: u64, area: &Area, place: Place) {
        let writable = match place {
            Place::Frame(frame) => area.prot.write && self.may_store(pid, vpn, area, frame),
            Place::Zero => false,
            Place::Swap(_) => return,
        };
        self.permit(pid, vpn, flags_of(area.prot, writable));
    }

    /// A page in a frame may be stored to without a fault: it is the process's own, or shared and known to be dirty.
    fn may_store(&self, pid: Pid, vpn: u64, area: &Area, frame: FrameNo) -> bool {
        let held = self.frames.get(frame);
        match held.holds {
            Holds::Object { .. } => true,
            Holds::Anonymous => {
                held.refs == 1 && !held.lent && !held.slot.is_some_and(|slot| self.swap.holds_pages(slot))
            }
            Holds::File { .. } if area.shared && self.shape.dirty => {
                self.pte(pid, vpn).is_some_and(|pte| pte.flags.has(Bit::D))
            }
            Holds::File { .. } => area.shared && held.dirty,
            Holds::Merged | Holds::Nothing => false,
        }
    }

    /// Pages move with their area to another address (`mremap`); nothing is mapped there.
    ///
    /// # Errors
    /// If a table for the new place cannot be had; nothing has moved then.
    pub(in crate::kernel) fn move_pages(
        &mut self,
        pid: Pid,
        from: Range<u64>,
        to: u64,
    ) -> Result<(), OutOfMemory> {
        let vpns = self.shape.vpns(&from);
        let target = self.shape.vpn(to);
        let pages = self.pages_in(pid, vpns.clone());
        let new = |vpn: u64| target + (vpn - vpns.start);
        for (vpn, _) in &pages {
            let made = self.make_path(pid, new(*vpn), &mut () as &mut dyn Watch);
            if made.is_err() {
                self.give_empty_tables(pid, &(target..target + (vpns.end - vpns.start)));
                return made;
            }
        }
        let mut gone = Vec::new();
        for (vpn, place) in pages {
            self.move_page(pid, vpn, new(vpn), place);
            gone.push(vpn);
        }
        self.shoot_down_pages(pid, &gone);
        self.give_empty_tables(pid, &vpns);
        Ok(())
    }

    fn move_page(&mut self, pid: Pid, from: u64, to: u64, place: Place) {
        let flags = self.pte(pid, from).map_or(Flags::NONE, |pte| pte.flags);
        self.unmap_page(pid, from, None);
        self.map_page(pid, to, place, flags);
        if let Place::Swap(slot) = place {
            self.swap.put(slot, pid, to);
            self.swap.leave(slot, pid, from);
        }
    }

    /// A slot is no more in the swap cache: its page in the frame goes its own way.
    pub(in crate::kernel) fn part_from_slot(&mut self, frame: FrameNo, slot: SlotNo) {
        self.swap.back(slot, None);
        let held = self.frames.change(frame);
        (held.slot, held.dirty) = (None, true);
    }

    /// Areas or descriptors that refer to a backing, more or fewer. With the last one an object goes.
    pub(in crate::kernel) fn count_users(&mut self, backing: Backing, change: i64) {
        match backing {
            Backing::Anonymous => {}
            Backing::File { file, .. } => {
                let Some(held) = self.file_mut(file) else { return };
                held.users = held.users.saturating_add_signed(change as i32);
                self.forget_file(file);
            }
            Backing::Object { object, .. } => {
                let Some(held) = self.objects.all.get_mut(&object) else { return };
                held.users = held.users.saturating_add_signed(change as i32);
                if held.users == 0 {
                    self.drop_object(object);
                }
            }
        }
    }
}
