//! Questions: what a script puts on an exam's paper, as data, and the statements that do so.

mod any;
mod ask;
mod blanks;
mod commands;
pub mod entry;
mod figure;
pub mod points;
mod prose;
mod question;
pub mod sheet;
mod tables;
mod wording;

pub use commands::{choice, essay, exam, text};
pub use figure::figure;
