//! Pages that processes share: of files and of objects, and equal pages that the kernel merges.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};
use std::ops::Range;

use super::entries::flags_of;
use super::event::{BackingStore, FaultClass, KernelStep, Observer};
use super::fault::{FaultContext, FaultOutcome};
use super::frames::FrameContents;
use super::ids::{FrameNo, ObjectId, Pid};
use super::persistent::Map;
use super::process::PageLocation;
use super::state::{Kernel, Object, ObjectPage, OutOfMemory};
use super::vma::Backing;
use super::work;
use crate::machine::event::{AccessKind, Fault, ProtectionCause};
use crate::machine::pte::Bit;

impl Kernel {
    /// Creates a shared anonymous object of `size` bytes.
    pub(super) fn new_object(&mut self, size: u64) -> ObjectId {
        let object = ObjectId(self.objects.next);
        self.objects.next += 1;
        self.objects.all.insert(
            object,
            Object {
                size,
                users: 0,
                pages: Map::new(),
            },
        );
        object
    }

    /// Frees an unused object, including its frames and slots.
    fn drop_object(&mut self, object: ObjectId) {
        let Some(held) = self.objects.all.remove(&object) else {
            return;
        };
        for (_, page) in &held.pages {
            self.work += 1;
            if let Some(slot) = page.slot {
                self.swap.detach(slot);
            }
            if let Some(frame) = page.frame {
                self.frames.free(frame);
            }
        }
    }

    /// The location of an object's page.
    pub(super) fn object_page(&self, object: ObjectId, page: u64) -> ObjectPage {
        let held = self.objects.all.get(&object);
        held.and_then(|object| object.pages.get(&page))
            .copied()
            .unwrap_or_default()
    }

    /// Sets the location of an object's page.
    pub(super) fn set_object_page(&mut self, object: ObjectId, page: u64, at: ObjectPage) {
        if let Some(held) = self.objects.all.get_mut(&object) {
            held.pages.insert(page, at);
        }
    }

    /// Resolves a fault on a shared object's page that the process has not mapped.
    ///
    /// # Errors
    /// Fails if memory is exhausted.
    pub(super) fn resolve_object(
        &mut self,
        fault: &FaultContext,
        object: ObjectId,
        watch: Observer<'_>,
    ) -> Result<FaultOutcome, OutOfMemory> {
        let page = self.backing_page(fault);
        let pages = self
            .objects
            .all
            .get(&object)
            .map_or(0, |held| self.shape.pages_of(held.size));
        if page >= pages {
            self.map_around(fault, watch);
            return Ok(FaultOutcome::Fatal(FaultClass::Bus));
        }
        self.make_path(fault.pid, fault.vpn, watch)?;
        let (frame, outcome) = match self.object_page(object, page) {
            ObjectPage {
                frame: Some(frame), ..
            } => {
                self.report(watch, KernelStep::Shared { frame });
                (frame, FaultOutcome::minor(FaultClass::DemandZero))
            }
            ObjectPage {
                slot: Some(slot), ..
            } => {
                let frame = self.allocate_frame_for(
                    fault,
                    slot,
                    FrameContents::Object { object, page },
                    watch,
                )?;
                self.report(
                    watch,
                    KernelStep::Filled {
                        frame,
                        from: BackingStore::Swap { slot },
                    },
                );
                (
                    frame,
                    FaultOutcome::Resolved {
                        class: FaultClass::Swap,
                        major: true,
                    },
                )
            }
            ObjectPage { .. } => {
                let frame =
                    self.allocate_zeroed(fault.pid, FrameContents::Object { object, page }, watch)?;
                (frame, FaultOutcome::minor(FaultClass::DemandZero))
            }
        };
        let slot = self.frames.get(frame).slot;
        self.set_object_page(
            object,
            page,
            ObjectPage {
                frame: Some(frame),
                slot,
            },
        );
        self.map_frame(fault, frame, fault.area.prot.write, watch);
        self.map_around(fault, watch);
        Ok(outcome)
    }

