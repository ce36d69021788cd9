//! `pagewalk sweep`: one trace over a grid of machines.

mod arguments;
mod output;
mod running;

pub use arguments::Sweep;
