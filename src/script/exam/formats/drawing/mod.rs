//! Figures as lines and text, and their conversion to each format.

mod figure;
mod layout;
mod layout_chain;
mod ruler;
mod sequence;
mod shapes;
mod svg;
mod tables;
mod walk;

pub(crate) use figure::{Drawn, drawings};
pub(crate) use shapes::Canvas;
pub(crate) use svg::svgs;
