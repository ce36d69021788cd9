//! A sweep reads each trace once for all machines of a grid.

use std::sync::atomic::AtomicBool;

use super::reports::{TraceRun, record};
use super::source::{Stopped, first_malformed, reason, unreadable};
use super::sweep_reports::Swept;
use crate::run::session::LimitNames;
use pagewalk_engine::trace::counting_replay::AddressMapping;
use pagewalk_engine::trace::format::Format;
use pagewalk_engine::trace::read_ahead::{
    ReadOptions, ReadSoFar, StopSignals, TraceOrigin, read_trace,
};
use pagewalk_engine::trace::reader::Progress;
use pagewalk_engine::trace::sweep::grid::Grid;
use pagewalk_engine::trace::sweep::{ReplayOptions, run};
use pagewalk_engine::trace::time_limit::Deadline;

/// Options of a sweep.
pub struct SweepPlan<'a> {
    /// The name of the machine that the grid modifies.
    pub machine: &'a str,
    pub how: ReplayOptions,
    /// The maximum number of threads. If it is 1, the same thread reads the trace and performs the records.
    pub threads: usize,
    /// The format of the trace, or `None` to detect it.
    pub format: Option<Format>,
    /// Whether to reject a trace with a malformed line or an address outside the machine's address space.
    pub strict: bool,
    /// The option that raises the limit of memory, as messages name it.
    pub raised_by: LimitNames,
    /// The time limit, if any. All sweeps with this plan share the limit.
    pub deadline: Option<Deadline>,
    /// A flag that another thread sets to end the sweep.
    pub interrupt: &'a AtomicBool,
}

/// The result of a sweep.
pub struct SweepOutcome {
    /// The counts, or `None` if the trace is rejected or cannot be read.
    pub swept: Option<Swept>,
    pub why: Option<String>,
}

impl SweepPlan<'_> {
    /// Replays a trace on all machines of a grid, and reports the progress after each batch of records.
    pub fn sweep(
        &self,
        grid: Grid,
        trace: TraceOrigin,
        progress: &mut dyn FnMut(Progress),
    ) -> SweepOutcome {
        let (swept, why) = match self.counted(grid, trace, progress) {
            Ok((swept, why)) => (Some(swept), why),
            Err(why) => (None, Some(why)),
        };
        SweepOutcome { swept, why }
    }

    fn counted(
        &self,
        grid: Grid,
        trace: TraceOrigin,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(Swept, Option<String>), String> {
        let name = trace.name();
        let mut records = 0;
        let (fed, counted) = run(&grid, self.how, self.threads, |machines| {
            let (format, ahead) = (self.format, self.threads > 1);
            let options = ReadOptions {
                format,
                ahead,
                ..ReadOptions::default()
            };
            let stop = StopSignals {
                interrupt: Some(self.interrupt),
                deadline: self.deadline,
            };
            read_trace(trace, options, stop, &mut |batch, so_far, read| {
                progress(so_far);
                records += batch.len();
                machines.send(&batch.records);
                self.refusal(read)
            })
        });
        let (read, stopped) = fed.map_err(|why| unreadable(&why))?;
        let of = Stopped {
            what: "sweep",
            trace: &name,
            records,
            refused: self.refusal(&read),
            deadline: self.deadline,
        };
        let (ended, mut why) = of.end(stopped, |why| of.rejected(&why))?;
        let counted: Vec<_> = counted
            .into_iter()
            .map(|counted| counted.map_err(|why| reason(&why, self.raised_by)))
            .collect();
        let outside = counted
            .iter()
            .flatten()
            .find_map(|counted| counted.references.first_outside);
        if let Some(outside) = outside.filter(|_| self.strict) {
            let message = record(outside);
            return Err(format!(
                "`{name}` is rejected: {message} is outside the machine's address space"
            ));
        }
        if let Some(Err(failed)) = counted.iter().find(|counted| counted.is_err()) {
            let message = format!("a grid point cannot replay `{name}`: {failed}");
            if counted.iter().all(Result::is_err) {
                return Err(message);
            }
            why.get_or_insert(message);
        }
        let run = TraceRun {
            trace: name,
            machine: self.machine.to_owned(),
            demand: matches!(self.how.map, AddressMapping::Demand(_)),
            straddle: self.how.straddle,
            read,
            ended,
        };
        Ok((Swept { run, grid, counted }, why))
    }

    /// Returns the first malformed line if `--strict` forbids it.
    fn refusal(&self, read: &ReadSoFar) -> Option<String> {
        first_malformed(read).filter(|_| self.strict)
    }
}
