//! The Pagewalk language below the command line: check and run scripts, make exams of them, mark answers, replay traces,
//! and help an editor. Nothing here needs a terminal, a process, or threads, so it also compiles for browsers.
//!
//! [`api`] is the place to start. A [`api::CheckedScript`] is a script without mistakes, or with diagnostics. A
//! [`api::Stepper`] runs it forward and back, a [`api::Trace`] is what a statement did, and a [`api::Snapshot`] is the whole
//! state. [`editor`] completes, explains, and renames.
//!
//! ```
//! use pagewalk_script::api::{CheckedScript, Options, Pause, Stepper, Trace};
//!
//! let text = "
//! machine simple
//! set page_table {
//!   | vpn ppn v |
//!   |  0F  0D 1 |
//! }
//! read 0x3D4 => ppn 0x0D, pa 0x354
//! ";
//! let script = CheckedScript::from_text("lecture.pw", text, &mut ());
//! assert!(script.diagnostics.is_empty());
//! let mut run = Stepper::new(script.into(), Options::default());
//! let mut records = Vec::new();
//! assert_eq!(run.forward(u64::MAX, &mut records), Pause::End);
//! let trace = Trace::from_record(&records[2], &run.script().sources);
//! assert!(trace.checks.iter().all(|check| check.held));
//! ```

pub mod api;
pub mod editor;
pub mod exam;
pub mod lang;
pub mod prompt;
pub mod questions;
pub mod report;
pub mod run;
pub mod services;
pub mod suite;
pub mod traces;

pub use questions::LANGUAGE;
