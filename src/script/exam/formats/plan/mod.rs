//! How a paper is laid out: a [`Paper`](crate::exam::paper::Paper) becomes a [`Sheet`](super::tree::Sheet).

mod appendix;
mod front;
mod items;
mod prose;
mod sharing;
mod sheet;
mod tables;

pub(crate) use items::points;
pub use sheet::{for_screens, sheet};
