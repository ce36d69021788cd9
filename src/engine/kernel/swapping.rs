//! Swaps pages in and allocates swap slots.

use std::sync::Arc;

use super::event::{BackingStore, FaultClass, KernelObserver, KernelStep, Observer};
use super::fault::{FaultContext, FaultOutcome};
use super::frames::FrameContents;
use super::ids::{FrameNo, SlotNo};
use super::state::{Kernel, ObjectPage, OutOfMemory};

impl Kernel {
    /// Resolves a fault on a private page in swap. If a frame already holds the page (the swap cache), the
    /// frame is shared. If no frame holds the page, the kernel reads the page from its slot. A clean page
    /// keeps the slot. A store immediately makes a private copy.
    ///
    /// # Errors
    /// Fails if memory is exhausted.
    pub(super) fn swap_in(
        &mut self,
        fault: &FaultContext,
        slot: SlotNo,
        watch: Observer<'_>,
    ) -> Result<FaultOutcome, OutOfMemory> {
        self.make_path(fault.pid, fault.vpn, watch)?;
        let cached = self.swap.slot(slot).and_then(|held| held.frame);
        // Without an R/W bit, the kernel cannot detect a later store.
        let own = fault.write || !self.shape.read_only;
        let frame = match cached {
            Some(frame) if own => self.copy_frame(fault, Some(frame), watch)?,
            Some(frame) => {
                self.report(watch, KernelStep::Shared { frame });
                frame
            }
            None => {
                let frame =
                    self.allocate_frame_for(fault, slot, FrameContents::Anonymous, watch)?;
                self.report(
                    watch,
                    KernelStep::Filled {
                        frame,
                        from: BackingStore::Swap { slot },
                    },
                );
                frame
            }
        };
        self.swap.remove_page(slot, fault.pid, fault.vpn);
        let alone = self.frames.get(frame).refs == 0;
        if own && alone {
            self.make_exclusive(frame);
        }
        let held = self.frames.get(frame);
        let shared = held.slot.is_some_and(|slot| self.swap.holds_pages(slot));
        let writable = alone && held.contents == FrameContents::Anonymous && !shared;
        self.map_frame(fault, frame, writable && fault.area.prot.write, watch);
        Ok(FaultOutcome::Resolved {
            class: FaultClass::Swap,
            // A page that another process has swapped in needs no disk transfer.
            major: cached.is_none(),
        })
    }

    /// Resolves the first access to an anonymous page that is on disk. The page initially contains zeros and
    /// occupies a new slot.
    ///
    /// # Errors
    /// Fails if memory is exhausted.
    pub(super) fn first_read(
        &mut self,
        fault: &FaultContext,
        watch: Observer<'_>,
    ) -> Result<FaultOutcome, OutOfMemory> {
        let slot = self
            .swap
            .allocate(Arc::default(), false)
            .ok_or(OutOfMemory::Frames)?;
        self.own_faulting_area(fault);
        self.swap.add_page(slot, fault.pid, fault.vpn);
        let resolved = self.swap_in(fault, slot, watch);
        if resolved.is_err() {
            self.swap.remove_page(slot, fault.pid, fault.vpn);
        }
        resolved
    }

    /// Allocates a frame and reads a slot into it. If all slots are in use and the slot holds only this page,
    /// the evicted page may use this slot.
    ///
    /// # Errors
    /// Fails if no frame is available.
    pub(super) fn allocate_frame_for(
        &mut self,
        fault: &FaultContext,
        slot: SlotNo,
        holds: FrameContents,
        watch: Observer<'_>,
    ) -> Result<FrameNo, OutOfMemory> {
        let bytes = self
            .swap
            .slot(slot)
            .map_or_else(Arc::default, |held| held.bytes.clone());
        let taken = self.allocate_frame(fault.pid, None, holds, watch);
        let kept = taken.is_ok();
        let frame =
            taken.or_else(|error| self.allocate_frame_lending(fault, slot, holds, error, watch))?;
        self.machine.zero_page(self.ppn(frame));
        self.journal.on_step(KernelStep::DiskRead {
            from: BackingStore::Swap { slot },
        });
        let to = self.machine.page_of(self.ppn(frame));
        self.machine.write_bytes(to, &bytes);
        if kept {
            self.frames.change(frame).slot = Some(slot);
            self.swap.set_frame(slot, Some(frame));
        }
        Ok(frame)
    }

