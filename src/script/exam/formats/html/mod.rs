//! A paper as a self-contained HTML page.

pub(crate) mod escape;
mod leaves;
mod page;
mod report;

pub use page::{figures, page};
pub use report::{MOST, report};
