//! Pages of shared anonymous objects.

use super::entries::flags_of;
use super::event::{Class, Step, Store, Watch};
use super::fault::{Answer, Touch};
use super::frames::Holds;
use super::ids::{FrameNo, ObjectId};
use super::object::{Object, ObjectPage};
use super::persistent::Map;
use super::process::Place;
use super::state::{Kernel, OutOfMemory};

impl Kernel {
    /// A new shared anonymous object of so many bytes.
    pub(in crate::kernel) fn new_object(&mut self, size: u64) -> ObjectId {
        let object = ObjectId(self.objects.next);
        self.objects.next += 1;
        self.objects.all.insert(object, Object { size, users: 0, pages: Map::new() });
        object
    }

    /// An object that nothing uses any more goes, with its frames and slots.
    pub(in crate::kernel) fn drop_object(&mut self, object: ObjectId) {
        let Some(held) = self.objects.all.remove(&object) else { return };
        for (_, page) in &held.pages {
            self.work += 1;
            if let Some(slot) = page.slot {
                self.swap.drop_object(slot);
            }
            if let Some(frame) = page.frame {
                self.frames.free(frame);
            }
        }
    }

    /// Where a page of an object is.
    pub(in crate::kernel) fn object_page(&self, object: ObjectId, page: u64) -> ObjectPage {
        let held = self.objects.all.get(&object);
        held.and_then(|object| object.pages.get(&page)).copied().unwrap_or_default()
    }

    /// Changes where a page of an object is.
    pub(in crate::kernel) fn place_object_page(&mut self, object: ObjectId, page: u64, at: ObjectPage) {
        if let Some(held) = self.objects.all.get_mut(&object) {
            held.pages.insert(page, at);
        }
    }

    /// A touch of a page of a shared object that the process has no entry for.
    ///
    /// # Errors
    /// If memory runs out.
    pub(in crate::kernel) fn touch_object(
        &mut self,
        touch: &Touch,
        object: ObjectId,
        watch: &mut dyn Watch,
    ) -> Result<Answer, OutOfMemory> {
        let page = self.backing_page(touch);
        let pages = self.objects.all.get(&object).map_or(0, |held| self.shape.pages_of(held.size));
        if page >= pages {
            self.map_around(touch, watch);
            return Ok(Answer::Fatal(Class::Bus));
        }
        self.make_path(touch.pid, touch.vpn, watch)?;
        let (frame, answer) = match self.object_page(object, page) {
            ObjectPage { frame: Some(frame), .. } => {
                watch.step(Step::Shared { frame });
                (frame, Answer::minor(Class::DemandZero))
            }
            ObjectPage { slot: Some(slot), .. } => {
                let frame = self.take_frame_for(touch, slot, Holds::Object { object, page }, watch)?;
                watch.step(Step::Filled { frame, from: Store::Swap { slot } });
                (frame, Answer::Resolved { class: Class::Swap, major: true })
            }
            ObjectPage { .. } => {
                let frame = self.take_zeroed(touch.pid, Holds::Object { object, page }, watch)?;
                (frame, Answer::minor(Class::DemandZero))
            }
        };
        let slot = self.frames.get(frame).slot;
        self.place_object_page(object, page, ObjectPage { frame: Some(frame), slot });
        self.map_frame(touch, frame, touch.area.prot.write, watch);
        self.map_around(touch, watch);
        Ok(answer)
    }

    /// Maps a page of an object beside the one touched, if it is in a frame.
    pub(in crate::kernel) fn map_object_around(&mut self, touch: &Touch, object: ObjectId) -> bool {
        let Some(frame) = self.object_page(object, self.backing_page(touch)).frame else { return false };
        self.map_beside(touch, frame, touch.area.prot.write);
        true
    }

    /// Maps a frame for a page beside the one touched.
    pub(in crate::kernel) fn map_beside(&mut self, touch: &Touch, frame: FrameNo, writable: bool) {
        let flags = flags_of(touch.area.prot, writable);
        self.map_page(touch.pid, touch.vpn, Place::Frame(frame), flags);
    }

    /// Which page of its file or object a touch is for.
    pub(in crate::kernel) fn backing_page(&self, touch: &Touch) -> u64 {
        let va = touch.vpn << self.shape.page_bits;
        touch.area.offset_of(va).unwrap_or(0) >> self.shape.page_bits
    }
}
