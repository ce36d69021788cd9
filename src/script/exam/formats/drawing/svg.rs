//! Drawings as SVG.

use std::fmt::Write;

use super::figure::drawings;
use super::shapes::{Anchor, Canvas, Drawing, DrawnShape};
use crate::exam::formats::html::escape::escaped;
use crate::exam::formats::tree::Figure;
use crate::report::scene::Stroke;

/// Returns the drawings of a figure for a page of `width` millimeters.
pub(crate) fn svgs(figure: &Figure, width: f64) -> Vec<String> {
    drawings(figure, Canvas::for_page(width, false))
        .iter()
        .map(svg)
        .collect()
}

/// Returns a drawing with its title and alternative text.
pub(crate) fn svg(drawing: &Drawing) -> String {
    let (width, height) = (drawing.width, drawing.height);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{width:.2}mm\" height=\"{height:.2}mm\" \
         viewBox=\"0 0 {width:.2} {height:.2}\" font-family=\"DejaVu Sans Mono, Liberation Mono, monospace\" fill=\"none\" \
         stroke=\"none\"><title>{}</title><desc>{}</desc>\n",
        escaped(&drawing.title),
        escaped(&drawing.alt)
    );
    for shape in &drawing.shapes {
        self::shape(&mut out, shape);
    }
    out.push_str("</svg>");
    out
}

fn shape(out: &mut String, shape: &DrawnShape) {
    let _ = match shape {
        DrawnShape::Line { from, to, stroke } => writeln!(
            out,
            "<path d=\"M{:.2} {:.2}L{:.2} {:.2}\"{}/>",
            from.0,
            from.1,
            to.0,
            to.1,
            stroked(*stroke)
        ),
        DrawnShape::Box {
            at,
            size,
            grey,
            stroke,
        } => {
            let fill = if *grey { "#eee" } else { "#fff" };
            writeln!(
                out,
                "<rect x=\"{:.2}\" y=\"{:.2}\" width=\"{:.2}\" height=\"{:.2}\" fill=\"{fill}\"{}/>",
                at.0,
                at.1,
                size.0,
                size.1,
                stroked(*stroke)
            )
        }
        DrawnShape::Arrow { from, to, stroke } => arrow(out, *from, *to, *stroke),
        DrawnShape::Text {
            at,
            size,
            anchor,
            bold,
            text,
        } => {
            let anchor = match anchor {
                Anchor::Left => "",
                Anchor::Middle => " text-anchor=\"middle\"",
                Anchor::Right => " text-anchor=\"end\"",
            };
            let bold = if *bold { " font-weight=\"bold\"" } else { "" };
            writeln!(
                out,
                "<text x=\"{:.2}\" y=\"{:.2}\" font-size=\"{size:.2}\" fill=\"#000\"{anchor}{bold}>{}</text>",
                at.0,
                at.1,
                escaped(text)
            )
        }
    };
}

/// Returns the attributes of a line.
fn stroked(stroke: Stroke) -> &'static str {
    match stroke {
        Stroke::Dashed => " stroke=\"#000\" stroke-width=\"0.2\" stroke-dasharray=\"1 1\"",
        Stroke::Thin => " stroke=\"#000\" stroke-width=\"0.2\"",
        Stroke::Taken => " stroke=\"#000\" stroke-width=\"0.6\"",
    }
}

fn arrow(out: &mut String, from: (f64, f64), to: (f64, f64), stroke: Stroke) -> std::fmt::Result {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = libm::hypot(dx, dy).max(0.01);
    let (x, y) = (dx / length, dy / length);
    let wing = |side: f64| {
        (
            to.0 - 1.6 * x - side * 0.7 * y,
            to.1 - 1.6 * y + side * 0.7 * x,
        )
    };
    let ((ax, ay), (bx, by)) = (wing(1.0), wing(-1.0));
    writeln!(
        out,
        "<path d=\"M{:.2} {:.2}L{:.2} {:.2}M{ax:.2} {ay:.2}L{:.2} {:.2}L{bx:.2} {by:.2}\"{}/>",
        from.0,
        from.1,
        to.0,
        to.1,
        to.0,
        to.1,
        stroked(stroke)
    )
}
