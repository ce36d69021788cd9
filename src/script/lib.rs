//! The Pagewalk language: scripts read, checked and run, exams made of them, and everything made readable.
//!
//! [`lang`] turns text into a checked tree; [`run`] performs it on a [`pagewalk_engine::machine::Machine`] or in a
//! [`pagewalk_engine::kernel::Kernel`]; [`exam`] makes papers and marks answers; [`report`] makes results readable;
//! [`editor`] helps with writing scripts.

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
