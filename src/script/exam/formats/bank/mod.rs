//! What the exports for learning platforms have in common: what a platform is told of each field, weights, names, stems.

pub(crate) mod group;
pub(crate) mod html;
pub(crate) mod input;
pub(crate) mod name;
pub(crate) mod rubric;
pub(crate) mod stem;
pub(crate) mod weight;
