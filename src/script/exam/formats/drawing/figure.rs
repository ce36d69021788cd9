//! Drawings of figures.

use super::shapes::{Canvas, Drawing};
use super::{bits, layout, ruler, scene, sequence, tables, walk};
use crate::exam::formats::tree::Figure;

/// Returns the drawings of a figure, side by side if they are narrow enough.
pub(crate) fn drawings(figure: &Figure, canvas: Canvas) -> Vec<Drawing> {
    match figure {
        Figure::Bits { title, bits } => vec![bits::draw(title, bits, canvas)],
        Figure::Layouts(layouts) => layout::draw(layouts, canvas),
        Figure::Tree(tree) => vec![tables::draw(tree, canvas)],
        Figure::Sequence(of) => vec![sequence::draw(of, canvas)],
        Figure::Scene(of) => vec![scene::draw(of, canvas)],
        Figure::Pair(pair) => scene::pair(pair, canvas),
        Figure::Walk(of) => vec![walk::draw(of, canvas)],
        Figure::Ruler(ruler) => vec![ruler::draw(ruler, canvas)],
    }
}
