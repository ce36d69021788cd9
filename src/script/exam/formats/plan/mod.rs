//! Layout of papers: converts a [`Paper`](crate::exam::paper::Paper) to a [`Sheet`](super::tree::Sheet).

mod figures;
mod front;
mod hints;
mod instructions;
mod items;
mod medium;
mod powers;
mod sheet;
mod streams;

pub(crate) use figures::figure;
pub(crate) use items::{mixed, points};
pub(crate) use powers::SUPERSCRIPTS;
pub use sheet::{for_screens, sheet};
