//! Page replacement on a reference string, as in textbooks. The simulation has only pages and frames, without
//! addresses or page tables.

mod steps;
mod string;

pub use super::number_set::Indexes;
pub use steps::{ForcedStep, ReferenceStep, ReferenceSteps, ReferenceTotals};
pub use string::{Held, ReferenceError, ReferenceString, Replacement, Ticks};

#[cfg(test)]
mod tests;
