//! One trace, replayed on a machine of its own.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::feed::{feed, first_malformed, trace_name};
use super::machine::Named;
use super::progress::Bar;
use pagewalk_engine::trace::counting_replay::CountingReplay;
use pagewalk_engine::trace::counting_replay::{AddressMapping, ExtraOptions};
use pagewalk_engine::trace::format::Format;
use pagewalk_engine::trace::read_ahead::ReadEnd;
use pagewalk_engine::trace::read_ahead::ReadSoFar;
use pagewalk_engine::trace::record::Record;
use pagewalk_engine::trace::replay::Straddle;
use pagewalk_script::report::narrate::thousands;
use pagewalk_script::traces::reports::{Ended, Replayed, record};

/// How traces are replayed.
pub(crate) struct ReplayPlan<'a> {
    /// On what.
    pub(crate) machine: &'a Named,
    /// How addresses become physical ones.
    pub(crate) map: AddressMapping,
    /// What becomes of references that straddle blocks or pages.
    pub(crate) straddle: Straddle,
    /// What is counted besides.
    pub(crate) wanted: ExtraOptions,
    /// How the traces are written, if it is said.
    pub(crate) format: Option<Format>,
    /// A malformed line, or an address that the machine has not, ends it all.
    pub(crate) strict: bool,
    /// Becomes true when somebody presses Ctrl-C.
    pub(crate) interrupt: &'a AtomicBool,
}

/// What came of a trace: counts, unless there are none to be told; and what went wrong, if anything did.
pub(crate) struct ReplayOutcome {
    /// The counts.
    pub(crate) replayed: Option<Replayed>,
    /// What went wrong.
    pub(crate) why: Option<String>,
}

/// Why no more records are taken.
#[derive(Debug, PartialEq)]
enum StopReason {
    /// `--strict` forbids what there is.
    Refused(String),
    /// The machine cannot go on.
    Stuck(String),
}

impl ReplayOutcome {
    fn failed(why: String) -> Self {
        Self { replayed: None, why: Some(why) }
    }
}

impl ReplayPlan<'_> {
    /// Replays a trace.
    pub(crate) fn replay(&self, path: &Path) -> ReplayOutcome {
        let name = trace_name(path);
        let machine = self.machine.machine();
        let mut counting = match CountingReplay::new(machine, self.map, self.straddle, self.wanted) {
            Ok(counting) => counting,
            Err(why) => {
                return ReplayOutcome::failed(format!("cannot replay on `{}`: {why}", self.machine.name));
            }
        };
        let mut bar = Bar::new(&name);
        let fed = feed(path, self.format, self.interrupt, &mut |records, progress, read| {
            bar.show(progress);
            let done = self.perform(&mut counting, records);
            done.err().or_else(|| self.refusal(read).map(StopReason::Refused))
        });
        bar.clear();
        match fed {
            Ok((read, stopped)) => self.outcome(name, read, stopped, &counting),
            Err(why) => ReplayOutcome::failed(why.to_string()),
        }
    }

    /// What is told of a trace that was read, and how that ended.
    fn outcome(
        &self,
        name: String,
        read: ReadSoFar,
        stopped: ReadEnd<StopReason>,
        counting: &CountingReplay,
    ) -> ReplayOutcome {
        let refused = |why: &str| ReplayOutcome::failed(format!("`{name}` is refused: {why}"));
        if let Some(why) = self.refusal(&read) {
            return refused(&why);
        }
        let (ended, why) = match stopped {
            ReadEnd::End => (Ended::Whole, None),
            ReadEnd::Interrupted => (Ended::Interrupted, None),
            ReadEnd::Unreadable(why) if counting.references().records == 0 => {
                return ReplayOutcome::failed(why.to_string());
            }
            ReadEnd::Unreadable(why) => (Ended::Broken(why.to_string()), Some(why.to_string())),
            ReadEnd::Enough(StopReason::Refused(why)) => return refused(&why),
            ReadEnd::Enough(StopReason::Stuck(why)) => {
                (Ended::Broken(why.clone()), Some(format!("`{name}` cannot be replayed on: {why}")))
            }
        };
        let replayed = Replayed {
            trace: name,
            machine: self.machine.name.clone(),
            straddle: self.straddle,
            lines: read.lines,
            malformed: read.malformed,
            ended,
            counted: counting.counts(),
        };
        ReplayOutcome { replayed: Some(replayed), why }
    }

    /// Performs records; with `--strict` none may lie outside.
    fn perform(&self, counting: &mut CountingReplay, records: &[Record]) -> Result<(), StopReason> {
        let before = counting.references().records;
        counting.perform(records).map_err(|why| StopReason::Stuck(why.to_string()))?;
        let Some(outside) = counting.references().first_outside.filter(|_| self.strict) else {
            return Ok(());
        };
        let at = records.iter().position(|record| *record == outside).unwrap_or_default() as u64;
        let number = thousands(before + at + 1);
        Err(StopReason::Refused(format!(
            "record {number}, {}, lies beyond the addresses of the machine",
            record(outside)
        )))
    }

    /// The first malformed line, where `--strict` forbids it.
    fn refusal(&self, read: &ReadSoFar) -> Option<String> {
        first_malformed(read).filter(|_| self.strict)
    }
}
