//! The state of the kernel.

use std::fmt;
use std::sync::Arc;

use super::config::KernelConfig;
use super::event::{KernelObserver, KernelStep, Observer};
use super::file::Files;
use super::frames::Frames;
use super::ids::{FrameNo, ObjectId, OpenId, Pid, SlotNo};
use super::persistent::{Map, Shared};
use super::process::Process;
use super::swap::Swap;
use super::tables::{TableShape, TableSpace};
use crate::machine::Machine;
use crate::machine::event::{Event, MachineObserver};
use crate::machine::footprint::{Footprint, MemoryUse};

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

/// The location of an object's page. A page without a frame or a slot has never been touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ObjectPage {
    /// The frame that holds the page, whether mapped or not.
    pub(crate) frame: Option<FrameNo>,
    pub(crate) slot: Option<SlotNo>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Object {
    /// Size in bytes. An access past the end of the object raises SIGBUS.
    pub(crate) size: u64,
    /// Number of areas that map the object. Removing the last area frees the object.
    pub(crate) users: u32,
    /// The pages that have been touched.
    pub(crate) pages: Map<u64, ObjectPage>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Objects {
    pub(crate) all: Map<ObjectId, Object>,
    /// The number of the next object.
    pub(crate) next: u32,
}

#[derive(Debug, Clone, Copy)]
enum MicroStep {
    Event(Event),
    Step(KernelStep),
}

/// The saved details, in order. `None` means that recording is off.
#[derive(Debug, Clone, Default)]
pub(super) struct Journal(Option<Vec<MicroStep>>);

impl Journal {
    pub(crate) fn new(records: bool) -> Self {
        Self(records.then(Vec::new))
    }

    pub(crate) fn records(&self) -> bool {
        self.0.is_some()
    }

    fn push(&mut self, step: MicroStep) {
        if let Some(steps) = &mut self.0 {
            steps.push(step);
        }
    }

    /// Reports all saved details to an observer.
    fn drain_into(&mut self, watch: Observer<'_>) {
        for step in self.0.iter_mut().flat_map(|steps| steps.drain(..)) {
            match step {
                MicroStep::Event(event) => watch.on_event(event),
                MicroStep::Step(step) => watch.on_step(step),
            }
        }
    }
}

impl MachineObserver for Journal {
    fn on_event(&mut self, event: Event) {
        self.push(MicroStep::Event(event));
    }
}

impl KernelObserver for Journal {
    fn on_step(&mut self, step: KernelStep) {
        self.push(MicroStep::Step(step));
    }
}

impl Kernel {
    /// Turns details on or off. Details are off by default and cost nothing while they are off. Details are
    /// [`KernelStep::EntryWritten`], [`KernelStep::DiskRead`], [`KernelStep::DiskWritten`],
    /// [`Event::TlbInvalidated`](crate::machine::event::Event::TlbInvalidated), and the steps of a `fork`.
    ///
    /// An observer receives details in order with the other steps. A function without an observer, such as
    /// [`Kernel::switch_to`], saves the details. The next function with an observer, or
    /// [`Kernel::report_details`], reports the saved details.
    pub fn record_details(&mut self, on: bool) {
        self.journal = Journal::new(on);
    }

    /// Reports the saved details.
    #[inline]
    pub fn report_details(&mut self, watch: Observer<'_>) {
        if self.journal.records() {
            self.journal.drain_into(watch);
        }
    }

    /// Reports a step after the saved details.
    pub(super) fn report(&mut self, watch: Observer<'_>, step: KernelStep) {
        self.report_details(watch);
        watch.on_step(step);
    }

    /// Runs a function that needs an observer and records its steps as details.
    pub(super) fn without_observer<T>(
        &mut self,
        act: impl FnOnce(&mut Self, Observer<'_>) -> T,
    ) -> T {
        let mut steps = Journal::new(self.journal.records());
        self.journal.drain_into(&mut steps);
        let done = act(self, &mut steps);
        self.journal.drain_into(&mut steps);
        self.journal = steps;
        done
    }
}

/// The bytes of an element of an ordered map or set, in addition to the element's own data.
const NODE: u64 = 32;
/// The bytes of a process without its tables.
const PROCESS: u64 = 1024;
/// The bytes of an area.
const AREA: u64 = 128;

impl Kernel {
    /// Estimates the memory that the states of the machine and of the kernel need.
    pub fn footprint(&self) -> Footprint {
        let mut footprint = self.machine.footprint();
        footprint.add(MemoryUse::Frames, self.frames.host_bytes());
        footprint.add(
            MemoryUse::Processes,
            self.processes.values().map(process_bytes).sum(),
        );
        let page = self.shape.page() + NODE;
        let files = self.files.all.values().map(|file| {
            let marks = file.turned.len() + file.mapped.len();
            file.written.len() as u64 * page + marks as u64 * NODE
        });
        let objects = self
            .objects
            .all
            .values()
            .map(|object| object.pages.len() as u64 * NODE);
        footprint.add(MemoryUse::Files, files.sum::<u64>() + objects.sum::<u64>());
        footprint.add(MemoryUse::Swap, self.swap.host_bytes());
        footprint
    }
}

fn process_bytes(process: &Shared<Process>) -> u64 {
    let space = &process.space;
    let small = space.heap.blocks.len() + process.descriptors.len();
    PROCESS
        + space.areas.count() as u64 * AREA
        + space.tables.host_bytes()
        + space.pages.host_bytes(16)
        + small as u64 * NODE
        + process.stdout.len() as u64
}
