//! The swap file: slots of a page each.

use std::rc::Rc;

use super::ids::{FrameNo, Pid, SlotNo};
use super::persistent::{Map, Set};

/// A slot in use.
#[derive(Debug, Clone)]
pub struct Slot {
    /// The page's bytes.
    pub bytes: Rc<[u8]>,
    /// The frame that holds the same page (the swap cache).
    pub frame: Option<FrameNo>,
    /// It belongs to a page of a shared object.
    pub object: bool,
}

/// The swap file.
#[derive(Debug, Clone)]
pub struct Swap {
    /// Slots there are.
    pub slots: u32,
    /// Those in use.
    pub used: Map<SlotNo, Slot>,
    /// Which pages of processes are there: slot, process, virtual page.
    pub pages: Set<(SlotNo, Pid, u64)>,
}
