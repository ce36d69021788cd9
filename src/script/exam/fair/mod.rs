//! Fairness of versions: equal difficulty, different answers, and no answer that the question gives away.

mod judge;
mod lacking;
mod points;
mod printed;
mod sample;

pub use judge::{Blank, Fairness, Readable, Uneven, Unsolved};
pub(crate) use lacking::Lacking;
pub use points::{Indivisible, indivisible};
pub use sample::Sample;
