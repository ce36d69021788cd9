//! A paper made readable, with its key or without.

mod assumptions;
mod edition;
pub mod formats;
mod json;
mod label;
mod markdown;
pub mod page;

pub use edition::Edition;
pub use label::{filled, label};
pub use json::json;
pub use markdown::markdown;