    /// Maps a nearby page of an object if the page is in a frame. Returns whether the page was mapped.
    pub(super) fn map_object_around(&mut self, fault: &FaultContext, object: ObjectId) -> bool {
        let Some(frame) = self.object_page(object, self.backing_page(fault)).frame else {
            return false;
        };
        self.map_beside(fault, frame, fault.area.prot.write);
        true
    }

    /// Maps a nearby page's frame.
    pub(super) fn map_beside(&mut self, fault: &FaultContext, frame: FrameNo, writable: bool) {
        let flags = flags_of(fault.area.prot, writable);
        self.map_page(fault.pid, fault.vpn, PageLocation::Frame(frame), flags);
    }

    /// The faulting page's number in the file or object.
    pub(super) fn backing_page(&self, fault: &FaultContext) -> u64 {
        let va = fault.vpn << self.shape.page_bits;
        fault.area.offset_of(va).unwrap_or(0) >> self.shape.page_bits
    }

    /// Adds `change` to the number of users of a backing. Frees an object that has no users left.
    pub(super) fn count_users(&mut self, backing: Backing, change: i64) {
        match backing {
            Backing::Anonymous => {}
            Backing::File { file, .. } => {
                let Some(held) = self.file_mut(file) else {
                    return;
                };
                held.users = held.users.saturating_add_signed(change as i32);
                self.forget_file(file);
            }
            Backing::Object { object, .. } => {
                let Some(held) = self.objects.all.get_mut(&object) else {
                    return;
                };
                held.users = held.users.saturating_add_signed(change as i32);
                if held.users == 0 {
                    self.drop_object(object);
                }
            }
        }
    }
}

/// Frames with equal contents, lowest first, each with the mergeable pages that map it.
type EqualFrames = Vec<(FrameNo, Vec<(Pid, u64)>)>;

impl Kernel {
    /// Merges equal pages of mergeable private areas so that they share a single read-only frame, the
    /// lowest-numbered one. Returns the number of freed frames.
    pub fn ksm_scan(&mut self, watch: Observer<'_>) -> u64 {
        self.merging.scans += 1;
        if !self.shape.read_only {
            return 0;
        }
        let before = self.frames.used();
        for equals in self.equal_frames() {
            self.merge(&equals, watch);
        }
        let freed = u64::from(before - self.frames.used());
        self.merging.merged += freed;
        self.report_details(watch);
        freed
    }

    /// Copies the merged pages in a range to separate frames (`MADV_UNMERGEABLE`). Counts each copy as a
    /// minor fault. Linux makes each copy through a write fault (`break_ksm`).
    ///
    /// # Errors
    /// Fails if no frame is free for a copy.
    pub(super) fn unmerge(
        &mut self,
        pid: Pid,
        range: Range<u64>,
        watch: Observer<'_>,
    ) -> Result<(), OutOfMemory> {
        for (vpn, place) in self.pages_in(pid, self.shape.vpns(&range)) {
            self.work += 1;
            let PageLocation::Frame(frame) = place else {
                continue;
            };
            let Some(area) = self.area_at(pid, vpn << self.shape.page_bits) else {
                continue;
            };
            if self.frames.get(frame).contents == FrameContents::Merged {
                self.part(
                    &FaultContext {
                        pid,
                        vpn,
                        area,
                        write: true,
                    },
                    frame,
                    watch,
                )?;
            }
        }
        // Make the copies read-only again if their area forbids stores.
        self.reprotect(pid, range);
        Ok(())
    }

