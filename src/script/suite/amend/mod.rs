//! Edits that make a script's expectations hold. The edits replace failed expectations and every `?` with the
//! actual values. This module does not write files.
//!
//! [`Findings`] collects the records of a run. The resulting [`Plan`] contains the edits, and the unchanged
//! expectations with the reasons.

mod findings;
mod grid;
pub mod merged;
mod plan;
#[cfg(test)]
mod tests;

pub use findings::{Findings, Wanted, tables};
pub use merged::{BlockPlace, ChangedFile, Merged};
pub use plan::{LeftAlone, Plan};
