//! Whether versions of a paper are fair: as hard as each other, with answers of their own, which nothing gives away.

mod judge;
mod sample;

pub use judge::{Blank, Fairness, Readable, Uneven, Unsolved};
pub use sample::Sample;
