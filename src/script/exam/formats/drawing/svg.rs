//! Drawings as SVG.

use std::fmt::Write;

use super::figure::drawings;
use super::shapes::{Anchor, Canvas, Drawing, DrawnShape, POINT};
use crate::exam::formats::tree::Figure;
use crate::report::scene::Stroke;
use crate::report::xml::escaped;

/// Returns the drawings of a figure for a page of `width` millimeters.
pub(crate) fn svgs(figure: &Figure, width: f64) -> Vec<String> {
    drawings(figure, Canvas::for_page(width, false))
        .iter()
        .map(super::figure::Drawn::svg)
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

/// Length of the head of a thick arrow in millimeters.
const HEAD: f64 = 2.0;

/// Returns a drawing. `escaped` escapes text. Gray areas remain white, because the lines alone convey the
/// contents.
pub(crate) fn picture(drawing: &Drawing, escaped: &dyn Fn(&str) -> String) -> String {
    let mut out = format!(
        "\\begin{{picture}}({:.2},{:.2})\n",
        drawing.width, drawing.height
    );
    for shape in &drawing.shapes {
        picture_shape(&mut out, shape, drawing.height, escaped);
    }
    out.push_str("\\end{picture}");
    out
}

/// Draws a shape. Coordinates of a `picture` start at the lower left corner.
fn picture_shape(
    out: &mut String,
    shape: &DrawnShape,
    height: f64,
    escaped: &dyn Fn(&str) -> String,
) {
    let _ = match shape {
        DrawnShape::Line { from, to, stroke } => straight(out, *from, *to, height, *stroke, "line"),
        DrawnShape::Arrow { from, to, stroke } => {
            straight(out, *from, *to, height, *stroke, "vector")
        }
        DrawnShape::Box {
            at, size, stroke, ..
        } => {
            let framed = match stroke {
                Stroke::Dashed => "\\dashbox{1}",
                Stroke::Thin => "\\framebox",
                Stroke::Taken => "\\linethickness{0.6mm}\\framebox",
            };
            writeln!(
                out,
                "\\put({:.2},{:.2}){{{framed}({:.2},{:.2}){{}}}}",
                at.0,
                height - at.1 - size.1,
                size.0,
                size.1
            )
        }
        DrawnShape::Text {
            at,
            size,
            anchor,
            bold,
            text,
        } => {
            let place = match anchor {
                Anchor::Left => "[bl]",
                Anchor::Middle => "[b]",
                Anchor::Right => "[br]",
            };
            let text = escaped(text);
            // The monospaced font has no bold face, and other fonts are wider, so print the text twice.
            let text = if *bold {
                format!("\\rlap{{\\kern0.04em {text}}}{text}")
            } else {
                text
            };
            // Characters of this font are narrower than the drawing assumes, so enlarge the font.
            let points = size / POINT * 0.602 / 0.525;
            writeln!(
                out,
                "\\put({:.2},{:.2}){{\\makebox(0,0){place}{{\\fontsize{{{points:.1}}}{{{points:.1}}}\\ttfamily \\raisebox{{0pt}}[0pt][0pt]{{{text}}}}}}}",
                at.0,
                height - at.1,
            )
        }
    };
}

/// Draws a horizontal or vertical line.
fn straight(
    out: &mut String,
    from: (f64, f64),
    to: (f64, f64),
    height: f64,
    stroke: Stroke,
    command: &str,
) -> std::fmt::Result {
    let (x, y) = (from.0, height - from.1);
    let (dx, dy) = (to.0 - from.0, from.1 - to.1);
    let length = dx.abs().max(dy.abs());
    let (sx, sy) = if dx.abs() >= dy.abs() {
        (dx.signum(), 0.0)
    } else {
        (0.0, dy.signum())
    };
    if stroke == Stroke::Dashed {
        let dashes = ((length / 2.0).floor() as usize).clamp(1, 400);
        let (right, up) = (sx * 2.0, sy * 2.0);
        writeln!(
            out,
            "\\multiput({x:.2},{y:.2})({right:.2},{up:.2}){{{dashes}}}{{\\line({sx},{sy}){{1}}}}"
        )?;
        // The last dash of an arrow has the head.
        let (x, y) = (x + dx - sx, y + dy - sy);
        return match command {
            "vector" => writeln!(out, "\\put({x:.2},{y:.2}){{\\vector({sx},{sy}){{1}}}}"),
            _ => Ok(()),
        };
    }
    if stroke != Stroke::Taken {
        return writeln!(
            out,
            "\\put({x:.2},{y:.2}){{\\{command}({sx},{sy}){{{length:.2}}}}}"
        );
    }
    let head = if command == "vector" { HEAD } else { 0.0 };
    let line = length - head;
    writeln!(
        out,
        "\\put({x:.2},{y:.2}){{\\linethickness{{0.6mm}}\\line({sx},{sy}){{{line:.2}}}}}"
    )?;
    // The head of a vector is as narrow as a thick line, so draw a wider one across the line.
    let mut back = 0.0;
    while back < head {
        let (x, y) = (x + dx - sx * back, y + dy - sy * back);
        let half = back * 0.6;
        let (left, low) = (x - half * sy.abs(), y - half * sx.abs());
        let (right, up) = (sy.abs(), sx.abs());
        let across = half * 2.0;
        writeln!(
            out,
            "\\put({left:.2},{low:.2}){{\\linethickness{{0.3mm}}\\line({right},{up}){{{across:.2}}}}}"
        )?;
        back += 0.25;
    }
    Ok(())
}
