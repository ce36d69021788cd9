//! `pagewalk repl`: explores a machine statement by statement, with undo and redo.
//!
//! `shell` processes lines without a terminal, and `start` connects the shell to a terminal. `context` contains
//! the session and the output that commands use.

pub mod answer;
mod commands;
pub(crate) mod context;
pub(crate) mod history_file;
pub mod keys;
pub(crate) mod line;
mod practice;
pub mod shell;
pub(crate) mod start;
#[cfg(test)]
mod tests;
