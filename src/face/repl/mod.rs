//! `pagewalk repl`: exploring statement by statement, going back and forward.
//!
//! `shell` takes lines and knows no terminal; `start` joins it to one. `context` is what a command works on.

pub mod answer;
mod commands;
pub mod context;
pub mod history_file;
pub mod line;
mod quiz;
pub mod shared_text;
pub mod shell;
pub mod start;
#[cfg(test)]
mod tests;
