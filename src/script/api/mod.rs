//! What a command line, an editor, a browser, and a grader need.

mod checked_script;
pub mod snapshot;
mod stepper;
pub mod steps;
#[cfg(test)]
mod tests;

pub use crate::run::session::{Options, Progress};
pub use checked_script::CheckedScript;
pub use snapshot::Snapshot;
pub use stepper::{Pause, Stepper};
pub use steps::Trace;
