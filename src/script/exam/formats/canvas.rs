//! The figures of a page.

use super::tree::Figure;
use crate::report::scene::{PAPER, Placed, Theme, placed, type_size};

/// The dimensions of a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Canvas {
    /// The width, in millimeters.
    pub(crate) room: f64,
    /// The type size of figures, in millimeters.
    text: f64,
}

/// The canvas of formats without pages, which do not use it.
pub(crate) const NO_PAGE: Canvas = Canvas {
    room: 0.0,
    text: 1.0,
};

impl Canvas {
    /// Creates a canvas as wide as the page without margins, with text in print size.
    pub(crate) fn for_page(room: f64, large: bool) -> Self {
        let text = if large { 2.0 } else { 1.0 } * PAPER.type_size;
        Self { room, text }
    }

    /// Returns a canvas that is narrower by this length in millimeters.
    pub(crate) fn indented(self, by: f64) -> Self {
        Self {
            room: self.room - by,
            ..self
        }
    }

    /// Returns the width as a multiple of the body text size.
    pub(crate) fn columns(self) -> f64 {
        // Addresses are long, so figures use 9-point type if the text uses 11-point type.
        let text = if self.text > PAPER.type_size {
            self.text
        } else {
            self.text * 11.0 / 9.0
        };
        self.room / text
    }

    /// Draws a figure, side by side if it consists of two narrow drawings.
    pub(crate) fn draw<T>(self, of: &Figure, draw: impl Fn(&Placed, &Theme) -> T) -> Vec<T> {
        let theme = Theme {
            type_size: self.text,
            least_type: PAPER.least_type.max(self.text * 0.7),
            ..PAPER
        };
        let scenes = of.scenes(theme.columns(self.room));
        // A page has no room beside its width, so the type of a drawing that is too wide becomes smaller than the least.
        let sizes = scenes
            .iter()
            .map(|scene| type_size(scene, &theme, self.room));
        let theme = Theme {
            least_type: sizes.fold(theme.least_type, f64::min),
            ..theme
        };
        let placed = placed(&scenes, &theme, self.room);
        placed.iter().map(|placed| draw(placed, &theme)).collect()
    }
}
