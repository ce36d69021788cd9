//! `pagewalk repl`: exploring statement by statement, going back and forward.
//!
//! `shell` takes lines and knows no terminal; `start` joins it to one. `desk` is what a command works on.

pub mod answer;
mod commands;
pub mod desk;
pub mod line;
pub mod past;
mod quiz;
pub mod shell;
pub mod start;
pub mod stream;
#[cfg(test)]
mod tests;
