//! A paper as a self-contained HTML page.

mod blocks;
mod boxed;
pub(crate) mod escape;
mod page;
mod report;
mod table;

pub use page::{figures, page};
pub use report::{MOST, report};
