//! The swap file, which consists of slots for one page each.

use std::sync::Arc;

use super::ids::{FrameNo, Pid, SlotNo};
use super::number_allocator::NumberAllocator;
use super::persistent::{Map, Set};

/// A slot in use.
#[derive(Debug, Clone)]
pub struct SwapSlot {
    /// The page's bytes, without the zeros at its end.
    pub(crate) bytes: Arc<[u8]>,
    /// The frame that holds the same page (its entry in the swap cache).
    pub frame: Option<FrameNo>,
    /// It belongs to a page of a shared object.
    pub(crate) object: bool,
}

/// The swap file.
#[derive(Debug, Clone)]
pub struct Swap {
    /// Number of slots.
    pub slots: u32,
    /// The slots in use.
    pub used: Map<SlotNo, SwapSlot>,
    /// Which pages of processes are there: slot, process, virtual page.
    pub(crate) pages: Set<(SlotNo, Pid, u64)>,
    /// Which numbers are in use.
    numbers: NumberAllocator,
    /// Those that only back a page which is in a frame: they can be had when no other is free.
    spare: Set<SlotNo>,
}

impl Swap {
    /// A swap file of so many slots, all free.
    pub(super) fn new(slots: u32) -> Self {
        let (used, pages, spare) = (Map::new(), Set::new(), Set::new());
        Self { slots, used, pages, numbers: NumberAllocator::default(), spare }
    }

    /// A slot can be had for another page.
    pub(crate) fn has_room(&self) -> bool {
        self.numbers.used() < self.slots || !self.spare.is_empty()
    }

    /// The page in a frame can be had of this slot; none if it is not in use.
    pub(super) fn slot(&self, slot: SlotNo) -> Option<&SwapSlot> {
        self.used.get(&slot)
    }

    /// The pages of processes that are in a slot, in order.
    pub fn pages_in(&self, slot: SlotNo) -> impl Iterator<Item = (Pid, u64)> + '_ {
        let rows = self.pages.range((slot, Pid(0), 0)..=(slot, Pid(u32::MAX), u64::MAX));
        rows.map(|(_, pid, vpn)| (*pid, *vpn))
    }

    /// Takes the lowest free slot for a page; none if all are in use.
    pub(super) fn allocate(&mut self, bytes: Arc<[u8]>, object: bool) -> Option<SlotNo> {
        let slot = SlotNo(self.numbers.allocate(self.slots)?);
        self.used.insert(slot, SwapSlot { bytes, frame: None, object });
        Some(slot)
    }

    /// The lowest slot that only backs a page in a frame, and the frame.
    pub(super) fn spare(&self) -> Option<(SlotNo, FrameNo)> {
        let slot = *self.spare.get_min()?;
        Some((slot, self.slot(slot)?.frame?))
    }

    /// The page of a slot is in this frame too from now on, or in none. A slot that nothing needs is free then.
    pub(super) fn set_frame(&mut self, slot: SlotNo, frame: Option<FrameNo>) {
        if let Some(held) = self.used.get_mut(&slot) {
            held.frame = frame;
            self.update_slot(slot);
        }
    }

    /// A page of a process is in a slot from now on.
    pub(super) fn add_page(&mut self, slot: SlotNo, pid: Pid, vpn: u64) {
        self.pages.insert((slot, pid, vpn));
        self.spare.remove(&slot);
    }

    /// A page of a process is in a slot no more. A slot that nothing needs is free then.
    pub(super) fn remove_page(&mut self, slot: SlotNo, pid: Pid, vpn: u64) {
        self.pages.remove(&(slot, pid, vpn));
        self.update_slot(slot);
    }

    /// The page that is in a slot and in a frame, or the page of a shared object that is in the slot, is there no more.
    pub(super) fn detach(&mut self, slot: SlotNo) {
        if let Some(held) = self.used.get_mut(&slot) {
            (held.object, held.frame) = (false, None);
            self.update_slot(slot);
        }
    }

    /// Lends a slot that no frame holds, and which is being read into one, to the page that makes room: the slot is free.
    /// Answers what was in it.
    pub(super) fn lend(&mut self, slot: SlotNo) -> Option<SwapSlot> {
        self.used.get(&slot).filter(|held| held.frame.is_none())?;
        self.numbers.free(slot.0);
        self.used.remove(&slot)
    }

    /// Takes back a slot that was lent and not used, while all others are in use.
    pub(super) fn reclaim(&mut self, slot: SlotNo, held: SwapSlot) {
        if self.numbers.allocate(self.slots) == Some(slot.0) {
            self.used.insert(slot, held);
        }
    }

    /// Some page of a process is in a slot.
    pub(super) fn holds_pages(&self, slot: SlotNo) -> bool {
        self.pages_in(slot).next().is_some()
    }

    fn update_slot(&mut self, slot: SlotNo) {
        let Some(held) = self.used.get(&slot) else { return };
        if self.holds_pages(slot) {
            self.spare.remove(&slot);
        } else if held.frame.is_some() {
            self.spare.insert(slot);
        } else {
            self.spare.remove(&slot);
            if !held.object {
                self.used.remove(&slot);
                self.numbers.free(slot.0);
            }
        }
    }
}
