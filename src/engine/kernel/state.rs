//! The state of the kernel.

use std::fmt;
use std::sync::Arc;

use crate::machine::Machine;

use super::config::KernelConfig;
use super::file::Files;
use super::frames::Frames;
use super::ids::{OpenId, Pid};
use super::journal::Journal;
use super::object::Objects;
use super::persistent::{Map, Shared};
use super::process::Process;
use super::shape::TableShape;
use super::swap::Swap;
use super::tables::TableSpace;

/// Memory is exhausted, and no page can be evicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutOfMemory {
    /// No user frame is free, and no page can be evicted.
    Frames,
    /// No physical memory is left for another page table.
    Tables,
}

impl fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            OutOfMemory::Frames => "no frame is free and no page can be evicted",
            OutOfMemory::Tables => "physical memory has no room for another page table",
        })
    }
}

impl std::error::Error for OutOfMemory {}

/// An open file description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenFile {
    /// The file, or `None` for the terminal (descriptors 0, 1, and 2).
    pub file: Option<super::ids::FileId>,
    /// The offset for the next `read` or `write`.
    pub offset: u64,
    /// Whether the file may be read.
    pub read: bool,
    /// Whether the file may be written.
    pub write: bool,
    /// Whether every `write` appends (`O_APPEND`).
    pub append: bool,
    /// Number of descriptors that refer to the description.
    pub users: u32,
    /// A number that no other description has, not even after this one is closed.
    pub serial: u64,
}

/// The counts of same-page merging.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MergeCounts {
    /// Number of scans.
    pub scans: u64,
    /// Number of frames freed because another frame had equal contents.
    pub merged: u64,
}

/// An operating system and the machine it runs on.
#[derive(Debug, Clone)]
pub struct Kernel {
    pub(super) machine: Machine,
    pub(super) config: Arc<KernelConfig>,
    pub(super) shape: TableShape,
    pub(super) frames: Frames,
    pub(super) space: TableSpace,
    pub(super) files: Files,
    pub(super) objects: Objects,
    pub(super) swap: Swap,
    pub(super) processes: Map<Pid, Shared<Process>>,
    pub(super) names: Map<Arc<str>, Pid>,
    /// Number of running processes and zombies.
    pub(super) alive: u32,
    pub(super) opens: Map<OpenId, OpenFile>,
    /// The last serial number of an open file description or of an owner of private pages.
    pub(super) serial: u64,
    /// The process on each core.
    pub(super) running: Arc<Vec<Option<Pid>>>,
    /// The physical page of the zero frame, if the frame has been allocated.
    pub(super) zero: Option<u64>,
    pub(super) merging: MergeCounts,
    /// Whether any area has ever been locked, in which case evictions must check for locks.
    pub(super) locks: bool,
    /// The details recorded for an observer that requests them.
    pub(super) journal: Journal,
    /// The work done so far, in pages and areas. Callers limit this work.
    pub(super) work: u64,
}
