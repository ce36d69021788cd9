//! `pagewalk replay`: replays and packs traces.

pub(crate) mod addresses;
mod arguments;
pub(crate) mod feed;
pub(crate) mod machine;
mod output;
mod pack;
mod plan;
pub(crate) mod progress;

pub(crate) use arguments::Replay;
