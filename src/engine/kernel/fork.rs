//! The address space of a child process.

use crate::machine::pte::Bit;

use super::entries::{asid, flags_of};
use super::event::{KernelObserver, KernelStep};
use super::frames::FrameContents;
use super::ids::Pid;
use super::pages::enter_page;
use super::process::{AddressSpace, PageLocation};
use super::state::{Kernel, OutOfMemory};
use super::vma::{AnonVma, Vma};
use super::work;

impl Kernel {
    /// Creates the child's address space with unlocked copies of the areas, and counts the users of their
    /// backings. The child has no areas with `MADV_DONTFORK`, and areas with `MADV_WIPEONFORK` have no pages.
    /// Private frames become read-only in both processes, and the processes share swap slots. The kernel does
    /// not copy the entries of shared areas or of areas that never had private pages, so the child's
    /// accesses to these areas fault again (Linux's `vma_needs_copy`).
    ///
    /// # Errors
    /// Fails if no memory is free for the tables or, without an R/W bit, for the copies. A failure
    /// changes nothing.
    pub(super) fn fork_space(
        &mut self,
        parent: Pid,
        child: Pid,
    ) -> Result<AddressSpace, OutOfMemory> {
        let mut pages = self.pages_to_inherit(parent);
        let mut space = self.new_space()?;
        if let Err(error) = self.prepare(parent, &mut space, &mut pages) {
            self.free_tables(&space.tables);
            return Err(error);
        }
        self.inherit_settings(parent, &mut space);
        let mut protected = false;
        for (area, vpn, place) in pages {
            self.work += 1;
            protected |= self.inherit(&mut space, (parent, child), vpn, &area, place);
        }
        if protected {
            self.machine.shoot_down_all(asid(parent), &mut self.journal);
        }
        Ok(space)
    }

    /// Allocates a child's tables. In a format without an R/W bit, the kernel then evicts pages until enough
    /// frames are free for the copies. The tables are allocated first, because a table may take the memory of
    /// a frame.
    fn prepare(
        &mut self,
        parent: Pid,
        space: &mut AddressSpace,
        pages: &mut Vec<(Vma, u64, PageLocation)>,
    ) -> Result<(), OutOfMemory> {
        for (_, vpn, _) in pages.iter() {
            self.without_observer(|kernel, watch| {
                kernel.make_tables(&mut space.tables, *vpn, watch)
            })?;
        }
        if self.shape.read_only {
            Ok(())
        } else {
            self.make_room(parent, pages)
        }
    }

    /// The pages that a child inherits, in order.
    fn pages_to_inherit(&self, parent: Pid) -> Vec<(Vma, u64, PageLocation)> {
        let Some(process) = self.process(parent) else {
            return Vec::new();
        };
        let mut all = Vec::new();
        // As on Linux (`vma_needs_copy`), pages of files and shared objects stay unmapped in the child,
        // because a fault finds them again.
        let copied = |area: &&Vma| area.anon_vma.is_some() && !area.not_copied && !area.wiped;
        for area in process.space.areas.iter().filter(copied) {
            let pages = self.pages_in(parent, self.shape.vpns(&(area.start..area.end)));
            all.extend(pages.into_iter().map(|(vpn, place)| (*area, vpn, place)));
        }
        all
    }

    /// Evicts pages until enough frames are free to copy all inherited pages.
    fn make_room(
        &mut self,
        parent: Pid,
        pages: &mut Vec<(Vma, u64, PageLocation)>,
    ) -> Result<(), OutOfMemory> {
        loop {
            let needed = pages
                .iter()
                .filter(|(_, _, place)| matches!(place, PageLocation::Frame(_)))
                .count();
            let free = self.frame_limit() - self.frames.used().min(self.frame_limit());
            if needed <= free as usize {
                return Ok(());
            }
            self.without_observer(|kernel, watch| kernel.evict(None, None, watch))?;
            *pages = self.pages_to_inherit(parent);
        }
    }

    /// Copies everything in an address space except its pages.
    fn inherit_settings(&mut self, parent: Pid, space: &mut AddressSpace) {
        let Some(from) = self.process(parent).map(|process| &process.space) else {
            return;
        };
        let work = work::AREA * from.areas.count() as u64;
        space.areas = from.areas.clone();
        (space.brk_start, space.brk) = (from.brk_start, from.brk);
        (space.labels, space.heap) = (from.labels.clone(), from.heap.clone());
        for area in from.areas.iter().filter(|area| area.not_copied) {
            space.areas.remove(area.start..area.end);
        }
        // Each area gets its own owner, even if two of the parent's areas have the same owner.
        let mut serial = self.serial;
        space.areas.update_all(|area| {
            area.locked = false;
            area.anon_vma = area.anon_vma.filter(|_| !area.wiped).map(|_| {
                serial += 1;
                AnonVma::inherited(serial)
            });
        });
        self.serial = serial;
        for area in space.areas.iter() {
            self.count_users(area.backing, 1);
        }
        self.work += work;
    }

    /// Copies a page to a child. Returns whether the page became read-only in the parent.
    fn inherit(
        &mut self,
        space: &mut AddressSpace,
        (parent, child): (Pid, Pid),
        vpn: u64,
        area: &Vma,
        place: PageLocation,
    ) -> bool {
        let own = self.shape.read_only;
        // The child's entry has A clear and copies D from the parent's entry (Linux's `__copy_present_ptes`).
        let dirty = self
            .pte(parent, vpn)
            .is_some_and(|pte| pte.flags.has(Bit::D));
        let flags = flags_of(area.prot, !own && area.prot.write).with_bit(Bit::D, dirty);
        let (mut place, mut protected) = (place, false);
        match place {
            PageLocation::Swap(slot) => self.swap.add_page(slot, child, vpn),
            PageLocation::Zero => {}
            PageLocation::Frame(frame) if own => {
                self.frames.change(frame).maybe_shared = true;
                protected = self.protect(parent, vpn);
            }
            PageLocation::Frame(frame) => {
                let Some(copy) = self
                    .frames
                    .allocate(self.frame_limit(), FrameContents::Anonymous)
                else {
                    return false;
                };
                self.machine.copy_page(self.ppn(frame), self.ppn(copy));
                place = PageLocation::Frame(copy);
                self.journal.on_step(KernelStep::Copied {
                    from: Some(frame),
                    to: copy,
                });
            }
        }
        let zero = self.zero.unwrap_or(0);
        let parts = (
            space,
            &mut self.frames,
            &mut self.machine,
            &mut self.journal,
        );
        enter_page(parts, &self.shape, (child, vpn), place, (zero, flags));
        protected
    }

    /// Makes the entry of a resident page read-only. Returns whether the entry was writable. TLB entries are
    /// not invalidated.
    fn protect(&mut self, pid: Pid, vpn: u64) -> bool {
        let Some(mut pte) = self.pte(pid, vpn).filter(|pte| pte.flags.has(Bit::Rw)) else {
            return false;
        };
        let flags = pte.flags.without(Bit::Rw);
        self.preserve_dirty(pid, vpn, (pte.flags, flags));
        pte.flags = flags;
        self.write_entry(pid, vpn, pte);
        true
    }
}
