//! A trace as a command names it.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use pagewalk_engine::trace::format::Format;
use pagewalk_engine::trace::read_ahead::ReadSoFar;
use pagewalk_engine::trace::read_ahead::{BatchHandler, ReadEnd, TraceOrigin, is_standard_input, read_ahead};
use pagewalk_engine::trace::unreadable::Unreadable;
use pagewalk_script::report::narrate::thousands;

/// The first malformed line, as `--strict` refuses it.
pub(crate) fn first_malformed(read: &ReadSoFar) -> Option<String> {
    let bad = read.malformed.first.first()?;
    Some(format!("line {}: {}: `{}`", thousands(bad.line), bad.why, bad.text))
}

/// What a trace is called in what is told of it.
pub(crate) fn trace_name(trace: &Path) -> String {
    if is_standard_input(trace) { "standard input".to_owned() } else { trace.display().to_string() }
}

/// Reads a file batch by batch, until its end or Ctrl-C.
///
/// # Errors
/// If the trace cannot be opened.
pub(crate) fn feed<B>(
    path: &Path,
    format: Option<Format>,
    interrupt: &AtomicBool,
    each: BatchHandler<'_, B>,
) -> Result<(ReadSoFar, ReadEnd<B>), Unreadable> {
    read_ahead(TraceOrigin::File(path.to_owned()), format, Some(interrupt), each)
}
