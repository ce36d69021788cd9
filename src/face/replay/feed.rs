//! A trace named by a command.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use pagewalk_engine::trace::ahead::{Each, Origin, Read, Stopped, ahead, is_standard_input};
use pagewalk_engine::trace::format::Format;
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
    each: Each<'_, B>,
) -> Result<(Read, Stopped<B>), Unreadable> {
    ahead(Origin::File(path.to_owned()), format, Some(interrupt), each)
}
