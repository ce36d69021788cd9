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
pub mod mistakes;
pub mod open;
pub mod points;
mod prose;
mod question;
mod rows;
mod sharing;
pub mod sheet;
mod tables;
mod tried;
mod wording;

pub use choice::choice;
pub use commands::{LENGTHS, essay, exam, text};
pub use figure::figure;
