//! What would be written where, for a script to hold: the actual values in place of those that are stated and do not
//! hold, and of every `?`. Nothing is written here.
//!
//! A [`Findings`] takes the records of a run, and says in the end what to write and what is left alone
//! and why, as a [`Plan`].

mod findings;
mod grid;
mod merged;
mod plan;
mod row;
mod spell;
mod tables;
#[cfg(test)]
mod tests;

pub use findings::{Findings, Wanted};
pub use merged::Merged;
pub use plan::{LeftAlone, Plan};
pub use tables::tables;
