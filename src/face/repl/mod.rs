//! `pagewalk repl`: explores statement by statement, with undo and redo.
//!
//! `shell` processes lines without a terminal; `start` connects it to one. `context` is the input of
//! commands.

pub(crate) mod answer;
mod commands;
pub(crate) mod context;
pub(crate) mod history_file;
mod keys;
pub(crate) mod line;
pub mod pasted;
mod quiz;
pub mod shared_text;
pub mod shell;
pub(crate) mod start;
#[cfg(test)]
mod tests;
