//! Exams as data: the paper of a script with its key, its versions, and what is answered on it. Knows no formats.

mod collect;
mod compose;
pub mod field;
pub mod paper;
pub mod spelling;
mod version;
pub mod words;

pub use collect::Collector;
pub use compose::{Composed, compose};
pub use version::{Student, Version};
