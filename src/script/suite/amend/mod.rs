//! Edits that make a script's expectations hold. The edits replace failed expectations and every `?` with the
//! actual values. This module does not write files.
//!
//! [`Findings`] collects the records of a run. The resulting [`Plan`] contains the edits, and the unchanged
//! expectations with the reasons.

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
pub use merged::{BlockPlace, ChangedFile, Merged};
pub use plan::{LeftAlone, Plan};
pub use tables::tables;
