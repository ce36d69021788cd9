//! Golden files: a script's recorded results, which reveal changes.

mod compare;
mod model;
#[cfg(test)]
mod tests;

pub use compare::{Change, Difference, Placed, compare};
pub(crate) use compare::{UNNAMED, compared, counterparts, unnumbered};
pub use model::{Digest, Entry, FORMAT, Golden, Section, Unusable, is_golden, read, write};
pub(crate) use model::{Places, places};
