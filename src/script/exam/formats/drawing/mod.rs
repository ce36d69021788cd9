//! Figures as lines and text, and their conversion to each format.

mod bits;
mod figure;
mod layout;
mod layout_chain;
mod picture;
mod ruler;
mod scene;
mod sequence;
mod shapes;
mod svg;
mod tables;
mod walk;

pub(crate) use figure::drawings;
pub(crate) use picture::picture;
pub(crate) use shapes::Canvas;
pub(crate) use svg::{svg, svgs};
