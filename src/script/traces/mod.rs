//! Replays and sweeps of traces: the machine, the options, and the reports.

mod chart;
pub mod named;
pub mod parts;
mod program;
mod replay_plan;
pub mod reports;
mod source;
pub mod sweep;
mod sweep_plan;
pub mod sweep_reports;

pub use program::ProgramError;
pub use replay_plan::{ReplayOutcome, ReplayPlan};
pub use sweep_plan::{SweepOutcome, SweepPlan};
