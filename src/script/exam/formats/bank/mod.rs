//! What the exports for learning platforms have in common: what a platform is told of each field, weights, names, stems.

pub mod group;
pub mod html;
pub mod input;
pub mod name;
pub mod rubric;
pub mod stem;
pub mod weight;
