//! `pagewalk sweep`: one trace over a grid of machines.

mod arguments;
mod output;

pub(crate) use arguments::Sweep;
