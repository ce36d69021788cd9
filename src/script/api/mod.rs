//! What a command line, an editor, a browser, and a grader need.

mod checked_script;
mod stepper;
#[cfg(test)]
mod tests;

pub use crate::run::session::{Options, Progress};
pub use checked_script::CheckedScript;
pub use stepper::{Pause, Stepper};
