//! The swap file, which consists of one-page slots.

use std::sync::Arc;

use crate::machine::number_set::NumberSet;

use super::frames::{NumberAllocator, ReverseMap};
use super::ids::{FrameNo, Pid, SlotNo};
use super::persistent::Table;

/// A slot in use.
#[derive(Debug, Clone)]
pub struct SwapSlot {
    /// The bytes of the page, without trailing zeros.
    pub(crate) bytes: Arc<[u8]>,
    /// The frame that holds the same page (the slot's entry in the swap cache).
    pub frame: Option<FrameNo>,
    /// Whether the slot belongs to a page of a shared object.
    pub(crate) object: bool,
}

impl SwapSlot {
    /// The memory of the page, in bytes.
    pub(super) fn host_bytes(&self) -> u64 {
        self.bytes.len() as u64 + 16
    }
}

/// The swap file. See `docs/decisions/swap-slots.md`.
#[derive(Debug, Clone)]
pub struct Swap {
    pub slots: u32,
    /// The slots in use.
    used: Table<SwapSlot>,
    /// The memory of the pages in these slots, in bytes.
    pub(super) page_bytes: u64,
    /// The swapped pages of processes in each slot.
    pages: ReverseMap,
    /// The numbers of slots in use.
    numbers: NumberAllocator,
    /// The spare slots. No process refers to a spare slot, and its page is also in a frame. The kernel reuses
    /// a spare slot if no slot is free.
    spare: NumberSet,
}

impl Swap {
    /// Creates a swap file with `slots` free slots.
    pub(super) fn new(slots: u32) -> Self {
        Self {
            slots,
            used: Table::new(slots),
            page_bytes: 0,
            pages: ReverseMap::new(slots),
            numbers: NumberAllocator::new(slots),
            spare: NumberSet::new(slots),
        }
    }

    /// The memory that the slots need, in bytes.
    pub(crate) fn host_bytes(&self) -> u64 {
        self.used.host_bytes(32) + self.pages.host_bytes() + self.page_bytes
    }

    /// Whether a slot is available for another page.
    pub(crate) fn has_room(&self) -> bool {
        self.numbers.used() < self.slots || !self.spare.is_empty()
    }

    /// The slot with this number, or `None` if the slot is not in use.
    pub fn slot(&self, slot: SlotNo) -> Option<&SwapSlot> {
        self.used.get(slot.0.into())
    }

    /// Number of slots in use.
    pub fn used(&self) -> u32 {
        self.numbers.used()
    }

    /// The slots in use, in order.
    pub fn iter(&self) -> impl Iterator<Item = (SlotNo, &SwapSlot)> + '_ {
        self.used
            .iter()
            .map(|(slot, held)| (SlotNo(slot as u32), held))
    }

    /// The pages of processes that share a slot, in order.
    pub fn pages_in(&self, slot: SlotNo) -> impl Iterator<Item = (Pid, u64)> + '_ {
        self.pages.pages(slot.0)
    }

    /// Allocates the lowest free slot for a page, or returns `None` if all slots are in use.
    pub(super) fn allocate(&mut self, bytes: Arc<[u8]>, object: bool) -> Option<SlotNo> {
        let slot = SlotNo(self.numbers.allocate(self.slots)?);
        self.occupy(
            slot,
            SwapSlot {
                bytes,
                frame: None,
                object,
            },
        );
        Some(slot)
    }

    /// The lowest spare slot and the frame that holds its page.
    pub(super) fn spare(&self) -> Option<(SlotNo, FrameNo)> {
        let slot = SlotNo(self.spare.first()?);
        Some((slot, self.slot(slot)?.frame?))
    }

    /// Sets or clears (`None`) the frame that holds a slot's page. A slot that becomes unused is freed.
    pub(super) fn set_frame(&mut self, slot: SlotNo, frame: Option<FrameNo>) {
        if let Some(held) = self.used.get_mut(slot.0.into()) {
            held.frame = frame;
            self.update_slot(slot);
        }
    }

    /// Adds a process's page to a slot.
    pub(super) fn add_page(&mut self, slot: SlotNo, pid: Pid, vpn: u64) {
        self.pages.insert(slot.0, pid, vpn);
        self.spare.remove(slot.0);
    }

    /// Removes a process's page from a slot. A slot that becomes unused is freed.
    pub(super) fn remove_page(&mut self, slot: SlotNo, pid: Pid, vpn: u64) {
        self.pages.remove(slot.0, pid, vpn);
        self.update_slot(slot);
    }

    /// Detaches a slot from its frame and from its shared object.
    pub(super) fn detach(&mut self, slot: SlotNo) {
        if let Some(held) = self.used.get_mut(slot.0.into()) {
            (held.object, held.frame) = (false, None);
            self.update_slot(slot);
        }
    }

    /// Frees a slot temporarily while its page is read into a frame, so that the page evicted from that frame
    /// can use the slot. Returns the slot's contents. Does not free a slot whose page is in a frame.
    pub(super) fn lend(&mut self, slot: SlotNo) -> Option<SwapSlot> {
        self.slot(slot).filter(|held| held.frame.is_none())?;
        self.vacate(slot)
    }

    /// Restores a temporarily freed slot that was not used. All other slots must be in use.
    pub(super) fn reclaim(&mut self, slot: SlotNo, held: SwapSlot) {
        if self.numbers.allocate(self.slots) == Some(slot.0) {
            self.occupy(slot, held);
        }
    }

    /// Puts a page into a slot whose number is allocated.
    fn occupy(&mut self, slot: SlotNo, held: SwapSlot) {
        self.page_bytes += held.host_bytes();
        self.used.insert(slot.0.into(), held);
    }

    /// Frees a slot and returns its contents.
    fn vacate(&mut self, slot: SlotNo) -> Option<SwapSlot> {
        self.numbers.free(slot.0);
        let held = self.used.remove(slot.0.into())?;
        self.page_bytes -= held.host_bytes();
        Some(held)
    }

    /// Whether pages of processes are in a slot.
    pub(super) fn holds_pages(&self, slot: SlotNo) -> bool {
        self.pages.has_pages(slot.0)
    }

    fn update_slot(&mut self, slot: SlotNo) {
        let Some(&SwapSlot { frame, object, .. }) = self.slot(slot) else {
            return;
        };
        if frame.is_some() && !self.holds_pages(slot) {
            self.spare.insert(slot.0);
            return;
        }
        self.spare.remove(slot.0);
        if frame.is_none() && !object && !self.holds_pages(slot) {
            self.vacate(slot);
        }
    }
}
