//! Implements `show processes`: one row per process.

use crate::run::table::{Cell, Rows, TableId};
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::process::{Process, ProcessState};

use super::geometry::size;

/// Returns every process, including ended processes, in order of creation.
pub(crate) fn table(kernel: &Kernel) -> Rows {
    let names = [
        "pid", "name", "parent", "state", "status", "areas", "vsize", "rss", "minor", "major",
    ];
    Rows {
        id: TableId::Processes,
        title: "processes".to_owned(),
        groups: vec![names.map(String::from).to_vec()],
        rows: kernel
            .processes()
            .map(|process| row(kernel, process))
            .collect(),
        marks: None,
    }
}

fn row(kernel: &Kernel, process: &Process) -> Vec<Cell> {
    let bytes = |n: u64| Cell::Text(size(n.into()));
    let parent = process.parent.and_then(|pid| kernel.process(pid));
    let status = match process.state {
        ProcessState::Running => Cell::Nothing,
        ProcessState::Zombie { status } | ProcessState::Ended { status } => {
            Cell::Number(u64::from(status))
        }
    };
    vec![
        Cell::Number(u64::from(process.pid.0)),
        Cell::Text(process.name.to_string()),
        parent.map_or(Cell::Nothing, |parent| Cell::Text(parent.name.to_string())),
        Cell::Text(process.state.name().to_owned()),
        status,
        Cell::Number(process.space.areas.count() as u64),
        bytes(process.space.areas.size()),
        bytes(process.space.resident << kernel.machine().spec().page_bits()),
        Cell::Number(process.faults.minor),
        Cell::Number(process.faults.major),
    ]
}
