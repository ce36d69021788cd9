//! Allocates frames, evicts pages, and swaps them in.

use std::cell::Cell;
use std::ops::Range;
use std::sync::Arc;

use super::config::ReplacementScope;
use super::event::{BackingStore, FaultClass, KernelObserver, KernelStep, Observer};
use super::fault::{FaultContext, FaultOutcome};
use super::frames::{Frame, FrameContents};
use super::ids::{FileId, FrameNo, Pid, SlotNo};
use super::process::PageLocation;
use super::state::{Kernel, ObjectPage, OutOfMemory};
use super::work;
use crate::machine::addr::Vpn;
use crate::machine::policy::ReplacementState;
use crate::machine::pool::Pool;

#[derive(Debug, Clone, Copy)]
struct EvictionFilter {
    /// The process whose frames may be evicted, or `None` for all processes.
    only: Option<Pid>,
    keep: Option<FrameNo>,
    /// Whether the swap file has a free slot for a page that needs one.
    room: bool,
}

impl Kernel {
    /// The first `most` frames in the order in which the replacement policy would evict their pages.
    pub fn replacement_order(&self, most: usize) -> Vec<FrameNo> {
        let choice = EvictionFilter {
            only: None,
            keep: None,
            room: self.swap.has_room(),
        };
        let (mut pool, mut random) = (self.frames.pool.clone(), *self.machine.clone().random());
        let victims = std::iter::from_fn(|| {
            let victim =
                pool.victim(&mut random, |frame| self.may_evict(FrameNo(frame), &choice))?;
            pool.forget(victim);
            Some(FrameNo(victim))
        });
        victims.take(most).collect()
    }

    /// The state of the replacement policy.
    pub fn replacement(&self) -> ReplacementState {
        self.frames.pool.replacement()
    }

    /// Allocates a frame for a process's page: the lowest free frame, or else the policy's victim. `keep` is
    /// not evicted.
    ///
    /// # Errors
    /// Fails if no frame is free and no page can be evicted.
    pub(super) fn allocate_frame(
        &mut self,
        pid: Pid,
        keep: Option<FrameNo>,
        holds: FrameContents,
        watch: Observer<'_>,
    ) -> Result<FrameNo, OutOfMemory> {
        let limit = self.frame_limit();
        let taken = self.frames.allocate(limit, holds);
        if let Some(frame) = taken {
            self.report(watch, KernelStep::FrameAllocated { frame });
        } else {
            let local = self.config.scope == ReplacementScope::Local;
            let own = local && self.has_other_frame(pid, keep);
            self.evict(own.then_some(pid), keep, watch)?;
        }
        let frame = taken
            .or_else(|| self.frames.allocate(limit, holds))
            .ok_or(OutOfMemory::Frames)?;
        self.frames.just_filled = Some(frame);
        Ok(frame)
    }

    /// Whether a process has a frame other than `keep`. A process with no other frame may evict any process's
    /// frame, even in local scope.
    fn has_other_frame(&self, pid: Pid, keep: Option<FrameNo>) -> bool {
        let other = |(_, place): (u64, &PageLocation)| matches!(place, PageLocation::Frame(frame) if Some(*frame) != keep);
        self.process(pid).is_some_and(|process| {
            process.space.resident > 0 && process.space.pages.iter().any(other)
        })
    }

