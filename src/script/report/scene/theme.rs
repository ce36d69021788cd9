//! The colors and sizes of drawings.

/// A color of SVG.
pub type Color = &'static str;

/// The colors and sizes of a drawing. Lengths are in millimeters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Theme {
    /// The color of lines and text.
    pub ink: Color,
    /// The color of the background, or `None` for a transparent one.
    pub paper: Option<Color>,
    /// The color of boxes, or `None` for transparent ones.
    pub boxes: Option<Color>,
    /// The color of what the latest step draws.
    pub accent: Color,
    /// The distance of the drawing from each edge.
    pub margin: f64,
    /// The type size where there is room.
    pub type_size: f64,
    /// The smallest type size. A scene that is too wide for it makes the drawing wider.
    pub least_type: f64,
    /// The height of a page, which takes precedence over the smallest type size.
    pub page: Option<f64>,
}

impl Theme {
    /// Returns the number of columns in a room of `width` millimeters.
    pub(crate) fn columns(&self, width: f64) -> u32 {
        ((width - 2.0 * self.margin) / (CHARACTER * self.least_type)) as u32
    }
}

/// Width of a character of the drawings' font, relative to the type size.
pub(super) const CHARACTER: f64 = 0.602;
/// A point in millimeters.
pub(crate) const POINT: f64 = 0.352_778;

/// Black on paper. Addresses are long, so the figures use 9-point type beside text in 11-point type.
pub const PAPER: Theme = Theme {
    ink: "#000",
    paper: None,
    boxes: Some("#fff"),
    accent: "#000",
    margin: 1.0,
    type_size: 9.0 * POINT,
    least_type: 2.5,
    // A page has room for margins and a heading.
    page: Some(215.0),
};
/// Black on white, for a screen.
pub const SCREEN: Theme = Theme {
    paper: Some("#fff"),
    accent: "#0B5CAD",
    margin: 4.0,
    page: None,
    ..PAPER
};
/// White on black, for a projector.
pub const DARK: Theme = Theme {
    ink: "#F2F2F2",
    paper: Some("#1B1B1B"),
    boxes: Some("#1B1B1B"),
    accent: "#FFB454",
    ..SCREEN
};
/// The colors of the page around the drawing.
pub const INHERIT: Theme = Theme {
    ink: "currentColor",
    paper: None,
    boxes: None,
    accent: "currentColor",
    ..SCREEN
};
