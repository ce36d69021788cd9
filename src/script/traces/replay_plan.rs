//! Replays one trace on a new machine.

use std::sync::atomic::AtomicBool;

use super::named::Named;
use super::reports::{Replayed, TraceRun, record};
use super::source::{Stopped, first_malformed, reason, unreadable};
use crate::report::narrate::thousands;
use crate::run::session::LimitNames;
use pagewalk_engine::trace::counting_replay::CountingReplay;
use pagewalk_engine::trace::counting_replay::{AddressMapping, ExtraOptions};
use pagewalk_engine::trace::format::Format;
use pagewalk_engine::trace::read_ahead::{
    ReadOptions, ReadSoFar, StopSignals, TraceOrigin, read_trace,
};
use pagewalk_engine::trace::reader::Progress;
use pagewalk_engine::trace::record::Fetches;
use pagewalk_engine::trace::record::Record;
use pagewalk_engine::trace::replay::Straddle;
use pagewalk_engine::trace::time_limit::Deadline;

/// Options of a replay.
///
/// ```
/// use std::sync::atomic::AtomicBool;
/// use pagewalk_script::api::{AddressMapping, ExtraOptions, LimitNames, Named, ReplayPlan, Straddle, TraceOrigin};
///
/// let plan = ReplayPlan {
///     machine: &Named::preset("core-i7").unwrap(),
///     map: AddressMapping::Identity,
///     straddle: Straddle::Split,
///     wanted: ExtraOptions::default(),
///     format: None,
///     strict: true,
///     raised_by: LimitNames::OPTIONS,
///     max_memory: 4 << 30,
///     deadline: None,
///     interrupt: &AtomicBool::new(false),
/// };
/// let trace = TraceOrigin::Bytes(b" L 1000,8\n L 1008,8\n S 2000,4\n".as_slice().into(), "three.trace".into());
/// let replayed = plan.replay(trace, &mut |_progress| {}).replayed.unwrap();
/// let misses = replayed.counted.caches[0].counts.misses;
/// assert_eq!((replayed.run.read.lines, misses), (3, 2));
/// ```
pub struct ReplayPlan<'a> {
    pub machine: &'a Named,
    /// The mapping of virtual addresses to physical addresses.
    pub map: AddressMapping,
    /// How references that straddle blocks or pages are handled.
    pub straddle: Straddle,
    /// Additional counts.
    pub wanted: ExtraOptions,
    /// The format of the traces, or `None` to detect it.
    pub format: Option<Format>,
    /// Whether to reject a trace with a malformed line or an address outside the machine's address space.
    pub strict: bool,
    /// The option that raises the limit of memory, as messages name it.
    pub raised_by: LimitNames,
    /// Maximum memory of a replay, in bytes, estimated from fixed sizes.
    pub max_memory: u64,
    /// The time limit, if any. All replays with this plan share the limit.
    pub deadline: Option<Deadline>,
    /// A flag that another thread sets to end the replay.
    pub interrupt: &'a AtomicBool,
}

/// The result of a trace.
pub struct ReplayOutcome {
    /// The counts, or `None` if the trace is rejected or cannot be read.
    pub replayed: Option<Replayed>,
    pub why: Option<String>,
}

/// The reason for the end of a replay.
#[derive(Debug, PartialEq)]
enum StopReason {
    /// `--strict` forbids a record.
    Refused(String),
    /// The machine cannot continue.
    Stuck(String),
}

impl ReplayPlan<'_> {
    /// Replays a trace, and reports the progress after each batch of records.
    pub fn replay(&self, trace: TraceOrigin, progress: &mut dyn FnMut(Progress)) -> ReplayOutcome {
        let (replayed, why) = match self.counted(trace, progress) {
            Ok((replayed, why)) => (Some(replayed), why),
            Err(why) => (None, Some(why)),
        };
        ReplayOutcome { replayed, why }
    }

    fn counted(
        &self,
        trace: TraceOrigin,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(Replayed, Option<String>), String> {
        let name = trace.name();
        let machine = self.machine.machine();
        let counting = CountingReplay::new(machine, self.map, self.straddle, self.wanted);
        let mut counting = counting
            .map_err(|why| format!("cannot replay on `{}`: {why}", self.machine.name))?
            .within(self.max_memory);
        // `--strict` reports the number of a record.
        let fetches = if self.strict {
            Fetches::Returned
        } else {
            counting.fetches()
        };
        let options = ReadOptions {
            format: self.format,
            fetches,
            ..ReadOptions::default()
        };
        let stop = StopSignals {
            interrupt: Some(self.interrupt),
            deadline: self.deadline,
        };
        let fed = read_trace(trace, options, stop, &mut |batch, so_far, read| {
            progress(so_far);
            counting.count_fetches(batch.fetches);
            let done = self.perform(&mut counting, &batch.records);
            done.err()
                .or_else(|| self.refusal(read).map(StopReason::Refused))
        });
        let (read, stopped) = fed.map_err(|why| unreadable(&why))?;
        let of = Stopped {
            what: "replay",
            trace: &name,
            records: counting.references().records,
            refused: self.refusal(&read),
            deadline: self.deadline,
        };
        let (ended, why) = of.end(stopped, |stop| match stop {
            StopReason::Refused(why) => of.rejected(&why),
            StopReason::Stuck(why) => of.stuck(why),
        })?;
        let counted = counting.counts();
        let run = TraceRun {
            trace: name,
            machine: self.machine.name.clone(),
            demand: counted.paging.is_some(),
            straddle: self.straddle,
            read,
            ended,
        };
        Ok((Replayed { run, counted }, why))
    }

    /// Performs records. With `--strict`, a record outside the address space is an error.
    fn perform(&self, counting: &mut CountingReplay, records: &[Record]) -> Result<(), StopReason> {
        let before = counting.references().records;
        counting
            .perform(records)
            .map_err(|why| StopReason::Stuck(reason(&why, self.raised_by)))?;
        let Some(outside) = counting.references().first_outside.filter(|_| self.strict) else {
            return Ok(());
        };
        let at = records
            .iter()
            .position(|record| *record == outside)
            .unwrap_or_default() as u64;
        let number = thousands(before + at + 1);
        Err(StopReason::Refused(format!(
            "record {number}, {}, is outside the machine's address space",
            record(outside)
        )))
    }

    /// Returns the first malformed line if `--strict` forbids it.
    fn refusal(&self, read: &ReadSoFar) -> Option<String> {
        first_malformed(read).filter(|_| self.strict)
    }
}
