//! How a person reaches the rest.

mod atomic_write;
mod caching_loader;
pub mod cli;
pub mod diff;
mod exam;
pub mod explain;
pub mod fmt;
mod grade;
mod lsp;
pub mod reading;
pub mod repl;
pub mod replay;
pub mod run;
mod status_line;
mod sweep;
pub mod terminal;
pub mod test;
#[cfg(test)]
mod tests;
mod threads;
