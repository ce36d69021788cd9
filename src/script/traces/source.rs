//! Messages about traces.

use pagewalk_engine::trace::counting_replay::ReplayError;
use pagewalk_engine::trace::read_ahead::{ReadEnd, ReadSoFar};
use pagewalk_engine::trace::time_limit::Deadline;
use pagewalk_engine::trace::unreadable::Unreadable;

use super::reports::Ended;
use crate::report::narrate::thousands;
use crate::run::session::LimitNames;

/// Describes the first malformed line for `--strict`.
pub(super) fn first_malformed(read: &ReadSoFar) -> Option<String> {
    let bad = read.malformed.first.first()?;
    Some(format!(
        "line {}: {}: `{}`",
        thousands(bad.line),
        bad.why,
        bad.text
    ))
}

/// Explains why a trace is unreadable, and, on a separate line, what to do.
pub(super) fn unreadable(why: &Unreadable) -> String {
    why.advice()
        .map_or_else(|| why.to_string(), |advice| format!("{why}\n  {advice}"))
}

/// A trace whose replay or sweep ended, with the name of what ended: `replay`.
pub(super) struct Stopped<'a> {
    pub(super) what: &'static str,
    pub(super) trace: &'a str,
    /// Number of records before the end.
    pub(super) records: u64,
    /// The first malformed line, if it is an error.
    pub(super) refused: Option<String>,
    /// The end of the time, if it is limited.
    pub(super) deadline: Option<Deadline>,
}

/// How a replay or sweep ended, and the error, if any. `Err` means that there are no counts.
pub(super) type End = Result<(Ended, Option<String>), String>;

impl Stopped<'_> {
    /// Returns the end of a trace. `enough` returns the end if the replay stopped itself.
    pub(super) fn end<B>(&self, end: ReadEnd<B>, enough: impl FnOnce(B) -> End) -> End {
        match end {
            ReadEnd::Unreadable(why) if self.records == 0 => Err(unreadable(&why)),
            _ if let Some(why) = &self.refused => self.rejected(why),
            ReadEnd::End => Ok((Ended::Whole, None)),
            ReadEnd::Interrupted => Ok((Ended::Interrupted, None)),
            ReadEnd::Unreadable(why) => {
                Ok((Ended::Broken(why.to_string()), Some(unreadable(&why))))
            }
            ReadEnd::TimeOut => match self.stuck(self.time_out()) {
                Ok((_, Some(message))) if self.records == 0 => Err(message),
                end => end,
            },
            ReadEnd::Enough(why) => enough(why),
        }
    }

    pub(super) fn rejected(&self, why: &str) -> End {
        Err(format!("`{}` is rejected: {why}", self.trace))
    }

    /// Explains that the time is over.
    fn time_out(&self) -> String {
        let most = (self.deadline).map_or(0.0, |deadline| deadline.limit.most.as_secs_f64());
        format!(
            "Pagewalk stopped it after {most} seconds; raise the limit with `--max-time SECONDS`"
        )
    }

    /// Returns an end after which the counts so far are useful.
    pub(super) fn stuck(&self, why: String) -> End {
        let Self { what, trace, .. } = self;
        let message = format!("the {what} of `{trace}` cannot continue: {why}");
        Ok((Ended::Broken(why), Some(message)))
    }
}

/// Explains why a replay failed, and how to avoid the failure.
pub(super) fn reason(why: &ReplayError, raised_by: LimitNames) -> String {
    match why {
        ReplayError::TooLarge => format!("{why}; raise it with `{}`", raised_by.memory),
        _ => why.to_string(),
    }
}
