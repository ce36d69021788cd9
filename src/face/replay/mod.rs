//! `pagewalk replay`: traces replayed on a machine, and packed.

pub(crate) mod addresses;
mod arguments;
pub(crate) mod feed;
pub(crate) mod machine;
mod output;
mod pack;
mod plan;
pub(crate) mod progress;

pub(crate) use arguments::Replay;
