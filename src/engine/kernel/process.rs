//! Processes: the parts of Linux's `task_struct` and `mm_struct` that concern memory and files.

use std::sync::Arc;

use super::heap::Heap;
use super::ids::{FrameNo, OpenId, Pid, SlotNo};
use super::labels::Labels;
use super::output::Output;
use super::persistent::{Map, Set, Table};
use super::tables::TableMap;
use super::vma_map::VmaMap;

/// The location of a process's page. A page without a location has never been touched or is an unmapped page
/// of a shared object or file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageLocation {
    /// The page is in a user frame, and its page-table entry is present.
    Frame(FrameNo),
    /// The shared zero frame.
    Zero,
    /// In swap.
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
}

/// The state of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant's comment describes its fields")]
pub enum ProcessState {
    /// The process is running.
    Running,
    /// The process has ended, but its parent has not waited for it. `wait` returns `status`.
    Zombie { status: u32 },
    /// The process has ended, and its parent has waited for it.
    Ended { status: u32 },
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
    /// The number.
    pub pid: Pid,
    /// The process's name in the script.
    pub name: Arc<str>,
    /// The parent process, if the parent is still running.
    pub parent: Option<Pid>,
    /// The children that are running or that the process has not waited for.
    pub(crate) children: Set<Pid>,
    /// The state.
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
