//! A paper as a self-contained HTML page.

mod blocks;
pub(crate) mod escape;
mod page;
mod report;

pub use page::{figures, page};
pub use report::{MOST, report};
