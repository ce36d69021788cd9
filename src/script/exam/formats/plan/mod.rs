//! Layout of papers: converts a [`Paper`](crate::exam::paper::Paper) to a [`Sheet`](super::tree::Sheet).

mod appendix;
mod figures;
mod front;
mod hints;
mod instructions;
mod items;
mod layouts;
mod medium;
mod powers;
mod sheet;
mod split;
mod streams;
mod tables;
mod walks;

pub(crate) use figures::figure;
pub(crate) use items::points;
pub(crate) use powers::SUPERSCRIPTS;
pub use sheet::{for_screens, sheet};
