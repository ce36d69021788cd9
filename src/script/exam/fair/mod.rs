//! Fairness of versions: equal difficulty, different answers, and no answer that the question gives away.

mod judge;
mod lacking;
mod printed;
mod sample;

pub use judge::{Blank, Fairness, Readable, Uneven, Unsolved};
pub(crate) use lacking::Lacking;
pub use sample::Sample;
