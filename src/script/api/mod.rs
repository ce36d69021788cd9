//! What a command line, an editor, a browser, and a grader need.

mod checked_script;
pub mod differences;
mod exam;
pub mod golden;
pub mod marking;
pub mod snapshot;
mod stepper;
pub mod steps;
#[cfg(test)]
mod tests;

pub use crate::run::session::{Options, Progress};
pub use checked_script::CheckedScript;
pub use differences::compare_runs;
pub use exam::{
    Edition, Exam, FORMATS, Fairness, File, Format, Paper, PaperError, Refusal, Rendered, Sample,
    ScriptError, Series, Student, Style, Version, Writer,
};
pub use marking::Marking;
pub use snapshot::Snapshot;
pub use stepper::{Pause, Stepper};
pub use steps::Trace;
