//! Common parts of the exports for learning platforms: inputs, weights, names, and stems.

pub(crate) mod group;
pub(crate) mod html;
pub(crate) mod input;
pub(crate) mod name;
pub(crate) mod rubric;
pub(crate) mod stem;
pub(crate) mod weight;
