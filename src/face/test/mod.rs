//! `pagewalk test`: checks the expectations of scripts and of scripts in Markdown.

mod amend;
mod arguments;
mod bless;
mod ending;
pub(crate) mod fences;
pub(crate) mod find;
mod goldens;
mod included;
mod play;
mod progress;
mod reports;
pub(crate) mod script;
mod select;
mod watch;

pub(crate) use arguments::Test;
