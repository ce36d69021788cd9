//! A figure laid out on a grid of characters, which the terminal prints and the drawings scale.
//!
//! A line passes through the centers of cells, and a text occupies whole cells, so a label must not share a cell with a
//! line or another label.

mod lines;
mod shapes;
#[cfg(test)]
pub(crate) mod tests;
mod text;

pub use shapes::Scene;
pub(crate) use shapes::{Frame, Line, Place, SceneShape, Stroke, widest, width};
pub(crate) use text::text;
