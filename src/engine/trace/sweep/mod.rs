//! Replays a trace on many machines in a single pass. [`run()`] replays the trace on the machines of a
//! [`grid::Grid`].

pub mod grid;
mod run;
mod worker;

pub use run::{Feed, run};
pub use worker::ReplayOptions;

#[cfg(test)]
mod tests;
