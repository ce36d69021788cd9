//! User page frames: their contents, and the pages that map them (the reverse mapping).

#[cfg(test)]
mod tests;

use super::ids::{FileId, FrameNo, ObjectId, Pid, SlotNo};
use super::persistent::{Set, Table};
use crate::machine::number_set::NumberSet;
use crate::machine::policy::Policy;
use crate::machine::pool::Pool;
use crate::machine::sparse::Sparse;

/// The contents of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FrameContents {
    #[default]
    Free,
    /// A private page.
    Anonymous,
    /// Equal private pages that were merged into one read-only page.
    Merged,
    /// A page of a file.
    File { file: FileId, page: u64 },
    /// A page of a shared anonymous object.
    Object { object: ObjectId, page: u64 },
}

impl FrameContents {
    /// Returns the word in tables and snapshots.
    pub fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Anonymous => "anonymous",
            Self::Merged => "merged",
            Self::File { .. } => "file",
            Self::Object { .. } => "shared",
        }
    }
}

/// A user page frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Frame {
    pub contents: FrameContents,
    /// Number of page-table entries that map the frame.
    pub refs: u32,
    /// Whether the page is known to differ from its file or slot. The D bits of the entries that currently
    /// map the frame may show further stores.
    pub(crate) dirty: bool,
    /// Whether a `fork` may have shared the frame, so that only a fault makes it writable again. In Linux,
    /// the page of such a frame does not have the flag `PageAnonExclusive`.
    pub(crate) maybe_shared: bool,
    /// The swap slot that holds the same page, if the page was swapped in (the swap cache).
    pub(crate) slot: Option<SlotNo>,
}

/// All user page frames. Pages in the page cache need a frame only while they are mapped, so that `frames N`
/// is the number of frames of a textbook exercise.
#[derive(Debug, Clone)]
pub struct Frames {
    table: Sparse<Frame>,
    /// The pages that map each frame.
    mappings: ReverseMap,
    numbers: NumberAllocator,
    /// One more than the highest frame that has ever been in use.
    high_watermark: u32,
    /// The frame that the latest fault filled. The retried access to this frame is not counted as a second
    /// use.
    pub(super) just_filled: Option<FrameNo>,
    /// The state of the replacement policy.
    pub(crate) pool: Pool,
}

impl Frames {
    /// Creates up to `limit` frames, all free. `policy` must support frames.
    pub(super) fn new(policy: Policy, limit: u32) -> Self {
        Self {
            table: Sparse::new(limit, 1, Frame::default()),
            mappings: ReverseMap::new(limit),
            numbers: NumberAllocator::new(limit),
            high_watermark: 0,
            just_filled: None,
            pool: Pool::new(policy, limit),
        }
    }

    /// The memory that the frames need without their contents, in bytes.
    pub(super) fn host_bytes(&self) -> u64 {
        self.table.host_bytes(48) + self.mappings.host_bytes() + 8 * u64::from(self.high_watermark)
    }

    /// The state of a frame.
    pub fn get(&self, frame: FrameNo) -> Frame {
        self.table
            .row(frame.0.into())
            .and_then(|row| row.first())
            .copied()
            .unwrap_or_default()
    }

    /// Number of frames in use.
    pub fn used(&self) -> u32 {
        self.numbers.used()
    }

    /// One more than the number of the highest frame in use. Page tables are located above all frames in use.
    pub(crate) fn end(&self) -> u32 {
        self.numbers.end()
    }

    /// One more than the highest frame that has ever been in use. Physical pages from this number upward have
    /// never been user frames.
    pub(super) fn high_watermark(&self) -> u32 {
        self.high_watermark
    }

    /// The frames in use, in order.
    pub fn iter(&self) -> impl Iterator<Item = (FrameNo, Frame)> + '_ {
        let rows = self
            .table
            .rows()
            .filter_map(|(n, row)| Some((FrameNo(n as u32), *row.first()?)));
        rows.filter(|(_, frame)| frame.contents != FrameContents::Free)
    }

    /// The pages that map a frame, ordered by process and virtual page number.
    pub fn maps(&self, frame: FrameNo) -> impl Iterator<Item = (Pid, u64)> + '_ {
        self.mappings.pages(frame.0)
    }

    /// The first page in [`Frames::maps`] that belongs to a process.
    pub(crate) fn mapped_by(&self, frame: FrameNo, pid: Pid) -> Option<u64> {
        self.mappings.page_of(frame.0, pid)
    }

    /// Allocates the lowest free frame below `limit` for a new page.
    pub(super) fn allocate(&mut self, limit: u32, contents: FrameContents) -> Option<FrameNo> {
        let number = self.numbers.allocate(limit)?;
        self.high_watermark = self.high_watermark.max(number + 1);
        self.pool.fill(number);
        *self.change(FrameNo(number)) = Frame {
            contents,
            ..Frame::default()
        };
        Some(FrameNo(number))
    }

    pub(super) fn free(&mut self, frame: FrameNo) {
        *self.change(frame) = Frame::default();
        self.pool.forget(frame.0);
        self.numbers.free(frame.0);
    }

    /// Returns a mutable frame below the limit.
    pub(super) fn change(&mut self, frame: FrameNo) -> &mut Frame {
        &mut self.table.row_mut(frame.0.into())[0]
    }

    /// Adds a mapping of a frame.
    pub(super) fn map(&mut self, frame: FrameNo, pid: Pid, vpn: u64) {
        self.mappings.insert(frame.0, pid, vpn);
        self.change(frame).refs += 1;
    }

    /// Removes a mapping of a frame. `dirty` is true if a store used the mapping.
    pub(super) fn unmap(&mut self, frame: FrameNo, pid: Pid, vpn: u64, dirty: bool) {
        self.mappings.remove(frame.0, pid, vpn);
        let frame = self.change(frame);
        frame.refs -= 1;
        frame.dirty |= dirty;
    }
}

