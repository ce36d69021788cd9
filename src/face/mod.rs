//! How a person reaches the rest.

pub mod cli;
pub mod explain;
pub mod reading;
pub mod repl;
pub mod running;
pub mod terminal;
#[cfg(test)]
mod tests;
