//! `pagewalk test`: checks the expectations of script files and of scripts in Markdown.

mod amend;
pub(crate) mod arguments;
pub(crate) mod fences;
pub(crate) mod find;
pub(crate) mod goldens;
mod orphans;
mod play;
mod progress;
mod reports;
mod review;
pub(crate) mod script;
mod select;
mod watch;

pub(crate) use arguments::Test;
