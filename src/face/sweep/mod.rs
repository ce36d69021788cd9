//! `pagewalk sweep`: replays one trace on a grid of machines.

mod arguments;
mod output;

pub(crate) use arguments::Sweep;
