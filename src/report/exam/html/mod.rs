//! A paper as HTML: a page that stands alone, or a piece of one for a learning platform.

mod blocks;
pub mod escape;
mod page;
mod table;

pub use blocks::{Boxes, boxed, fragment, fragment_with};
pub use page::page;
