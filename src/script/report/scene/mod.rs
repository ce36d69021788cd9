//! A figure laid out on a grid of characters, which the terminal prints and the drawings scale.
//!
//! A line passes through the centers of cells, and a text occupies whole cells, so a label must not share a cell with a
//! line or another label.

mod element;
mod latex;
mod lines;
mod placed;
mod shapes;
mod svg;
#[cfg(test)]
pub(crate) mod tests;
mod text;
mod theme;

pub use element::{ElementId, PartClass};
pub(crate) use latex::latex;
#[cfg(test)]
pub(crate) use lines::cells;
pub(crate) use placed::{Placed, placed, type_size};
pub use shapes::Scene;
pub(crate) use shapes::{CurveStyle, Fill, Frame, Line, Place, Stroke, widest, width};
#[cfg(test)]
pub(crate) use shapes::{Draws, Shape};
pub(crate) use svg::placed_svg;
pub use svg::{svg, svgs};
pub(crate) use text::painted;
pub use text::text;
pub use theme::{Color, DARK, INHERIT, PAPER, SCREEN, Theme};
