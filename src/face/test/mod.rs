//! `pagewalk test`: scripts, and scripts in Markdown, held to what they state.

mod amend;
mod arguments;
mod bless;
mod ending;
pub mod fences;
pub mod find;
mod goldens;
mod included;
mod play;
mod progress;
mod reports;
pub mod script;
mod select;
mod watch;

pub use arguments::Test;
