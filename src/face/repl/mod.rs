//! `pagewalk repl`: exploring statement by statement, going back and forward.
//!
//! `shell` takes lines and knows no terminal; `start` joins it to one. `context` is what a command works on.

pub(crate) mod answer;
mod commands;
pub(crate) mod context;
pub(crate) mod history_file;
pub(crate) mod line;
mod quiz;
pub mod shared_text;
pub mod shell;
pub(crate) mod start;
#[cfg(test)]
mod tests;
