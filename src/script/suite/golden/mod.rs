//! Golden files: a script's recorded results, which reveal changes.

mod align;
mod blocks;
mod compare;
mod digest;
mod model;
mod places;
#[cfg(test)]
mod tests;
mod yaml;

pub(crate) use blocks::{UNNAMED, counterparts, unnumbered};
pub(crate) use compare::compared;
pub use compare::{Change, Difference, Placed, compare};
pub use digest::Digest;
pub use model::{Entry, FORMAT, Golden, Section};
pub(crate) use places::{Places, places};
pub use yaml::{Unusable, is_golden, read, write};
