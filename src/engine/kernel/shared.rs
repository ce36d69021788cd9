//! The pages of shared anonymous objects.

use super::entries::flags_of;
use super::event::{BackingStore, FaultClass, KernelStep, Observer};
use super::fault::{FaultContext, FaultOutcome};
use super::frames::FrameContents;
use super::ids::{FrameNo, ObjectId};
use super::persistent::Map;
use super::process::PageLocation;
use super::state::{Kernel, Object, ObjectPage, OutOfMemory};
use super::vma::Backing;

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
