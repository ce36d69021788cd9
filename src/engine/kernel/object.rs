//! Anonymous objects that processes share: `MAP_SHARED | MAP_ANONYMOUS`.

use super::ids::{FrameNo, ObjectId, SlotNo};
use super::persistent::Map;

/// Where a page of an object is. A page that is in neither place was never touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ObjectPage {
    /// The frame that holds it, mapped or not.
    pub frame: Option<FrameNo>,
    /// Its swap slot.
    pub slot: Option<SlotNo>,
}

/// A shared anonymous object.
#[derive(Debug, Clone, Default)]
pub struct Object {
    /// Bytes it has: beyond them is SIGBUS.
    pub size: u64,
    /// Areas that map it; it goes with the last.
    pub users: u32,
    /// Pages that were touched.
    pub pages: Map<u64, ObjectPage>,
}

/// All objects.
#[derive(Debug, Clone, Default)]
pub struct Objects {
    /// By number.
    pub all: Map<ObjectId, Object>,
    /// The number of the next one.
    pub next: u32,
}