    /// Evicts the policy's victim.
    ///
    /// # Errors
    /// Fails if no page can be evicted.
    pub(super) fn evict(
        &mut self,
        only: Option<Pid>,
        keep: Option<FrameNo>,
        watch: Observer<'_>,
    ) -> Result<FrameNo, OutOfMemory> {
        let choice = EvictionFilter {
            only,
            keep,
            room: self.swap.has_room(),
        };
        // Move the pool out of `self`, because the eviction predicate borrows the rest of the kernel.
        let idle = Pool::new(self.frames.pool.policy(), 0);
        let mut pool = std::mem::replace(&mut self.frames.pool, idle);
        let mut random = *self.machine.random();
        let mut examined = pool.examined_for_victim();
        let victim = if only.is_none() && choice.room && !self.locks {
            pool.victim_except(&mut random, keep.map(|frame| frame.0))
        } else {
            let tried = Cell::new(0);
            let victim = pool.victim(&mut random, |frame| {
                tried.set(tried.get() + 1);
                self.may_evict(FrameNo(frame), &choice)
            });
            examined += tried.get() * work::EMPTY_ENTRIES;
            victim
        };
        self.work += examined / work::EMPTY_ENTRIES;
        self.frames.pool = pool;
        *self.machine.random() = random;
        let victim = FrameNo(victim.ok_or(OutOfMemory::Frames)?);
        self.evict_frame(victim, watch);
        Ok(victim)
    }

    /// Whether a frame may be evicted.
    fn may_evict(&self, frame: FrameNo, choice: &EvictionFilter) -> bool {
        choice.keep != Some(frame)
            && choice
                .only
                .is_none_or(|pid| self.frames.mapped_by(frame, pid).is_some())
            && (choice.room || !Self::needs_slot(&self.frames.get(frame)))
            && !self.is_locked(frame)
    }

    /// Whether a page needs a swap slot to be evicted.
    fn needs_slot(held: &Frame) -> bool {
        !matches!(
            held.contents,
            FrameContents::Free | FrameContents::File { .. }
        ) && held.slot.is_none()
    }

    /// Whether a frame is mapped in a locked area.
    fn is_locked(&self, frame: FrameNo) -> bool {
        let locked = |(pid, vpn): (Pid, u64)| {
            self.area_at(pid, vpn << self.shape.page_bits)
                .is_some_and(|area| area.locked)
        };
        self.locks && self.frames.maps(frame).any(locked)
    }

    /// Evicts the page in a frame. If necessary, the kernel first writes the page to its file or to a swap
    /// slot. If the page needs a slot, one must be available.
    fn evict_frame(&mut self, frame: FrameNo, watch: Observer<'_>) {
        let mapped: Vec<(Pid, u64)> = self.frames.maps(frame).collect();
        self.work += work::EVICTION + mapped.len() as u64;
        let page = mapped
            .first()
            .and_then(|(pid, vpn)| self.page_of(*pid, *vpn));
        let owner = mapped.first().map(|(pid, _)| *pid);
        let held = self.frames.get(frame);
        let (slot, to) = match held.contents {
            FrameContents::Free => return,
            FrameContents::File { file, page } => {
                let dirty = self.is_dirty(frame);
                (None, dirty.then_some(BackingStore::File { file, page }))
            }
            FrameContents::Anonymous | FrameContents::Merged => self.write_out(frame, &held, false),
            FrameContents::Object { .. } => self.write_out(frame, &held, true),
        };
        if let Some(to @ BackingStore::Swap { .. }) = to {
            self.journal.on_step(KernelStep::DiskWritten { to });
        }
        if let Some(process) = owner
            .filter(|_| to.is_some())
            .and_then(|pid| self.process_mut(pid))
        {
            process.written += 1;
        }
        let (mut entries, mut named, mut tlb) = (0, None, false);
        for (pid, vpn) in mapped {
            let place = slot
                // The entry of a page of a shared object becomes empty, because its slot belongs to the
                // object, as in Linux's `shmem`.
                .filter(|_| !matches!(held.contents, FrameContents::Object { .. }))
                .map(PageLocation::Swap);
            self.unmap_page(pid, vpn, place);
            tlb |= self.shoot_down(pid, vpn);
            entries += 1;
            if let Some(PageLocation::Swap(slot)) = place {
                self.swap.add_page(slot, pid, vpn);
                named = (self.shape.swap_entry(slot).ppn == u64::from(slot.0)).then_some(slot);
            }
        }
        self.vacate_frame(frame, slot);
        self.report(
            watch,
            KernelStep::Evicted {
                frame,
                page,
                to,
                entries,
                slot: named,
                tlb,
            },
        );
    }

