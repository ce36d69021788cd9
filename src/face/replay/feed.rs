//! A trace named by a command.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use pagewalk_engine::trace::format::Format;
use pagewalk_engine::trace::read_ahead::ReadSoFar;
use pagewalk_engine::trace::read_ahead::{BatchHandler, ReadEnd, TraceOrigin, is_standard_input, read_ahead};
use pagewalk_engine::trace::unreadable::Unreadable;
use pagewalk_script::report::narrate::thousands;

/// The first malformed line, for `--strict`.
pub(crate) fn first_malformed(read: &Read) -> Option<String> {
    let bad = read.malformed.first.first()?;
    Some(format!("line {}: {}: `{}`", thousands(bad.line), bad.why, bad.text))
}

/// The name of a trace in messages.
pub(crate) fn trace_name(trace: &Path) -> String {
    if is_standard_input(trace) { "standard input".to_owned() } else { trace.display().to_string() }
}

/// Reads a trace in batches until its end or Ctrl-C.
pub(crate) fn feed<B>(
    path: &Path,
    format: Option<Format>,
    interrupt: &AtomicBool,
    each: BatchHandler<'_, B>,
) -> Result<(ReadSoFar, ReadEnd<B>), Unreadable> {
    read_ahead(TraceOrigin::File(path.to_owned()), format, Some(interrupt), each)
}
