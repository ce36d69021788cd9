//! Formats the names and malformed lines of traces for messages.

use pagewalk_engine::trace::read_ahead::{ReadSoFar, TraceOrigin, is_standard_input};

use crate::report::narrate::thousands;

/// Describes the first malformed line for `--strict`.
pub fn first_malformed(read: &ReadSoFar) -> Option<String> {
    let bad = read.malformed.first.first()?;
    Some(format!("line {}: {}: `{}`", thousands(bad.line), bad.why, bad.text))
}

/// Returns the name that messages show for a trace.
pub fn trace_name(trace: &TraceOrigin) -> String {
    match trace {
        TraceOrigin::File(path) if is_standard_input(path) => "standard input".to_owned(),
        TraceOrigin::File(path) => path.display().to_string(),
        TraceOrigin::Bytes(_, name) => name.clone(),
    }
}
