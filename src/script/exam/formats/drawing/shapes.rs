//! Shapes of a drawing.

use crate::report::scene::Stroke;

/// The dimensions of a drawing surface.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Canvas {
    /// The width, in millimeters.
    pub(crate) room: f64,
    /// The size of text, in millimeters.
    pub(crate) text: f64,
}

impl Canvas {
    /// Creates a canvas as wide as the page without margins, with text in print size.
    pub(crate) fn for_page(width: f64, large: bool) -> Self {
        // Addresses are long, so they use 9-point type if the text uses 11-point type.
        Self {
            room: width,
            text: if large { 18.0 } else { 9.0 } * POINT,
        }
    }
}

impl Canvas {
    /// Returns the width as a multiple of the body text size.
    pub(crate) fn columns(self) -> f64 {
        let text = if self.text > 17.0 * POINT {
            self.text
        } else {
            11.0 * POINT
        };
        self.room / text
    }
}

/// A point in millimeters.
pub(crate) const POINT: f64 = 0.352_778;
/// Width of a character of the drawings' font, relative to the text size.
pub(crate) const CHARACTER: f64 = 0.602;

/// A drawing. Lengths and coordinates are in millimeters, and the origin is the upper left corner.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Drawing {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) title: String,
    /// The alternative text.
    pub(crate) alt: String,
    /// The shapes, in drawing order.
    pub(crate) shapes: Vec<DrawnShape>,
}

/// A point of a drawing.
pub type Point = (f64, f64);

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum DrawnShape {
    /// A horizontal or vertical line.
    Line {
        from: Point,
        to: Point,
        stroke: Stroke,
    },
    /// The outline of a box, filled with gray or white.
    Box {
        at: Point,
        size: Point,
        grey: bool,
        stroke: Stroke,
    },
    /// A horizontal or vertical arrow.
    Arrow {
        from: Point,
        to: Point,
        stroke: Stroke,
    },
    /// A line of text. `at` is the left end, middle, or right end of the text's baseline.
    Text {
        at: Point,
        size: f64,
        anchor: Anchor,
        bold: bool,
        text: String,
    },
}

/// The point of a text's baseline that is placed at the given position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// The left end.
    Left,
    Middle,
    /// The right end.
    Right,
}

impl Drawing {
    pub(crate) fn line(&mut self, from: Point, to: Point, dashed: bool) {
        let stroke = if dashed { Stroke::Dashed } else { Stroke::Thin };
        self.shapes.push(DrawnShape::Line { from, to, stroke });
    }

    pub(crate) fn arrow(&mut self, from: Point, to: Point) {
        self.shapes.push(DrawnShape::Arrow {
            from,
            to,
            stroke: Stroke::Thin,
        });
    }

    pub(crate) fn outline(&mut self, at: Point, size: Point, grey: bool) {
        self.shapes.push(DrawnShape::Box {
            at,
            size,
            grey,
            stroke: Stroke::Thin,
        });
    }

    /// Writes a text.
    pub fn write(
        &mut self,
        at: Point,
        size: f64,
        anchor: Anchor,
        bold: bool,
        text: impl Into<String>,
    ) {
        let text = text.into();
        if !text.is_empty() {
            self.shapes.push(DrawnShape::Text {
                at,
                size,
                anchor,
                bold,
                text,
            });
        }
    }
}

/// Returns the width of a text.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    text.chars().count() as f64 * CHARACTER * size
}
