//! Edits that make a script hold: actual values in place of failed expectations and of every `?`. This module
//! writes no files.
//!
//! [`Findings`] takes the records of a run. Its [`Plan`] contains the edits, and the expectations to leave
//! unchanged with the reasons.

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
