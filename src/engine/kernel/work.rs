//! The work of operations that take longer than a page does. A unit is the work of finding or changing one page, about half a
//! microsecond on a computer of 2025. See [`Kernel::take_work`](super::state::Kernel::take_work).

/// A system call, in addition to its pages and areas.
pub(crate) const CALL: u64 = 8;

/// Handling a page fault, in addition to the page.
pub(crate) const FAULT: u64 = 12;

/// Mapping a neighboring page of a fault, in addition to the page.
pub(crate) const NEIGHBOR: u64 = 4;

/// Choosing and evicting a victim, in addition to the pages that its frame contains.
pub(crate) const EVICTION: u64 = 8;

/// Adding, removing, or copying an area.
pub(crate) const AREA: u64 = 4;

/// Comparing the contents of a frame with those of other frames.
pub(crate) const COMPARISON: u64 = 8;

/// Searching a page table without pages.
pub(crate) const TABLE: u64 = 4;

/// Number of empty entries of a table that take as long as a page.
pub(crate) const EMPTY_ENTRIES: u64 = 128;
