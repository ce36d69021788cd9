//! The command line, the language server, and the REPL.

mod ascii;
pub mod cli;
mod course;
mod deferred;
pub(crate) mod deny;
mod diff;
mod exam;
mod figures;
pub(crate) mod fmt;
#[cfg(fuzzing)]
pub mod fuzzing;
mod grade;
mod limits;
mod lsp;
mod merge;
pub(crate) use pagewalk_script::api::explain;

pub mod repl;
pub(crate) mod replay;
pub(crate) mod run;
mod signals;
mod status_line;
mod sweep;
pub(crate) mod terminal;
pub(crate) mod test;
#[cfg(test)]
mod tests;
mod threads;
