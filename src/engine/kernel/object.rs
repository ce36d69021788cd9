//! Anonymous objects that processes share with `MAP_SHARED | MAP_ANONYMOUS`.

use super::ids::{FrameNo, ObjectId, SlotNo};
use super::persistent::Map;

/// The location of an object's page. A page without a frame or a slot has never been touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ObjectPage {
    /// The frame that holds the page, whether mapped or not.
    pub(crate) frame: Option<FrameNo>,
    pub(crate) slot: Option<SlotNo>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Object {
    /// Size in bytes. An access past the end of the object raises SIGBUS.
    pub(crate) size: u64,
    /// Number of areas that map the object. Removing the last area frees the object.
    pub(crate) users: u32,
    /// The pages that have been touched.
    pub(crate) pages: Map<u64, ObjectPage>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Objects {
    pub(crate) all: Map<ObjectId, Object>,
    /// The number of the next object.
    pub(crate) next: u32,
}