    fn allocate_frame_lending(
        &mut self,
        fault: &FaultContext,
        slot: SlotNo,
        holds: FrameContents,
        error: OutOfMemory,
        watch: Observer<'_>,
    ) -> Result<FrameNo, OutOfMemory> {
        let alone = self.swap.pages_in(slot).count() <= 1;
        let lent = if alone { self.swap.lend(slot) } else { None }.ok_or(error)?;
        let taken = self.allocate_frame(fault.pid, None, holds, watch);
        if taken.is_err() {
            self.swap.reclaim(slot, lent);
        }
        taken
    }

    /// Allocates a slot for the bytes of a frame: the lowest free slot, or else a spare one.
    pub(super) fn allocate_slot(&mut self, frame: FrameNo, object: bool) -> Option<SlotNo> {
        let bytes: Arc<[u8]> = self.trimmed_bytes(frame);
        if let Some(slot) = self.swap.allocate(bytes.clone(), object) {
            return Some(slot);
        }
        let (slot, backs) = self.swap.spare()?;
        self.detach_from_slot(backs, slot);
        self.swap.allocate(bytes, object)
    }

    /// The bytes of a frame without trailing zeros.
    fn trimmed_bytes(&self, frame: FrameNo) -> Arc<[u8]> {
        if self.machine.is_zero_page(self.ppn(frame)) {
            return Arc::default();
        }
        let mut bytes = &*self.frame_bytes(frame);
        // Skip whole blocks of zeros first, which vector code can find.
        while let Some((rest, block)) = bytes.split_last_chunk::<64>()
            && block.iter().fold(0, |bits, byte| bits | byte) == 0
        {
            bytes = rest;
        }
        let len = bytes
            .iter()
            .rposition(|byte| *byte != 0)
            .map_or(0, |last| last + 1);
        bytes[..len].into()
    }

    /// Reads bytes of the page in a slot, starting at offset `at`.
    pub(super) fn read_slot(&self, slot: SlotNo, at: usize, out: &mut [u8]) {
        let bytes = self
            .swap
            .slot(slot)
            .and_then(|held| held.bytes.get(at..))
            .unwrap_or_default();
        let there = bytes.len().min(out.len());
        out[..there].copy_from_slice(&bytes[..there]);
        out[there..].fill(0);
    }

    /// Detaches a frame from its swap slot, because their contents may differ from now on. Frees the slot if
    /// no other page uses it.
    pub(super) fn detach_from_slot(&mut self, frame: FrameNo, slot: SlotNo) {
        self.frames.change(frame).slot = None;
        if let FrameContents::Object { object, page } = self.frames.get(frame).contents {
            self.set_object_page(
                object,
                page,
                ObjectPage {
                    frame: Some(frame),
                    slot: None,
                },
            );
        }
        self.swap.detach(slot);
    }

    /// Detaches a dirty frame from its swap slot, which holds an older version of the page (Linux's
    /// `folio_free_swap`). Linux frees the slot of a page that a load swapped in at other times in different
    /// versions. One rule for loads and stores is easier to teach, and no slot holds older data than its
    /// frame.
    pub(super) fn free_stale_slot(&mut self, frame: FrameNo) {
        if let Some(slot) = self.frames.get(frame).slot.filter(|_| self.is_dirty(frame)) {
            self.detach_from_slot(frame, slot);
        }
    }
}
