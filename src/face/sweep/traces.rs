//! A sweep of one or more traces.

use pagewalk_engine::files::shown;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use super::output::warn;
use crate::face::replay::addresses::refused;
use crate::face::replay::progress::Bar;
use crate::face::terminal::Status;
use pagewalk_engine::trace::read_ahead::TraceOrigin;
use pagewalk_engine::trace::sweep::grid::Grid;
use pagewalk_script::traces::parts::{Part, PartError, PartitionedSweep, TraceFile};
use pagewalk_script::traces::sweep_reports::Swept;
use pagewalk_script::traces::{SweepOutcome, SweepPlan};

/// Replays every trace on all machines. Returns the results of the readable traces.
pub(super) fn sweep_all(plan: &SweepPlan, files: &[&PathBuf], grid: &Grid) -> (Vec<Swept>, Status) {
    let (mut all, mut status) = (Vec::new(), Status::Held);
    for file in files {
        let SweepOutcome { swept, why } = sweep(plan, file, grid.clone());
        if let Some(why) = why {
            status = refused(&why);
        }
        all.extend(swept);
        if plan.interrupt.load(Ordering::Relaxed) {
            // The interrupt may have come after the end of this trace, but before the next one.
            return (all, Status::Interrupted);
        }
    }
    (all, status)
}

/// Replays the traces on the machines of a part, and writes the results to a folder.
pub(super) fn write_part(
    plan: SweepPlan,
    files: &[&PathBuf],
    grid: &Grid,
    notation: &str,
    part: Part,
    folder: &Path,
) -> Status {
    let trace = |path: &&PathBuf| TraceFile {
        name: shown(path),
        path: (*path).clone(),
    };
    let traces: Vec<TraceFile> = files.iter().map(trace).collect();
    let parts = PartitionedSweep {
        plan,
        grid,
        notation,
        traces: &traces,
    };
    match parts.write(part, folder, &mut |trace, grid| {
        sweep(&parts.plan, &trace.path, grid)
    }) {
        Ok(part) => {
            warn(&part.swept);
            Status::Held
        }
        Err(PartError::Interrupted) => Status::Interrupted,
        Err(why) => refused(&why.to_string()),
    }
}

/// Replays a trace, and shows the progress.
fn sweep(plan: &SweepPlan, file: &Path, grid: Grid) -> SweepOutcome {
    let mut bar = Bar::new(&shown(file));
    let outcome = plan.sweep(grid, TraceOrigin::File(file.to_owned()), &mut |progress| {
        bar.show(progress);
    });
    bar.clear();
    outcome
}