/// Numbers from 0 upward, each allocated or free.
#[derive(Debug, Clone)]
pub(crate) struct NumberAllocator {
    /// One more than the highest allocated number.
    next: u32,
    /// The free numbers below `next`.
    free: NumberSet,
}

impl NumberAllocator {
    /// Creates an allocator of numbers below `most`, all free.
    pub(crate) fn new(most: u32) -> Self {
        Self {
            next: 0,
            free: NumberSet::new(most),
        }
    }

    pub(crate) fn used(&self) -> u32 {
        self.next - self.free.len()
    }

    /// One more than the highest allocated number, or 0 if all are free.
    pub(crate) fn end(&self) -> u32 {
        self.next
    }

    /// Allocates the lowest free number below `limit`, which is at most the allocator's own limit.
    pub(crate) fn allocate(&mut self, limit: u32) -> Option<u32> {
        if let Some(lowest) = self.free.first() {
            return (lowest < limit).then(|| {
                self.free.remove(lowest);
                lowest
            });
        }
        (self.next < limit).then(|| {
            self.next += 1;
            self.next - 1
        })
    }

    pub(crate) fn free(&mut self, number: u32) {
        self.free.insert(number);
        while let Some(last) = self.next.checked_sub(1)
            && self.free.remove(last)
        {
            self.next = last;
        }
    }
}

/// A process, and the number of one of its virtual pages.
type Page = (Pid, u64);

/// The pages of processes that use each frame or swap slot, ordered by process and virtual page number.
#[derive(Debug, Clone)]
pub(super) struct ReverseMap {
    /// The first page of each number.
    first: Table<Page>,
    /// The other pages, each with its number. Nearly all frames and slots have one page, so this B-tree is
    /// nearly always empty.
    others: Set<(u32, Pid, u64)>,
}

impl ReverseMap {
    /// Creates a map without pages for the numbers below `limit`.
    pub(super) fn new(limit: u32) -> Self {
        Self {
            first: Table::new(limit),
            others: Set::new(),
        }
    }

    /// The memory that the map needs, in bytes.
    pub(super) fn host_bytes(&self) -> u64 {
        self.first.host_bytes(24) + self.others.len() as u64 * 32
    }

    /// The pages of a number, in order.
    pub(super) fn pages(&self, number: u32) -> impl Iterator<Item = Page> + '_ {
        let others = (!self.others.is_empty()).then(|| {
            self.others
                .range((number, Pid(0), 0)..=(number, Pid(u32::MAX), u64::MAX))
        });
        let others = others
            .into_iter()
            .flatten()
            .map(|&(_, pid, vpn)| (pid, vpn));
        self.first
            .get(number.into())
            .copied()
            .into_iter()
            .chain(others)
    }

    /// Whether a number has pages.
    pub(super) fn has_pages(&self, number: u32) -> bool {
        self.first.get(number.into()).is_some()
    }

    /// The first page of a number that belongs to a process.
    pub(super) fn page_of(&self, number: u32, pid: Pid) -> Option<u64> {
        let (owner, vpn) = *self.first.get(number.into())?;
        if owner >= pid || self.others.is_empty() {
            return (owner == pid).then_some(vpn);
        }
        let (at, owner, vpn) = *self.others.get_next(&(number, pid, 0))?;
        (at == number && owner == pid).then_some(vpn)
    }

    /// Adds a page to a number.
    pub(super) fn insert(&mut self, number: u32, pid: Pid, vpn: u64) {
        let first = self
            .first
            .place_mut(number.into())
            .get_or_insert((pid, vpn));
        let other = (*first).max((pid, vpn));
        *first = (*first).min((pid, vpn));
        if *first != other {
            self.others.insert((number, other.0, other.1));
        }
    }

    /// Removes a page from a number.
    pub(super) fn remove(&mut self, number: u32, pid: Pid, vpn: u64) {
        if self.first.get(number.into()) != Some(&(pid, vpn)) {
            self.others.remove(&(number, pid, vpn));
            return;
        }
        let next = self.pages(number).nth(1);
        match next {
            Some(next) => {
                self.others.remove(&(number, next.0, next.1));
                self.first.insert(number.into(), next);
            }
            None => drop(self.first.remove(number.into())),
        }
    }
}
