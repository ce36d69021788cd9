//! Messages about traces, and the time limit of replays.

use std::time::{Duration, Instant};

use pagewalk_engine::trace::counting_replay::ReplayError;
use pagewalk_engine::trace::format::{Choice, ChosenFormat, Format};
use pagewalk_engine::trace::read_ahead::ReadSoFar;
use pagewalk_engine::trace::unreadable::Unreadable;

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

/// Describes the format in which a trace was read: `format din, guessed from the first lines`.
pub fn format_read(chosen: ChosenFormat) -> String {
    let how = match (chosen.choice, chosen.format) {
        (Choice::Named, _) => "as requested",
        (Choice::Extension, _) => "from the file name",
        (Choice::FirstLines, Format::Din | Format::Gap) => {
            "guessed from the first lines: addresses are hexadecimal"
        }
        (Choice::FirstLines, _) => "guessed from the first lines",
    };
    format!("format {}, {how}", chosen.format.name())
}

/// The time limit of replays.
#[derive(Debug, Clone, Copy)]
pub struct TimeLimit {
    most: Duration,
    /// The time at which the replays end.
    pub deadline: Instant,
}

impl TimeLimit {
    /// A limit that begins now, or `None` if the limit is too long to matter.
    pub fn from_now(most: Duration) -> Option<Self> {
        Instant::now()
            .checked_add(most)
            .map(|deadline| Self { most, deadline })
    }

    /// Explains that the time is over.
    pub fn message(limit: Option<Self>) -> String {
        let seconds = limit.map_or(0.0, |limit| limit.most.as_secs_f64());
        format!(
            "Pagewalk stopped it after {seconds} seconds; raise the limit with `--max-time SECONDS`"
        )
    }
}

/// Explains why a replay failed, and how to avoid the failure.
pub(super) fn reason(why: &ReplayError, raised_by: LimitNames) -> String {
    match why {
        ReplayError::TooLarge => format!("{why}; raise it with `{}`", raised_by.memory),
        _ => why.to_string(),
    }
}
