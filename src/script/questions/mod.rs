//! Questions: what a script puts on an exam's paper, as data, and the statements that do so.

mod any;
pub mod arrangement;
mod arranging;
mod ask;
mod blanks;
mod choice;
mod commands;
mod derivation;
pub mod entry;
mod figure;
pub mod follow;
mod language;
pub mod mistakes;
pub mod open;
mod papers;
pub mod points;
mod prose;
mod question;
mod rows;
pub mod settings;
mod sharing;
pub mod sheet;
mod tables;
mod tried;
mod wording;

pub use commands::LENGTHS;
pub use language::LANGUAGE;
