//! Estimates of the memory of records, in bytes. The sizes are fixed, so that they are equal on every platform.

use super::{Access, CallRecord, Did, FaultRecord, ReferenceRun, Results, StepRecord, View};
use crate::run::steps::Looked;

/// A record and its result, without the parts below.
const RECORD: u64 = 512;
/// An access or a system call, without its events and steps.
const OPERATION: u64 = 512;
/// An event of the hardware, or a step of the kernel.
const EVENT: u64 = 64;
/// A set that an access looked up, without its lines, or one of its lines.
const SET_LINE: u64 = 96;
const AREA: u64 = 96;
/// A byte of an access, which may be unknown.
const DATA_BYTE: u64 = 2;
/// A checked fact, without its values.
const CHECK: u64 = 384;
/// A view of a `show`, without its cells.
const VIEW: u64 = 1024;
/// A cell of a table, or an entry of a page table.
const CELL: u64 = 64;
/// The counts and first records of a replay.
const REPLAY: u64 = 8192;
/// A state of the exploration of a program.
const EXPLORED: u64 = 512;
/// A reference of a reference string.
const REFERENCE: u64 = 16;

impl StepRecord {
    /// Estimates the memory of the record, in bytes.
    pub(crate) fn footprint(&self) -> u64 {
        let calls: u64 = self.calls.iter().map(|call| call.footprint()).sum();
        let checks = self.checks.iter().map(|check| {
            let actual = check
                .actual
                .as_ref()
                .map_or(0, |actual| actual.value.footprint());
            CHECK + check.expected.value.footprint() + actual
        });
        RECORD + self.did.footprint() + calls + checks.sum::<u64>()
    }
}

impl Did {
    fn footprint(&self) -> u64 {
        match self {
            Self::Access(access) => access.footprint(),
            Self::Reference(run) => run.footprint(),
            Self::Replay(_) => REPLAY,
            Self::Program(run) => match &run.results {
                Results::Outputs(outputs, _) => outputs.explored() as u64 * EXPLORED,
                Results::Process(run) => run.output.len() as u64,
            },
            Self::Call(call) => call.footprint(),
            Self::Bound { value, call, .. } => {
                value.footprint() + call.as_ref().map_or(0, |call| call.footprint())
            }
            Self::Shown(views) => views.iter().map(View::footprint).sum(),
            Self::Action(action) => events(action.steps.len()),
            Self::Machine(_) | Self::Declared(_) | Self::Scenario(_) | Self::Quiet | Self::Core => {
                0
            }
        }
    }
}

impl Access {
    fn footprint(&self) -> u64 {
        let block = self.block.as_ref().map_or(0, |block| block.bytes.len());
        let data = (self.data.len() + block) as u64 * DATA_BYTE;
        OPERATION + data + events(self.events.len()) + sets(&self.looked) + faults(self.faults())
    }
}

impl CallRecord {
    fn footprint(&self) -> u64 {
        let args: usize = self.args.iter().map(|arg| arg.written.len()).sum();
        let areas = (self.effect.gone.len() + self.effect.come.len()) as u64 * AREA;
        let text = (args + self.effect.output.len()) as u64;
        OPERATION + text + areas + faults(&self.faults) + events(self.steps.len())
    }
}

impl ReferenceRun {
    fn footprint(&self) -> u64 {
        let length = self.setup.pages.len() as u64;
        // A row of the step table has a cell for each frame.
        let cells = if self.has_steps() {
            u64::from(self.setup.frames).min(length)
        } else {
            0
        };
        OPERATION + length * (REFERENCE + cells * REFERENCE)
    }
}

impl View {
    /// The number of cells of a table, of areas of a layout, or of entries of page tables. Returns 0 for other views.
    pub(crate) fn cells(&self) -> u64 {
        match self {
            Self::Tree(tree) => tree.root.size(),
            Self::Table(table) | Self::Maps { table, .. } => {
                table.rows.iter().map(Vec::len).sum::<usize>() as u64
            }
            _ => 0,
        }
    }

    fn footprint(&self) -> u64 {
        let inner = match self {
            Self::Value { value, .. } => value.value.footprint(),
            Self::Steps(access, _) => access.footprint(),
            Self::Layout(layout) => layout.areas.len() as u64 * AREA,
            _ => self.cells() * CELL,
        };
        VIEW + inner
    }
}

fn events(count: usize) -> u64 {
    count as u64 * EVENT
}

fn sets(looked: &[Looked]) -> u64 {
    let lines = looked.iter().map(|set| set.lines.len());
    (looked.len() + lines.sum::<usize>()) as u64 * SET_LINE
}

fn faults(faults: &[FaultRecord]) -> u64 {
    let bytes = |fault: &FaultRecord| {
        OPERATION + events(fault.events.len() + fault.steps.len()) + sets(&fault.looked)
    };
    faults.iter().map(bytes).sum()
}
