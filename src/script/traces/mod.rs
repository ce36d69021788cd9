//! Replays and sweeps of traces: on which machine, how, and what is reported.

use pagewalk_engine::trace::read_ahead::{ReadSoFar, TraceOrigin, is_standard_input};

use crate::report::narrate::thousands;

pub mod named;
mod replay_plan;
pub mod reports;
pub mod sweep;
mod sweep_plan;
pub mod sweep_reports;

pub use replay_plan::{ReplayOutcome, ReplayPlan};
pub use sweep_plan::{SweepOutcome, SweepPlan};

/// The first malformed line, as `--strict` refuses it.
pub fn first_malformed(read: &ReadSoFar) -> Option<String> {
    let bad = read.malformed.first.first()?;
    Some(format!("line {}: {}: `{}`", thousands(bad.line), bad.why, bad.text))
}

/// The name of a trace in messages.
pub fn trace_name(trace: &TraceOrigin) -> String {
    match trace {
        TraceOrigin::File(path) if is_standard_input(path) => "standard input".to_owned(),
        TraceOrigin::File(path) => path.display().to_string(),
        TraceOrigin::Bytes(_, name) => name.clone(),
    }
}
