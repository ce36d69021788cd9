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
    pub(crate) const RW: Self = Self {
        read: true,
        write: true,
        exec: false,
    };

    /// `PROT_NONE`.
    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}

/// The backing of an area.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Backing {
    /// Private demand-zero pages.
    #[default]
    Anonymous,
    /// A file, starting at a page-aligned offset. `writable` means that the file was opened for writing, so
    /// `mprotect` may permit stores to a shared area. `opened` is the serial number of the `open` call, or 0
    /// for areas that the kernel itself maps. Linux merges two areas of a file only if both were mapped with
    /// descriptors from the same `open` call (`vm_file`).
    File {
        file: FileId,
        offset: u64,
        writable: bool,
        opened: u64,
    },
    /// A shared anonymous object, starting at this offset.
    Object { object: ObjectId, offset: u64 },
}

/// An area: a range of pages with the same permissions, flags, and backing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each flag is a bit of Linux's vm_flags"
)]
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
    /// Whether a child of `fork` has no copy of the area (`VM_DONTCOPY`).
    pub not_copied: bool,
    /// Whether a child of `fork` has the area with zeros in place of its bytes (`VM_WIPEONFORK`).
    pub wiped: bool,
    /// Whether a core dump leaves the area out (`VM_DONTDUMP`). Pagewalk writes no core dumps.
    pub not_dumped: bool,
    /// Whether `madvise` permitted huge pages (`VM_HUGEPAGE`, true) or forbade them (`VM_NOHUGEPAGE`,
    /// false). Pagewalk has no huge pages for processes.
    pub huge: Option<bool>,
    /// `MAP_NORESERVE`. The flag's only effect is that areas with and without the flag are not merged with
    /// each other.
    pub unreserved: bool,
    /// Whether the kernel counts the area as memory that it may have to provide (`VM_ACCOUNT`). The flag's
    /// only effect is that areas with and without the flag are not merged with each other.
    pub accounted: bool,
    /// The common owner of the area's private pages, or `None` if the area never had any.
    pub anon_vma: Option<AnonVma>,
    /// How far `mremap` has moved a private anonymous area since its first private page, modulo 2^64. Linux
    /// keeps the same fact as `vm_pgoff`, the page number of the address at which the area would be if it had
    /// never moved. Only areas with equal values can merge, because Linux finds the address of a page from the
    /// page's number and the area's `vm_pgoff`.
    pub moved: u64,
    /// The name. Adjacent areas that differ only in their names are merged, except for the heap and stacks.
    pub label: Option<VmaLabel>,
}

/// The owner of private pages (Linux's `anon_vma`), through which Linux finds all the areas that may map a
/// page. Areas with different owners are never merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnonVma {
    /// A number that no other owner has.
    serial: u64,
    /// Whether `fork` created the owner. The area then also depends on the owner of the parent's area, because
    /// both processes may still share pages (`anon_vma_chain` has several entries). Linux does not extend this
    /// dependence to memory that was mapped after the `fork`, so the area does not merge with areas that have
    /// no owner yet, and its neighbors do not adopt its owner.
    inherited: bool,
}

impl AnonVma {
    /// An owner for the first private page of an area.
    pub(crate) fn new(serial: u64) -> Self {
        Self {
            serial,
            inherited: false,
        }
    }

    /// An owner for a child's copy of an area that has an owner.
    pub(crate) fn inherited(serial: u64) -> Self {
        Self {
            serial,
            inherited: true,
        }
    }

    /// Whether other areas may adopt this owner.
    pub(crate) fn is_adoptable(&self) -> bool {
        !self.inherited
    }
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

/// A kind of area other than private anonymous memory, for which faults and `fork` have rules of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mapping {
    /// A private area of a file.
    PrivateFile,
    /// A shared area of a file.
    SharedFile,
    /// Shared anonymous memory.
    SharedMemory,
}

impl Vma {
    /// The kind of the area, or `None` for private anonymous memory.
    pub fn mapping(&self) -> Option<Mapping> {
        match (self.backing, self.shared) {
            (Backing::Anonymous, _) => None,
            (Backing::File { .. }, false) => Some(Mapping::PrivateFile),
            (Backing::File { .. }, true) => Some(Mapping::SharedFile),
            (Backing::Object { .. }, _) => Some(Mapping::SharedMemory),
        }
    }

