//! `pagewalk replay`: traces replayed on a machine, and packed.

pub mod addresses;
mod arguments;
pub mod feed;
pub mod machine;
mod output;
mod pack;
mod plan;
pub mod progress;

pub use arguments::Replay;
