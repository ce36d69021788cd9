//! `pagewalk replay`: replays traces.

pub(crate) mod addresses;
mod arguments;

pub(crate) mod machine;
mod output;

pub(crate) mod progress;

pub(crate) use arguments::Replay;
