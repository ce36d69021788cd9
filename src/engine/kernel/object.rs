//! Anonymous objects that processes share with `MAP_SHARED | MAP_ANONYMOUS`.

use super::ids::{FrameNo, ObjectId, SlotNo};
use super::persistent::Map;

/// The location of a page of an object. A page without a frame and a slot was never touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ObjectPage {
    /// The frame that holds it, mapped or not.
    pub(crate) frame: Option<FrameNo>,
    pub(crate) slot: Option<SlotNo>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Object {
    /// Size in bytes. An access beyond it raises SIGBUS.
    pub(crate) size: u64,
    /// Number of areas that map it. It is freed with the last area.
    pub(crate) users: u32,
    /// The pages that were touched.
    pub(crate) pages: Map<u64, ObjectPage>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Objects {
    pub(crate) all: Map<ObjectId, Object>,
    /// The number of the next object.
    pub(crate) next: u32,
}
