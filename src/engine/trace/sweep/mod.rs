//! One trace over a grid of machines: a [`grid::Grid`] of geometries of one base, [`run()`] side by side.

pub mod grid;
mod run;
mod worker;

pub use run::{Feed, run};
pub use worker::ReplayOptions;

#[cfg(test)]
mod tests;
