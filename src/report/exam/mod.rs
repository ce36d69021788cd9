//! A paper made readable, with its key or without.

mod assumptions;
mod drawing;
mod edition;
pub mod formats;
pub mod html;
mod json;
mod label;
pub mod labels;
mod markdown;
mod page;
pub mod plan;
pub mod style;
mod told;
pub mod tree;
mod typst;

pub use edition::Edition;
pub use json::json;
pub use markdown::markdown;
pub use style::Style;
pub use typst::typst;
