//! Implements the Pagewalk language without the command line: checks and runs scripts, creates exams from scripts,
//! grades answers, replays traces, and supports editors. Nothing in this crate needs a terminal, a process, or
//! threads, so the crate also compiles for browsers.
//!
//! Start with [`api`]. An [`api::CheckedScript`] is a script with its diagnostics, if any. An
//! [`api::Stepper`] runs the script forward and back, an [`api::Trace`] contains the results of a statement,
//! and an [`api::Snapshot`] contains the whole state. [`editor`] provides completion, explanations, and
//! renaming.
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
pub mod c;
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
