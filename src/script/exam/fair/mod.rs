//! Fairness of versions: equal difficulty, different answers, and no answer that the question gives away.

mod asks;
mod flaws;
mod judge;
mod lacking;
mod leaks;
mod printed;
mod sample;

pub use judge::{Blank, Fairness, Readable, Uneven, Unsolved};
pub(crate) use lacking::Lacking;
pub use sample::Sample;
