//! A paper made readable, with its key or without.

mod assumptions;
mod bank;
mod edition;
pub mod formats;
mod json;
mod label;
mod markdown;
mod moodle;
mod page;

pub use edition::Edition;
pub use json::json;
pub use markdown::markdown;
