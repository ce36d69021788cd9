//! `pagewalk test`: checks the expectations of script files and of scripts in Markdown.

mod amend;
pub(crate) mod arguments;
pub(crate) mod find;
pub(crate) mod goldens;
mod play;
mod reports;
pub(crate) mod script;
mod watch;

pub(crate) use arguments::Test;
