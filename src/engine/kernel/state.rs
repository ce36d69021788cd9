//! The kernel as a whole: what it holds, and what can be asked of it.

use std::fmt;
use std::sync::Arc;

use crate::machine::Machine;

use super::config::KernelConfig;
use super::file::Files;
use super::frames::Frames;
use super::ids::{OpenId, Pid};
use super::object::Objects;
use super::persistent::Map;
use super::process::Process;
use super::shape::Shape;
use super::swap::Swap;
use super::tables::TableSpace;

/// Nothing is left that could be given, and nothing can be taken: what a process needed cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutOfMemory {
    /// No user frame is free, none can be dropped, and swap (if any) is full.
    Frames,
    /// Physical memory above the user frames has no room for another page table.
    Tables,
}

impl fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            OutOfMemory::Frames => "no frame is free and no page can make room",
            OutOfMemory::Tables => "physical memory has no room for another page table",
        })
    }
}

/// An open file description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenFile {
    /// The file; none is the terminal (descriptors 0, 1 and 2).
    pub file: Option<super::ids::FileId>,
    /// Where the next `read` or `write` begins.
    pub offset: u64,
    /// It may be read.
    pub read: bool,
    /// It may be written.
    pub write: bool,
    /// Every `write` goes to the end (`O_APPEND`).
    pub append: bool,
    /// Descriptors that refer to it.
    pub users: u32,
}

/// What same-page merging has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MergeCounts {
    /// Scans.
    pub scans: u64,
    /// Frames that were freed because another held the same bytes.
    pub merged: u64,
}

/// An operating system and the machine it runs on.
#[derive(Debug, Clone)]
pub struct Kernel {
    pub(in crate::kernel) machine: Machine,
    pub(in crate::kernel) config: Arc<KernelConfig>,
    /// How page tables are cut.
    pub(in crate::kernel) shape: Shape,
    pub(in crate::kernel) frames: Frames,
    pub(in crate::kernel) space: TableSpace,
    pub(in crate::kernel) files: Files,
    pub(in crate::kernel) objects: Objects,
    pub(in crate::kernel) swap: Swap,
    pub(in crate::kernel) processes: Map<Pid, Arc<Process>>,
    pub(in crate::kernel) names: Map<Arc<str>, Pid>,
    /// Processes that have not ended, or whose parent has not waited for them.
    pub(in crate::kernel) alive: u32,
    pub(in crate::kernel) opens: Map<OpenId, OpenFile>,
    /// The process that each core runs.
    pub(in crate::kernel) running: Arc<Vec<Option<Pid>>>,
    /// The physical page of zeros, once it was needed.
    pub(in crate::kernel) zero: Option<u64>,
    pub(in crate::kernel) merging: MergeCounts,
    /// Some area was locked once, so that eviction has to ask.
    pub(in crate::kernel) locks: bool,
    /// Work done so far, in pages and areas gone through: callers hold it against a budget.
    pub(in crate::kernel) work: u64,
}
