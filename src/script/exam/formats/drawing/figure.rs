//! Drawings of figures.

use super::shapes::{Canvas, Drawing};
use super::svg::{picture, svg};
use super::{layout, ruler, sequence, tables, walk};
use crate::exam::formats::tree::Figure;
use crate::report::scene::{PAPER, Placed, Scene, Theme, latex, placed, placed_svg};

/// A drawing of a figure.
pub(crate) enum Drawn<'f> {
    Drawing(Drawing),
    Scene(Placed<'f>, Theme),
}

impl Drawn<'_> {
    /// Returns the width in millimeters.
    pub(crate) fn width(&self) -> f64 {
        match self {
            Self::Drawing(drawing) => drawing.width,
            Self::Scene(placed, _) => placed.width,
        }
    }

    /// Returns the alternative text.
    pub(crate) fn alt(&self) -> String {
        match self {
            Self::Drawing(drawing) => drawing.alt.clone(),
            Self::Scene(placed, _) => placed.scene.alt(),
        }
    }

    pub(crate) fn svg(&self) -> String {
        match self {
            Self::Drawing(drawing) => svg(drawing),
            Self::Scene(placed, theme) => placed_svg(placed, theme),
        }
    }

    /// Returns a `picture` of LaTeX. `escaped` escapes text.
    pub(crate) fn picture(&self, escaped: &dyn Fn(&str) -> String) -> String {
        match self {
            Self::Drawing(drawing) => picture(drawing, escaped),
            Self::Scene(placed, _) => latex(placed, escaped),
        }
    }
}

/// Returns the drawings of a figure, side by side if they are narrow enough.
pub(crate) fn drawings(figure: &Figure, canvas: Canvas) -> Vec<Drawn<'_>> {
    match figure {
        Figure::Scene(scene) => scenes(std::slice::from_ref(scene), canvas),
        Figure::Pair(pair) => scenes(&**pair, canvas),
        other => millimeters(other, canvas)
            .into_iter()
            .map(Drawn::Drawing)
            .collect(),
    }
}

fn scenes(scenes: &[Scene], canvas: Canvas) -> Vec<Drawn<'_>> {
    let theme = Theme {
        type_size: canvas.text,
        ..PAPER
    };
    let placed = placed(scenes, &theme, canvas.room);
    placed
        .into_iter()
        .map(|placed| Drawn::Scene(placed, theme))
        .collect()
}

fn millimeters(figure: &Figure, canvas: Canvas) -> Vec<Drawing> {
    match figure {
        Figure::Bits { title, bits } => vec![ruler::draw_bits(title, bits, canvas)],
        Figure::Layouts(layouts) => layout::draw(layouts, canvas),
        Figure::Tree(tree) => vec![tables::draw(tree, canvas)],
        Figure::Sequence(of) => vec![sequence::draw(of, canvas)],
        Figure::Walk(of) => vec![walk::draw(of, canvas)],
        Figure::Ruler(ruler) => vec![ruler::draw(ruler, canvas)],
        Figure::Scene(_) | Figure::Pair(_) => Vec::new(),
    }
}
