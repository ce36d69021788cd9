//! Replays a trace on many machines in a single pass. [`run()`] replays the trace on the machines of a
//! [`grid::Grid`].
//!
//! If the grid varies only one LRU cache, one simulation per number of sets provides the counts for all numbers of
//! ways ([`stack`]). Caches with other policies share the decoded references. All other points each have a separate machine.

mod decoder;
pub mod grid;
mod level_job;
mod options;
mod recorder;
mod reduce;
mod run;
mod stack;
mod swept_level;
mod worker;

pub use options::ReplayOptions;
pub use run::{Feed, run};

#[cfg(test)]
mod tests;
