//! Messages about traces.

use pagewalk_engine::trace::counting_replay::ReplayError;
use pagewalk_engine::trace::read_ahead::ReadSoFar;

use crate::report::narrate::thousands;

/// Describes the first malformed line for `--strict`.
pub fn first_malformed(read: &ReadSoFar) -> Option<String> {
    let bad = read.malformed.first.first()?;
    Some(format!("line {}: {}: `{}`", thousands(bad.line), bad.why, bad.text))
}

/// Explains why a replay failed, and how to avoid the failure.
pub(super) fn reason(why: &ReplayError) -> String {
    match why {
        ReplayError::TooLarge => format!("{why}; raise it with `--max-memory SIZE`"),
        _ => why.to_string(),
    }
}
