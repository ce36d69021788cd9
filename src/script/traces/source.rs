//! Formats the malformed lines of traces for messages.

use pagewalk_engine::trace::read_ahead::ReadSoFar;

use crate::report::narrate::thousands;

/// Describes the first malformed line for `--strict`.
pub fn first_malformed(read: &ReadSoFar) -> Option<String> {
    let bad = read.malformed.first.first()?;
    Some(format!("line {}: {}: `{}`", thousands(bad.line), bad.why, bad.text))
}
