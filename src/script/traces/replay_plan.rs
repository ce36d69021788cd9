//! Replays one trace on a new machine.

use std::sync::atomic::AtomicBool;

use super::named::Named;
use super::reports::{Ended, Replayed, TraceRun, record};
use super::source::{TimeLimit, first_malformed, reason, unreadable};
use crate::report::narrate::thousands;
use crate::run::session::LimitNames;
use pagewalk_engine::trace::counting_replay::CountingReplay;
use pagewalk_engine::trace::counting_replay::{AddressMapping, ExtraOptions};
use pagewalk_engine::trace::format::Format;
use pagewalk_engine::trace::read_ahead::{
    ReadEnd, ReadOptions, ReadSoFar, StopSignals, TraceOrigin, read_trace,
};
use pagewalk_engine::trace::reader::Progress;
use pagewalk_engine::trace::record::Fetches;
use pagewalk_engine::trace::record::Record;
use pagewalk_engine::trace::replay::Straddle;

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
///     max_time: None,
///     interrupt: &AtomicBool::new(false),
/// };
/// let trace = TraceOrigin::Bytes(b" L 1000,8\n L 1008,8\n S 2000,4\n".as_slice().into(), "three.trace".into());
/// let replayed = plan.replay(trace, &mut |_progress| {}).replayed.unwrap();
/// let misses = replayed.counted.caches[0].counts.misses;
/// assert_eq!((replayed.run.lines, misses), (3, 2));
/// ```
pub struct ReplayPlan<'a> {
    /// The machine.
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
    pub max_time: Option<TimeLimit>,
    /// A flag that another thread sets to end the replay.
    pub interrupt: &'a AtomicBool,
}

/// The result of a trace.
pub struct ReplayOutcome {
    /// The counts, or `None` if the trace is rejected or cannot be read.
    pub replayed: Option<Replayed>,
    /// The error, if any.
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

impl ReplayOutcome {
    fn failed(why: String) -> Self {
        Self {
            replayed: None,
            why: Some(why),
        }
    }
}

impl ReplayPlan<'_> {
    /// Replays a trace, and reports the progress after each batch of records.
    pub fn replay(&self, trace: TraceOrigin, progress: &mut dyn FnMut(Progress)) -> ReplayOutcome {
        let name = trace.name();
        let machine = self.machine.machine();
        let mut counting = match CountingReplay::new(machine, self.map, self.straddle, self.wanted)
        {
            Ok(counting) => counting.within(self.max_memory),
            Err(why) => {
                return ReplayOutcome::failed(format!(
                    "cannot replay on `{}`: {why}",
                    self.machine.name
                ));
            }
        };
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
            deadline: self.max_time.map(|limit| limit.deadline),
        };
        let fed = read_trace(trace, options, stop, &mut |batch, so_far, read| {
            progress(so_far);
            counting.count_fetches(batch.fetches);
            let done = self.perform(&mut counting, &batch.records);
            done.err()
                .or_else(|| self.refusal(read).map(StopReason::Refused))
        });
        match fed {
            Ok((read, stopped)) => self.outcome(name, read, stopped, &counting),
            Err(why) => ReplayOutcome::failed(unreadable(&why)),
        }
    }

    /// Returns the result of a trace after the replay ended.
    fn outcome(
        &self,
        name: String,
        read: ReadSoFar,
        stopped: ReadEnd<StopReason>,
        counting: &CountingReplay,
    ) -> ReplayOutcome {
        let refused = |why: &str| ReplayOutcome::failed(format!("`{name}` is rejected: {why}"));
        let (ended, why) = match stopped {
            ReadEnd::Unreadable(why) if counting.references().records == 0 => {
                return ReplayOutcome::failed(unreadable(&why));
            }
            _ if let Some(why) = self.refusal(&read) => return refused(&why),
            ReadEnd::End => (Ended::Whole, None),
            ReadEnd::Interrupted => (Ended::Interrupted, None),
            ReadEnd::Unreadable(why) => (Ended::Broken(why.to_string()), Some(unreadable(&why))),
            ReadEnd::TimeOut => {
                let why = TimeLimit::message(self.max_time);
                let message = format!("the replay of `{name}` cannot continue: {why}");
                if counting.references().records == 0 {
                    return ReplayOutcome::failed(message);
                }
                (Ended::Broken(why), Some(message))
            }
            ReadEnd::Enough(StopReason::Refused(why)) => return refused(&why),
            ReadEnd::Enough(StopReason::Stuck(why)) => (
                Ended::Broken(why.clone()),
                Some(format!("the replay of `{name}` cannot continue: {why}")),
            ),
        };
        let counted = counting.counts();
        let run = TraceRun {
            trace: name,
            machine: self.machine.name.clone(),
            demand: counted.paging.is_some(),
            straddle: self.straddle,
            lines: read.lines,
            malformed: read.malformed,
            format: read.format,
            ended,
        };
        let replayed = Replayed { run, counted };
        ReplayOutcome {
            replayed: Some(replayed),
            why,
        }
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
