//! A paper made readable, with its key or without.

mod assumptions;
mod bank;
mod edition;
pub mod export;
mod fairness;
pub mod formats;
pub mod html;
mod json;
mod label;
pub mod labels;
mod markdown;
mod moodle;
mod page;
pub mod plan;
mod solution;
pub mod style;
mod told;
pub mod tree;

pub use edition::Edition;
pub use fairness::fairness;
pub use json::json;
pub use markdown::markdown;
pub use style::Style;
