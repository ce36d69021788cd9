//! `pagewalk replay`: replays and packs traces.

pub(crate) mod addresses;
mod arguments;

pub(crate) mod machine;
mod output;
mod pack;

pub(crate) mod progress;

pub(crate) use arguments::Replay;
