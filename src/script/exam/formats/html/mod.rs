//! A paper as HTML: a page that stands alone.

mod blocks;
mod boxed;
pub(crate) mod escape;
mod page;
mod table;

pub use page::{figures, page};