    /// Copies a merged page as a store would, even if the page's area forbids stores.
    fn part(
        &mut self,
        fault: &FaultContext,
        frame: FrameNo,
        watch: Observer<'_>,
    ) -> Result<(), OutOfMemory> {
        if let Ok(va) = self.machine.va(fault.vpn << self.shape.page_bits) {
            let why = Fault::Protection {
                why: ProtectionCause::ReadOnly,
            };
            self.report(
                watch,
                KernelStep::Fault {
                    va,
                    kind: AccessKind::Write,
                    fault: why,
                },
            );
        }
        self.report(
            watch,
            KernelStep::Area {
                start: Some(fault.area.start),
            },
        );
        self.copy_on_write(fault, Some(frame), watch)?;
        self.count_fault(fault.pid, false);
        self.report(
            watch,
            KernelStep::Resolved {
                class: FaultClass::CopyOnWrite,
                major: false,
            },
        );
        Ok(())
    }

    /// The frames that hold mergeable pages, in frame order, each with its mergeable pages.
    fn mergeable(&mut self) -> BTreeMap<FrameNo, Vec<(Pid, u64)>> {
        let mut found: BTreeMap<FrameNo, Vec<(Pid, u64)>> = BTreeMap::new();
        for process in self.processes.values() {
            let fit = |area: &&_| is_mergeable(area);
            for area in process.space.areas.iter().filter(fit) {
                let pages = process
                    .space
                    .pages
                    .range(self.shape.vpns(&(area.start..area.end)));
                for (vpn, place) in pages {
                    self.work += 1;
                    if let PageLocation::Frame(frame) = place {
                        found.entry(*frame).or_default().push((process.pid, vpn));
                    }
                }
            }
        }
        found
    }

    /// Groups of two or more frames with equal contents, in order of their lowest frame.
    fn equal_frames(&mut self) -> Vec<EqualFrames> {
        let mut alike: BTreeMap<u64, Vec<EqualFrames>> = BTreeMap::new();
        for (frame, pages) in self.mergeable() {
            self.work += work::COMPARISON;
            let bytes = self.frame_bytes(frame);
            let mut hasher = DefaultHasher::new();
            hasher.write(&bytes);
            let groups = alike.entry(hasher.finish()).or_default();
            match groups
                .iter_mut()
                .find(|group| self.frame_bytes(group[0].0) == bytes)
            {
                Some(group) => group.push((frame, pages)),
                None => groups.push(vec![(frame, pages)]),
            }
        }
        let mut groups: Vec<EqualFrames> = alike
            .into_values()
            .flatten()
            .filter(|group| group.len() > 1)
            .collect();
        groups.sort_by_key(|group| group[0].0);
        groups
    }

    /// Maps all pages of a group to the group's first frame.
    fn merge(&mut self, equals: &EqualFrames, watch: Observer<'_>) {
        let Some(((keep, _), others)) = equals.split_first() else {
            return;
        };
        self.frames.change(*keep).contents = FrameContents::Merged;
        for (pid, vpn) in self.frames.maps(*keep).collect::<Vec<_>>() {
            let Some(pte) = self.pte(pid, vpn) else {
                continue;
            };
            self.set_permissions(pid, vpn, pte.flags.without(Bit::Rw));
        }
        for (frame, pages) in others {
            for (pid, vpn) in pages {
                self.merge_page(*pid, *vpn, *keep, watch);
            }
            self.release(*frame);
        }
    }

    fn merge_page(&mut self, pid: Pid, vpn: u64, keep: FrameNo, watch: Observer<'_>) {
        let Some(area) = self.area_at(pid, vpn << self.shape.page_bits) else {
            return;
        };
        self.unmap_page(pid, vpn, None);
        self.shoot_down(pid, vpn);
        self.map_page(
            pid,
            vpn,
            PageLocation::Frame(keep),
            flags_of(area.prot, false),
        );
        self.report(watch, KernelStep::Shared { frame: keep });
        if let Some(page) = self.page_of(pid, vpn) {
            self.report(
                watch,
                KernelStep::Mapped {
                    page,
                    frame: Some(keep),
                    writable: false,
                },
            );
        }
    }
}

fn is_mergeable(area: &super::vma::Vma) -> bool {
    area.mergeable && !area.shared && area.backing == Backing::Anonymous
}
