//! Replays and sweeps of traces that a command asks for: the machine that is named, and what is reported.

pub mod named;
pub mod reports;
pub mod sweep;
pub mod sweep_reports;
