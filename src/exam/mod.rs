//! Exams as data: the paper of a script with its key. Knows no formats.

mod collect;
pub mod paper;

pub use collect::Collector;
