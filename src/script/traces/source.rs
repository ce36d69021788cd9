//! Messages about traces.

use pagewalk_engine::trace::counting_replay::ReplayError;
use pagewalk_engine::trace::read_ahead::ReadSoFar;

use crate::report::narrate::thousands;
use crate::run::session::LimitNames;

/// Describes the first malformed line for `--strict`.
pub fn first_malformed(read: &ReadSoFar) -> Option<String> {
    let bad = read.malformed.first.first()?;
    Some(format!("line {}: {}: `{}`", thousands(bad.line), bad.why, bad.text))
}

/// Explains why a replay failed, and how to avoid the failure.
pub(super) fn reason(why: &ReplayError, raised_by: LimitNames) -> String {
    match why {
        ReplayError::TooLarge => format!("{why}; raise it with `{}`", raised_by.memory),
        _ => why.to_string(),
    }
}
