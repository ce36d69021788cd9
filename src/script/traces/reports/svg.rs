//! Drawing of plots. Coordinates are in pixels from the upper left corner.

use std::fmt::Write;

use quick_xml::escape::escape;

use crate::report::xml::legal;

/// A picture under construction.
#[derive(Debug, Default)]
pub(crate) struct Canvas {
    shapes: String,
}

/// The part of a text that is at the given position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// The text's left end.
    Start,
    /// The text's middle.
    Middle,
    /// The text's right end.
    End,
}

/// The style of a line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stroke {
    pub(crate) color: &'static str,
    pub(crate) width: f64,
    pub(crate) dashed: bool,
}

/// A thin grey line.
pub(crate) const GRID: Stroke = Stroke {
    color: "#ddd",
    width: 1.0,
    dashed: false,
};
/// The line of an axis.
pub(crate) const AXIS: Stroke = Stroke {
    color: "#444",
    width: 1.0,
    dashed: false,
};

impl Canvas {
    /// Draws a line through these points.
    pub(crate) fn line(&mut self, points: &[(f64, f64)], stroke: Stroke) {
        let places: Vec<String> = points
            .iter()
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect();
        let dashes = if stroke.dashed {
            " stroke-dasharray=\"4 3\""
        } else {
            ""
        };
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(
            self.shapes,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"{dashes}/>",
            places.join(" "),
            stroke.color,
            stroke.width
        );
    }

    pub(crate) fn area(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), color: &str) {
        let _ = writeln!(
            self.shapes,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{color}\"/>"
        );
    }

    pub(crate) fn dot(&mut self, (x, y): (f64, f64), color: &str) {
        let _ = writeln!(
            self.shapes,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{color}\"/>"
        );
    }

    /// Draws a line of text.
    pub fn text(&mut self, (x, y): (f64, f64), anchor: Anchor, bold: bool, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let bold = if bold { " font-weight=\"bold\"" } else { "" };
        let _ = writeln!(
            self.shapes,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\"{bold}>{}</text>",
            escape(legal(text))
        );
    }

    /// Returns the picture as an SVG document.
    pub(crate) fn document(&self, width: f64, height: f64, title: &str) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"DejaVu Sans, Liberation Sans, Arial, sans-serif\" \
             font-size=\"12\" fill=\"#222\">\n<title>{}</title>\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n{}</svg>\n",
            escape(legal(title)),
            self.shapes
        )
    }
}
