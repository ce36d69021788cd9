//! `pagewalk sweep`: replays traces on a grid of machines.

mod arguments;
mod output;
mod traces;

pub(crate) use arguments::Sweep;
