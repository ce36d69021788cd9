//! Processes: the parts of Linux's `task_struct` and `mm_struct` that concern memory and files.

use std::ops::Range;
use std::sync::Arc;

use super::heap::Heap;
use super::ids::{FrameNo, OpenId, Pid, SlotNo};
use super::persistent::{Map, Set, Table};
use super::tables::TableMap;
use super::vma::VmaLabel;
use super::vma_map::VmaMap;

/// The location of a process's page. A page without a location has never been touched or is an unmapped page
/// of a shared object or file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageLocation {
    /// The page is in a user frame, and its page-table entry is present.
    Frame(FrameNo),
    /// The shared zero frame.
    Zero,
    Swap(SlotNo),
}

/// Linux's `mm_struct`.
#[derive(Debug, Clone)]
pub struct AddressSpace {
    /// The areas (textbooks call this list `mmap`).
    pub areas: VmaMap,
    /// The page tables and their locations in the machine's memory. Level 1 is `pgd`.
    pub tables: TableMap,
    /// The location of each page, in page order. The locations always agree with the page-table entries.
    pub pages: Table<PageLocation>,
    /// Number of pages in user frames (`rss`).
    pub resident: u64,
    /// The start of the heap.
    pub brk_start: u64,
    /// The program break: the address after the end of the heap.
    pub brk: u64,
    /// The names of areas.
    pub labels: Labels,
    /// The blocks of `malloc`.
    pub heap: Heap,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Descriptor {
    /// The open file description, which processes share after a `fork`.
    pub(crate) open: OpenId,
    /// Whether `execve` closes the descriptor (`O_CLOEXEC`).
    pub(crate) close_on_exec: bool,
    /// Whether the descriptor is standard error or a copy of it, whose open file description is also that of standard output.
    pub(crate) is_error: bool,
}

/// The state of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProcessState {
    Running,
    /// The process has ended, but its parent has not waited for it. `wait` returns `status`.
    Zombie {
        status: u32,
    },
    /// The process has ended, and its parent has waited for it.
    Ended {
        status: u32,
    },
}

impl ProcessState {
    /// The name in scripts.
    pub const fn name(self) -> &'static str {
        match self {
            ProcessState::Running => "running",
            ProcessState::Zombie { .. } => "zombie",
            ProcessState::Ended { .. } => "ended",
        }
    }
}

/// Counts of resolved page faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FaultCounts {
    /// Faults without a disk read.
    pub minor: u64,
    /// Faults with a disk read.
    pub major: u64,
}

/// Linux's `task_struct`.
#[derive(Debug, Clone)]
pub struct Process {
    pub pid: Pid,
    /// The process's name in the script.
    pub name: Arc<str>,
    /// The parent process, if the parent is still running.
    pub parent: Option<Pid>,
    /// The children that are running or that the process has not waited for.
    pub(crate) children: Set<Pid>,
    pub state: ProcessState,
    /// The address space, which is empty after the process has ended.
    pub space: AddressSpace,
    /// The open files, by descriptor.
    pub(crate) descriptors: Map<u32, Descriptor>,
    /// The process's standard output and standard error.
    pub stdout: Output,
    /// Counts of resolved page faults.
    pub faults: FaultCounts,
    /// Number of the process's evicted pages that were written to disk.
    pub written: u64,
    /// The program counter: the entry point after `execve`, then the address of the last fetch.
    pub pc: Option<u64>,
    /// The stack pointer after `execve`, which does not copy `argv` and `envp`: the end of the empty stack.
    /// Accesses do not change it, because they do not run the program.
    pub rsp: Option<u64>,
}

impl Process {
    /// The stack pointer, or `None` if the process has no stack. Before `execve`, the stack is the highest area that grows
    /// down, and it is empty.
    pub fn stack_pointer(&self) -> Option<u64> {
        let stack = || self.space.areas.iter().rfind(|area| area.stack);
        self.rsp.or_else(|| Some(stack()?.end))
    }
}

/// Size of a chunk in bytes.
const PIECE: usize = 4096;

/// An append-only sequence of bytes.
#[derive(Debug, Clone, Default)]
pub struct Output {
    /// Full chunks, by number.
    full: Map<usize, Arc<[u8]>>,
    /// The bytes after the last full chunk, always less than one chunk.
    last: Arc<Vec<u8>>,
}

impl Output {
    /// Number of bytes.
    pub fn len(&self) -> usize {
        self.full.len() * PIECE + self.last.len()
    }

    /// Whether the output is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes in a range. Positions past the end are ignored.
    pub fn bytes(&self, range: Range<usize>) -> Vec<u8> {
        let end = range.end.min(self.len());
        let mut bytes = Vec::with_capacity(end.saturating_sub(range.start));
        let mut at = range.start;
        while at < end {
            let (piece, from) = (at / PIECE, at % PIECE);
            let to = (from + (end - at)).min(PIECE);
            let held = self.full.get(&piece).map_or(&self.last[..], |piece| piece);
            bytes.extend(&held[from..to]);
            at += to - from;
        }
        bytes
    }

    /// All bytes.
    pub fn to_vec(&self) -> Vec<u8> {
        self.bytes(0..usize::MAX)
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let last = Arc::make_mut(&mut self.last);
            let (now, later) = rest.split_at(rest.len().min(PIECE - last.len()));
            last.extend(now);
            rest = later;
            if last.len() == PIECE {
                let piece = std::mem::take(last).into();
                self.full.insert(self.full.len(), piece);
            }
        }
    }
}

/// Unique names, numbered in order of first use.
#[derive(Debug, Clone, Default)]
pub struct Labels {
    names: Map<u16, Arc<str>>,
    numbers: Map<Arc<str>, u16>,
}

impl Labels {
    /// The name with this number.
    pub fn name(&self, label: VmaLabel) -> Option<&Arc<str>> {
        self.names.get(&label.0)
    }

    /// Returns the number of a name, and adds the name if it is new. Returns `None` if there are too many
    /// names.
    pub(crate) fn number(&mut self, name: &Arc<str>) -> Option<VmaLabel> {
        if let Some(number) = self.numbers.get(name) {
            return Some(VmaLabel(*number));
        }
        let number = u16::try_from(self.names.len()).ok()?;
        self.names.insert(number, Arc::clone(name));
        self.numbers.insert(Arc::clone(name), number);
        Some(VmaLabel(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decompression_works_for_every_split() {
        let (mut output, mut plain) = (Output::default(), Vec::new());
        for size in [0, 1, 4094, 1, 1, 4096, 3, 9000, 5] {
            let bytes: Vec<u8> = (0..size).map(|n: usize| (n * 7 + size) as u8).collect();
            let before = output.clone();
            output.push(&bytes);
            assert_eq!(before.to_vec(), plain, "a copy does not change");
            plain.extend(&bytes);
            assert_eq!(
                (output.len(), output.to_vec()),
                (plain.len(), plain.clone())
            );
            assert_eq!(output.bytes(before.len()..usize::MAX), bytes);
        }
        assert_eq!(output.bytes(4000..9000), plain[4000..9000]);
        assert_eq!(output.bytes(plain.len() + 1..usize::MAX), Vec::<u8>::new());
    }
}
