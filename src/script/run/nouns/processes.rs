//! Implements `show processes`: one row per process.

use crate::run::record::{CellView, TableId, TableView, View};
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::process::{Process, ProcessState};

use super::geometry::size;

/// Returns every process, including ended processes, in order of creation.
pub(crate) fn views(kernel: &Kernel) -> Vec<View> {
    let names = [
        "pid", "name", "parent", "state", "status", "areas", "vsize", "rss", "minor", "major",
    ];
    let table = TableView {
        id: TableId::Processes,
        title: "processes".to_owned(),
        groups: vec![names.map(String::from).to_vec()],
        rows: kernel
            .processes()
            .map(|process| row(kernel, process))
            .collect(),
    };
    vec![View::Table(table)]
}

fn row(kernel: &Kernel, process: &Process) -> Vec<CellView> {
    let bytes = |n: u64| CellView::Text(size(n.into()));
    let parent = process.parent.and_then(|pid| kernel.process(pid));
    let status = match process.state {
        ProcessState::Running => CellView::Nothing,
        ProcessState::Zombie { status } | ProcessState::Ended { status } => {
            CellView::Number(u64::from(status))
        }
    };
    vec![
        CellView::Number(u64::from(process.pid.0)),
        CellView::Text(process.name.to_string()),
        parent.map_or(CellView::Nothing, |parent| {
            CellView::Text(parent.name.to_string())
        }),
        CellView::Text(process.state.name().to_owned()),
        status,
        CellView::Number(process.space.areas.count() as u64),
        bytes(process.space.areas.size()),
        bytes(process.space.resident << kernel.machine().spec().page_bits()),
        CellView::Number(process.faults.minor),
        CellView::Number(process.faults.major),
    ]
}
