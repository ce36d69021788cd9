//! `pagewalk sweep`: one trace over a grid of machines.

mod arguments;
mod output;
mod running;

pub(crate) use arguments::Sweep;
