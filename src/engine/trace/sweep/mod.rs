//! Replays a trace on many machines in a single pass. [`run()`] replays the trace on the machines of a
//! [`grid::Grid`].
//!
//! If the grid varies only a first-level LRU cache, one simulation per number of sets
//! provides the counts for all numbers of ways ([`stack`]). Other first-level caches share the decoded references.
//! All other points each have a separate machine.

mod first_level;
mod first_level_job;
pub mod grid;
mod options;
mod reduce;
mod run;
mod stack;
mod worker;

pub use options::ReplayOptions;
pub use run::{Feed, run};

#[cfg(test)]
mod tests;
