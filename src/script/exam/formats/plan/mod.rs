//! Layout of papers: converts a [`Paper`](crate::exam::paper::Paper) to a [`Sheet`](super::tree::Sheet).

mod appendix;
mod front;
mod items;
mod prose;
mod sharing;
mod sheet;
mod tables;

pub(crate) use items::points;
pub use sheet::{for_screens, sheet};
