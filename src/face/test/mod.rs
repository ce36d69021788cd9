//! `pagewalk test`: scripts, and scripts in Markdown, held to what they state.

mod amend;
mod arguments;
pub mod fences;
pub mod find;
mod included;
mod play;
mod progress;
pub mod script;
mod select;
mod threads;

pub use arguments::Test;
