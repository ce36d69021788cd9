//! The run of a sweep: the trace is read once, and fed to the machines of the grid.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::face::replay::feed::{feed, first_malformed};
use crate::face::replay::progress::Bar;
use pagewalk_engine::trace::counting_replay::AddressMapping;
use pagewalk_engine::trace::format::Format;
use pagewalk_engine::trace::read_ahead::ReadEnd;
use pagewalk_engine::trace::read_ahead::ReadSoFar;
use pagewalk_engine::trace::sweep::grid::Grid;
use pagewalk_engine::trace::sweep::{ReplayOptions, run};
use pagewalk_script::traces::reports::{Ended, record};
use pagewalk_script::traces::sweep_reports::Swept;

/// How a trace is swept.
pub(super) struct SweepPlan<'a> {
    /// The machine that the grid changes, as the command names it.
    pub(crate) machine: &'a str,
    /// The machines.
    pub(crate) grid: Grid,
    /// How each of them replays the trace.
    pub(crate) how: ReplayOptions,
    /// Threads that replay, at most.
    pub(crate) threads: usize,
    /// How the trace is written, if it is said.
    pub(crate) format: Option<Format>,
    /// A malformed line, or an address that the machine has not, ends it all.
    pub(crate) strict: bool,
    /// Becomes true when somebody presses Ctrl-C.
    pub(crate) interrupt: &'a AtomicBool,
}

/// What came of it: counts, unless there are none to be told; and what went wrong, if anything did.
pub(super) struct SweepOutcome {
    /// The counts.
    pub(crate) swept: Option<Swept>,
    /// What went wrong.
    pub(crate) why: Option<String>,
}

impl SweepOutcome {
    fn failed(why: String) -> Self {
        Self { swept: None, why: Some(why) }
    }
}

impl SweepPlan<'_> {
    /// Sweeps.
    pub(crate) fn sweep(self, trace: &Path) -> SweepOutcome {
        let name = trace.display().to_string();
        let specs: Vec<_> = self.grid.points.iter().map(|point| &point.spec).collect();
        let mut bar = Bar::new(&name);
        let (fed, counted) = run(&specs, self.how, self.threads, |machines| {
            feed(trace, self.format, self.interrupt, &mut |records, progress, read| {
                bar.show(progress);
                machines.send(records);
                self.refusal(read)
            })
        });
        bar.clear();
        let (read, stopped) = match fed {
            Ok(fed) => fed,
            Err(why) => return SweepOutcome::failed(why.to_string()),
        };
        if let Some(why) = self.refusal(&read) {
            return SweepOutcome::failed(format!("`{name}` is refused: {why}"));
        }
        let (ended, mut why) = match stopped {
            ReadEnd::End | ReadEnd::Enough(_) => (Ended::Whole, None),
            ReadEnd::Interrupted => (Ended::Interrupted, None),
            ReadEnd::Unreadable(why) => (Ended::Broken(why.to_string()), Some(why.to_string())),
        };
        let counted: Vec<_> =
            counted.into_iter().map(|counted| counted.map_err(|why| why.to_string())).collect();
        let outside = counted.iter().flatten().find_map(|counted| counted.references.first_outside);
        if let Some(outside) = outside.filter(|_| self.strict) {
            let told = record(outside);
            return SweepOutcome::failed(format!(
                "`{name}` is refused: {told} lies beyond the addresses of the machine"
            ));
        }
        if let Some(Err(failed)) = counted.iter().find(|counted| counted.is_err()) {
            let told = format!("a point cannot replay `{name}`: {failed}");
            if counted.iter().all(Result::is_err) {
                return SweepOutcome::failed(told);
            }
            why.get_or_insert(told);
        }
        let swept = Swept {
            trace: name,
            machine: self.machine.to_owned(),
            demand: matches!(self.how.map, AddressMapping::Demand(_)),
            straddle: self.how.straddle,
            lines: read.lines,
            malformed: read.malformed,
            ended,
            grid: self.grid,
            counted,
        };
        SweepOutcome { swept: Some(swept), why }
    }

    /// The first malformed line, where `--strict` forbids it.
    fn refusal(&self, read: &ReadSoFar) -> Option<String> {
        first_malformed(read).filter(|_| self.strict)
    }
}
