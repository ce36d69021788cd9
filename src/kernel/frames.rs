//! User page frames: what each holds and which pages map it (the reverse mapping).

use crate::machine::pool::Pool;
use crate::machine::sparse::Sparse;

use super::event::PageOf;
use super::ids::{FileId, FrameNo, ObjectId, Pid, SlotNo};
use super::persistent::Set;

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "each variant says what its fields are")]
pub enum Holds {
    /// Nothing: the frame is free.
    #[default]
    Nothing,
    /// A private page: demand-zero, or a copy.
    Anonymous,
    /// Equal private pages merged into one, read-only in all of them.
    Merged,
    /// A page of a file.
    File { file: FileId, page: u64 },
    /// A page of a shared anonymous object.
    Object { object: ObjectId, page: u64 },
}

/// A user page frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Frame {
    /// What it holds.
    pub holds: Holds,
    /// Page-table entries that lead to it.
    pub refs: u32,
    /// It differs from what stands in its file or slot, as far as entries that led to it said so; those that lead to it now
    /// keep their own dirty bit.
    pub dirty: bool,
    /// The swap slot that holds the same page, if it was swapped in (the swap cache).
    pub slot: Option<SlotNo>,
}

/// All user page frames.
#[derive(Debug, Clone)]
pub struct Frames {
    /// By number.
    table: Sparse<Frame>,
    /// Who maps what: frame, process, virtual page.
    mappings: Set<(u32, Pid, u64)>,
    /// Frames in use.
    used: u32,
    /// No frame below this one is free.
    lowest: u32,
    /// What goes when no frame is free.
    pub pool: Pool,
}