    /// Frees an unmapped frame whose page has been written back.
    fn vacate_frame(&mut self, frame: FrameNo, slot: Option<SlotNo>) {
        match self.frames.get(frame).contents {
            FrameContents::File { file, page } => {
                self.unframe_file_page(frame, file, page);
                let warm = self.config.warm;
                if let Some(held) = self.file_mut(file) {
                    // The page leaves the page cache with its frame, so the next fault on it is major.
                    held.set_cached(page, false, warm);
                }
            }
            FrameContents::Object { object, page } => {
                self.set_object_page(object, page, ObjectPage { frame: None, slot });
            }
            FrameContents::Free | FrameContents::Anonymous | FrameContents::Merged => {}
        }
        if let Some(slot) = slot {
            self.swap.set_frame(slot, None);
        }
        self.frames.free(frame);
    }

    /// Ensures that a swap slot holds the page in a frame, and allocates a slot if the frame has none.
    /// Returns the slot, and also the destination of the write if a write was necessary.
    fn write_out(
        &mut self,
        frame: FrameNo,
        held: &Frame,
        object: bool,
    ) -> (Option<SlotNo>, Option<BackingStore>) {
        if held.slot.is_some() {
            return (held.slot, None);
        }
        let slot = self.allocate_slot(frame, object);
        (slot, slot.map(|slot| BackingStore::Swap { slot }))
    }
}

// Background activities that the kernel performs when a script requests them: reclaiming frames, syncing
// files, and clock ticks. `ksm` merges pages.

impl Kernel {
    /// Evicts up to `pages` pages, which the replacement policy chooses. Returns the number of evicted pages.
    pub fn reclaim(&mut self, pages: u64, watch: Observer<'_>) -> u64 {
        let evicted = (0..pages)
            .take_while(|_| self.evict(None, None, watch).is_ok())
            .count();
        self.report_details(watch);
        evicted as u64
    }

    /// Writes all dirty file pages to disk.
    pub fn sync(&mut self) {
        let files: Vec<FileId> = self.files.all.keys().copied().collect();
        for file in files {
            self.file_sync(file, 0..u64::MAX);
        }
    }

    /// Moves a page to swap, for all processes that share the page. Returns false if the page is locked or is
    /// not a resident anonymous page.
    ///
    /// # Errors
    /// Fails if the swap file is full.
    pub fn swap_out(
        &mut self,
        pid: Pid,
        vpn: Vpn,
        watch: Observer<'_>,
    ) -> Result<bool, OutOfMemory> {
        let Some(PageLocation::Frame(frame)) = self.page_location(pid, vpn.raw()) else {
            return Ok(false);
        };
        let held = self.frames.get(frame);
        if matches!(
            held.contents,
            FrameContents::File { .. } | FrameContents::Free
        ) || self.is_locked(frame)
        {
            return Ok(false);
        }
        if Self::needs_slot(&held) && !self.swap.has_room() {
            return Err(OutOfMemory::Frames);
        }
        self.evict_frame(frame, watch);
        Ok(true)
    }

    /// Evicts the pages of a range that only one page-table entry maps (`MADV_PAGEOUT`). As in Linux, pages
    /// that need a swap slot remain if none is free.
    pub(super) fn page_out(&mut self, pid: Pid, range: Range<u64>, watch: Observer<'_>) {
        for (_, place) in self.pages_in(pid, self.shape.vpns(&range)) {
            self.work += 1;
            let PageLocation::Frame(frame) = place else {
                continue;
            };
            let alone = self.frames.maps(frame).count() == 1;
            let room = !Self::needs_slot(&self.frames.get(frame)) || self.swap.has_room();
            if alone && room {
                self.evict_frame(frame, watch);
            }
        }
    }

    /// Simulates a clock interrupt, at which `nru` and `aging` update the reference bits.
    pub fn tick(&mut self) {
        self.frames.pool.tick();
    }
}

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
