//! Exams as data: the paper of a script with its key, its versions, and its answers. Only the modules `formats`
//! and `marks` write exams in output formats.

mod arrange;
mod collect;
mod compose;
mod division;
pub mod fair;
pub mod field;
pub mod formats;
pub mod grade;
pub mod marks;
pub mod paper;
pub mod practice;
pub mod rewrite;
pub mod roster;
pub mod seeds;
pub mod sheet;
pub mod spelling;
mod topics;
mod version;
pub(crate) mod words;
mod written;

pub use collect::Collector;
pub use compose::{Composed, compose};
pub use version::{Student, Version};
pub use written::written;
