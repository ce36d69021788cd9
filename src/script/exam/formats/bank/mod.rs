//! Common parts of the exports for learning platforms: inputs, weights, names, and stems.

pub(crate) mod group;
pub(crate) mod input;
pub(crate) mod stem;
