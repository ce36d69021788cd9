//! Golden files: what a script did, kept beside it, so that a change of it is seen.

mod compare;
mod digest;
mod model;
#[cfg(test)]
mod tests;
mod yaml;

pub use compare::{Change, Difference, Placed, compare};
pub use digest::Digest;
pub use model::{Entry, Golden, Section};
pub use yaml::{FORMAT, Unusable, read, write};
