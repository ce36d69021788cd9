//! `pagewalk replay`: traces replayed on a machine, and packed.

mod arguments;
mod feed;
pub mod machine;
mod one;
mod output;
mod pack;
mod progress;

pub use arguments::Replay;
