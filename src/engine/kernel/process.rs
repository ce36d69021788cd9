//! A process: Linux's `task_struct` and `mm_struct`, as far as memory and files go.

use std::sync::Arc;

use super::heap::Heap;
use super::ids::{FrameNo, OpenId, Pid, SlotNo};
use super::output::Output;
use super::persistent::{Map, Set};
use super::tables::TableMap;
use super::vma_map::VmaMap;

/// Where a page of a process is; one without an entry was never touched, or belongs to a shared object or file whose page
/// is not mapped here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageLocation {
    /// In a user frame, by a present page-table entry.
    Frame(FrameNo),
    /// The shared zero frame.
    Zero,
    /// In swap.
    Swap(SlotNo),
}

/// Linux's `mm_struct`.
#[derive(Debug, Clone)]
pub struct AddressSpace {
    /// The areas (`mmap`, a list in the lecture).
    pub areas: VmaMap,
    /// The page tables; level 1 is `pgd`. They stand in the machine's memory, and this says where.
    pub tables: TableMap,
    /// Where the pages are: what the entries say, kept so that they can be gone through in order.
    pub pages: Map<u64, PageLocation>,
    /// Pages in user frames (`rss`).
    pub resident: u64,
    /// Where the heap begins.
    pub brk_start: u64,
    /// The break: the byte after the heap's last.
    pub brk: u64,
    /// Names that a script gave to areas.
    pub labels: Arc<Vec<Arc<str>>>,
    /// Blocks of `malloc`.
    pub heap: Heap,
}

/// An open file: what a descriptor refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Descriptor {
    /// The open file description, shared after `fork`.
    pub(crate) open: OpenId,
    /// It is closed by `execve` (`O_CLOEXEC`).
    pub(crate) close_on_exec: bool,
}

/// What became of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant says what its fields are")]
pub enum ProcessState {
    /// It runs.
    Running,
    /// It ended, and its parent has not waited for it: status as `wait` reports it.
    Zombie { status: u32 },
    /// It ended, and its parent knows.
    Ended { status: u32 },
}

impl ProcessState {
    /// Its word in scripts.
    pub const fn name(self) -> &'static str {
        match self {
            ProcessState::Running => "running",
            ProcessState::Zombie { .. } => "zombie",
            ProcessState::Ended { .. } => "ended",
        }
    }
}

/// Page faults that were resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FaultCounts {
    /// Without reading from a disk.
    pub minor: u64,
    /// With.
    pub major: u64,
}

/// Linux's `task_struct`.
#[derive(Debug, Clone)]
pub struct Process {
    /// Its number.
    pub pid: Pid,
    /// Its name in the script.
    pub name: Arc<str>,
    /// Who forked it, while that one runs.
    pub parent: Option<Pid>,
    /// Those that it forked, running or not waited for.
    pub(crate) children: Set<Pid>,
    /// What became of it.
    pub state: ProcessState,
    /// Its address space; empty once it ended.
    pub space: AddressSpace,
    /// Its open files, by descriptor.
    pub(crate) descriptors: Map<u32, Descriptor>,
    /// What it wrote to standard output and standard error.
    pub stdout: Output,
    /// Page faults that were resolved.
    pub faults: FaultCounts,
    /// The program counter: the entry after `execve`, then where it last fetched from.
    pub pc: Option<u64>,
}
