//! The command line, the language server, and the REPL.

pub mod cli;
mod deferred;
mod diff;
mod exam;
mod figures;
pub(crate) mod fmt;
#[cfg(fuzzing)]
pub mod fuzzing;
pub mod grade;
mod help;
mod lsp;
pub(crate) mod options;
pub(crate) use pagewalk_script::api::explain;

pub(crate) mod progress;
pub mod repl;
pub(crate) mod replay;
pub(crate) mod run;
mod sweep;
pub(crate) mod terminal;
pub(crate) mod test;
#[cfg(test)]
mod tests;
mod threads;
mod tips;
mod version;
