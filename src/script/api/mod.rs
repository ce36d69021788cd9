//! The interface for command lines, editors, browsers, and graders.

mod checked_script;
pub mod differences;
pub mod exam;
pub mod explain;
pub mod facts;
mod figure;
mod glossary;
pub mod golden;
pub mod html;
pub mod machines;
pub mod marking;
mod owners;
mod parsed_script;
mod recording;
pub mod snapshot;
mod stepper;
pub mod steps;
mod stream;
#[cfg(test)]
mod tests;
mod unparsed;

pub use pagewalk_engine::trace::counting_replay::{
    AddressMapping, CurveMethod, ExtraOptions, SampleRate,
};
pub use pagewalk_engine::trace::read_ahead::TraceOrigin;
pub use pagewalk_engine::trace::replay::Straddle;

pub use crate::run::progress::Progress;
pub use crate::run::session::{LimitNames, Limits, Options};
pub use crate::run::table::{ColumnType, TypedCell, TypedColumn, TypedTable};
pub use crate::traces::named::Named;
pub use crate::traces::{ReplayOutcome, ReplayPlan, SweepOutcome, SweepPlan};
pub use checked_script::CheckedScript;
pub use differences::compare_runs;
pub use exam::Exam;
pub use figure::{Figure, FigureStyle};
pub use golden::compare_golden;
pub use marking::Marking;
pub use parsed_script::ParsedScript;
pub use recording::Recording;
pub use snapshot::Snapshot;
pub use stepper::{Pause, Stepper};
pub use steps::Trace;
pub use stream::{Cut, StreamEnd, stream};
