//! The memory that the state of a kernel needs.

use crate::machine::footprint::{Footprint, MemoryUse};

use super::persistent::Shared;
use super::process::Process;
use super::state::Kernel;

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
