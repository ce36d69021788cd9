//! `pagewalk sweep`: replays traces on a grid of machines.

mod arguments;
mod output;
pub(crate) mod parts;
mod traces;

pub(crate) use arguments::Sweep;
