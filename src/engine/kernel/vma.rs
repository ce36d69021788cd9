//! Areas of an address space: Linux's `vm_area_struct`.

use super::ids::{FileId, ObjectId};

/// The permissions of an area, as set by `mmap` and `mprotect` (`vm_page_prot`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Prot {
    /// `PROT_READ`.
    pub read: bool,
    /// `PROT_WRITE`.
    pub write: bool,
    /// `PROT_EXEC`.
    pub exec: bool,
}

impl Prot {
    pub(crate) const RW: Self = Self { read: true, write: true, exec: false };

    /// `PROT_NONE`.
    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}

/// The backing of an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant's comment describes its fields")]
pub enum Backing {
    /// Private demand-zero pages.
    Anonymous,
    /// A file, starting at a page-aligned offset. `writable` means that the file was opened for writing, so
    /// `mprotect` may permit stores to a shared area.
    File { file: FileId, offset: u64, writable: bool },
    /// A shared anonymous object, starting at this offset.
    Object { object: ObjectId, offset: u64 },
}

/// An area: a range of pages with the same permissions, flags, and backing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each flag is a bit of Linux's vm_flags")]
pub struct Vma {
    /// The first byte (`vm_start`), a multiple of the page size.
    pub start: u64,
    /// The address after the last byte (`vm_end`), a multiple of the page size. The last page of a 64-bit
    /// address space cannot be in an area, because 2^64 does not fit in this field.
    pub end: u64,
    /// The permissions.
    pub prot: Prot,
    /// Whether the area is shared with other processes (`MAP_SHARED`) or private.
    pub shared: bool,
    /// The backing.
    pub backing: Backing,
    /// Whether page faults below the area make it grow down (`VM_GROWSDOWN`). The process's own stack also
    /// has a name, unlike areas mapped with `MAP_GROWSDOWN`.
    pub stack: bool,
    /// Whether the area is the run-time heap, which `brk` creates.
    pub heap: bool,
    /// Whether the area's pages stay in memory (`VM_LOCKED`).
    pub locked: bool,
    /// Whether equal pages may be merged (`VM_MERGEABLE`).
    pub mergeable: bool,
    /// The expected use, as passed to `madvise`.
    pub advice: Advice,
    /// `MAP_NORESERVE`. The flag's only effect is that areas with and without the flag are not merged with
    /// each other.
    pub unreserved: bool,
    /// The start of the parent's area, if that area had private pages at the `fork`. Parts of the child's
    /// area merge only with each other (Linux's `anon_vma`).
    pub inherited: Option<u64>,
    /// The name. Adjacent areas that differ only in their names are merged, except for the heap and stacks.
    pub label: Option<VmaLabel>,
}

/// The expected use of an area (`VM_RAND_READ`, `VM_SEQ_READ`). The kernel does not merge areas with
/// different uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Advice {
    /// `MADV_NORMAL`.
    #[default]
    Normal,
    /// `MADV_RANDOM`.
    Random,
    /// `MADV_SEQUENTIAL`.
    Sequential,
}

/// The number of an area name; see [`super::process::AddressSpace::labels`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct VmaLabel(pub u16);

impl Vma {
    /// Creates an area without flags.
    pub(crate) fn new(range: std::ops::Range<u64>, prot: Prot, shared: bool, backing: Backing) -> Self {
        Self {
            start: range.start,
            end: range.end,
            prot,
            shared,
            backing,
            stack: false,
            heap: false,
            locked: false,
            mergeable: false,
            advice: Advice::Normal,
            unreserved: false,
            inherited: None,
            label: None,
        }
    }

    /// The area's size in bytes.
    pub fn len(&self) -> u64 {
        self.end - self.start
    }

    /// Whether the area has no bytes, which is never true of a process's area.
    pub fn is_empty(&self) -> bool {
        self.end <= self.start
    }

    /// The part from `start` to `end`, with its offset adjusted.
    #[must_use]
    pub(crate) fn part(&self, start: u64, end: u64) -> Self {
        Self { start, end, backing: self.backing_at(start), ..*self }
    }

    /// The part within `range`, which must overlap the area.
    #[must_use]
    pub(crate) fn clip(&self, range: &std::ops::Range<u64>) -> Self {
        self.part(self.start.max(range.start), self.end.min(range.end))
    }

    /// Merges two areas if `next` follows directly and differs only in its name. The heap is not merged with
    /// a named area such as `.bss`, and the process's stack is not merged with other areas that grow down.
    #[must_use]
    pub(crate) fn joined(&self, next: &Self) -> Option<Self> {
        let follows = next.start == self.end && self.backing_at(self.end) == next.backing_at(next.start);
        let Self { start, end, backing, heap, label, .. } = *self;
        let like = Self { start, end, backing, heap, label, ..*next };
        let apart = (self.stack && label != next.label)
            || (heap && !next.heap && next.label.is_some())
            || (next.heap && !heap && label.is_some());
        let joined = Self { end: next.end, label: label.or(next.label), heap: heap || next.heap, ..*self };
        (follows && !apart && like == *self).then_some(joined)
    }

    /// The backing of the byte at address `va`, which may be the end of the area. For a private area, the
    /// result does not show whether the file was opened for writing.
    fn backing_at(&self, va: u64) -> Backing {
        let moved = va - self.start;
        match self.backing {
            Backing::Anonymous => Backing::Anonymous,
            Backing::File { file, offset, writable } => {
                Backing::File { file, offset: offset.wrapping_add(moved), writable: writable || !self.shared }
            }
            Backing::Object { object, offset } => {
                Backing::Object { object, offset: offset.wrapping_add(moved) }
            }
        }
    }

    /// The offset of `va` in the file or object, or `None` for anonymous memory.
    pub fn offset_of(&self, va: u64) -> Option<u64> {
        match self.backing {
            Backing::Anonymous => None,
            Backing::File { offset, .. } | Backing::Object { offset, .. } => Some(offset + (va - self.start)),
        }
    }

    /// The permissions as `/proc/PID/maps` prints them, such as `rw-p`.
    pub fn perms(&self) -> String {
        let flag = |on: bool, letter: char| if on { letter } else { '-' };
        let Prot { read, write, exec } = self.prot;
        let kind = if self.shared { 's' } else { 'p' };
        [flag(read, 'r'), flag(write, 'w'), flag(exec, 'x'), kind].iter().collect()
    }
}
