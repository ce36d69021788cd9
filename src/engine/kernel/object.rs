//! Anonymous objects that processes share: `MAP_SHARED | MAP_ANONYMOUS`.

use super::ids::{FrameNo, ObjectId, SlotNo};
use super::persistent::Map;

/// Where a page of an object is. A page that is in neither place was never touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ObjectPage {
    /// The frame that holds it, mapped or not.
    pub(crate) frame: Option<FrameNo>,
    pub(crate) slot: Option<SlotNo>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Object {
    /// Bytes it has: beyond them is SIGBUS.
    pub(crate) size: u64,
    /// Areas that map it; it goes with the last.
    pub(crate) users: u32,
    /// Pages that were touched.
    pub(crate) pages: Map<u64, ObjectPage>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Objects {
    pub(crate) all: Map<ObjectId, Object>,
    /// The number of the next one.
    pub(crate) next: u32,
}