    /// Creates an area without flags.
    pub(crate) fn new(
        range: std::ops::Range<u64>,
        prot: Prot,
        shared: bool,
        backing: Backing,
    ) -> Self {
        Self {
            start: range.start,
            end: range.end,
            prot,
            shared,
            backing,
            accounted: prot.write && !shared,
            ..Self::default()
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
        Self {
            start,
            end,
            backing: self.backing_at(start),
            ..*self
        }
    }

    /// The part within `range`, which must overlap the area.
    #[must_use]
    pub(crate) fn clip(&self, range: &std::ops::Range<u64>) -> Self {
        self.part(self.start.max(range.start), self.end.min(range.end))
    }

    /// Changes the permissions as `mprotect` does. A private area that becomes writable is counted as memory to
    /// provide, and stays counted once it has private pages. Without a change, nothing happens.
    pub(crate) fn protect(&mut self, prot: Prot) {
        if prot == self.prot {
            return;
        }
        if prot.write {
            self.accounted |= !self.prot.write && !self.shared && !self.unreserved;
        } else if self.backing == Backing::Anonymous && self.anon_vma.is_none() {
            self.accounted = false;
        }
        self.prot = prot;
    }

    /// The area without the facts that no process can see, and that only decide which areas merge.
    #[must_use]
    pub fn visible(&self) -> Self {
        let backing = match self.backing {
            Backing::File {
                file,
                offset,
                writable,
                ..
            } => Backing::File {
                file,
                offset,
                writable,
                opened: 0,
            },
            other => other,
        };
        Self {
            backing,
            accounted: false,
            anon_vma: None,
            moved: 0,
            ..*self
        }
    }

    /// Whether `next` follows directly and differs only in its name and owner. The heap does not continue in a
    /// named area such as `.bss`, and the process's stack does not continue in other areas that grow down.
    /// See `docs/decisions/areas.md`.
    pub(crate) fn continues_in(&self, next: &Self) -> bool {
        let follows =
            next.start == self.end && self.backing_at(self.end) == next.backing_at(next.start);
        let Self {
            start,
            end,
            backing,
            heap,
            label,
            anon_vma,
            ..
        } = *self;
        let like = Self {
            start,
            end,
            backing,
            heap,
            anon_vma,
            label,
            ..*next
        };
        let apart = (self.stack && label != next.label)
            || (heap && !next.heap && next.label.is_some())
            || (next.heap && !heap && label.is_some());
        follows && !apart && like == *self
    }

    /// Whether `next` would continue this area if it had the same permissions.
    pub(crate) fn continues_with_other_permissions_in(&self, next: &Self) -> bool {
        self.continues_in(&Self {
            prot: self.prot,
            ..*next
        })
    }

    /// This area and the area that continues it, as one area.
    #[must_use]
    pub(crate) fn joined(&self, next: &Self) -> Self {
        let (label, heap) = (self.label.or(next.label), self.heap || next.heap);
        Self {
            end: next.end,
            label,
            heap,
            anon_vma: self.anon_vma.or(next.anon_vma),
            ..*self
        }
    }

    /// The backing of the byte at address `va`, which may be the end of the area. For a private area, the
    /// result does not show whether the file was opened for writing.
    fn backing_at(&self, va: u64) -> Backing {
        let moved = va - self.start;
        match self.backing {
            Backing::Anonymous => Backing::Anonymous,
            Backing::File {
                file,
                offset,
                writable,
                opened,
            } => {
                let (offset, writable) = (offset.wrapping_add(moved), writable || !self.shared);
                Backing::File {
                    file,
                    offset,
                    writable,
                    opened,
                }
            }
            Backing::Object { object, offset } => Backing::Object {
                object,
                offset: offset.wrapping_add(moved),
            },
        }
    }

    /// The offset of `va` in the file or object, or `None` for anonymous memory.
    pub fn offset_of(&self, va: u64) -> Option<u64> {
        match self.backing {
            Backing::Anonymous => None,
            Backing::File { offset, .. } | Backing::Object { offset, .. } => {
                Some(offset + (va - self.start))
            }
        }
    }

    /// The permissions as `/proc/PID/maps` prints them, such as `rw-p`.
    pub fn perms(&self) -> String {
        let flag = |on: bool, letter: char| if on { letter } else { '-' };
        let Prot { read, write, exec } = self.prot;
        let kind = if self.shared { 's' } else { 'p' };
        [flag(read, 'r'), flag(write, 'w'), flag(exec, 'x'), kind]
            .iter()
            .collect()
    }
}
