//! Scenes as pictures of LaTeX.

use std::fmt::Write;

use super::placed::{Placed, Point};
use super::shapes::{Draws, Stroke};
use super::theme::POINT;

/// Length of the head of a thick arrow in millimeters.
const HEAD: f64 = 2.0;

/// Returns a scene as a `picture`, whose unit is a millimeter. `escaped` escapes text. Gray areas remain white, because the
/// lines alone convey the contents.
pub(crate) fn latex(of: &Placed, escaped: &dyn Fn(&str) -> String) -> String {
    let mut out = format!("\\begin{{picture}}({:.2},{:.2})\n", of.width, of.height);
    // Coordinates of a `picture` start at the lower left corner.
    let up = |(x, y): Point| (x, of.height - y);
    write_text(
        &mut out,
        up(of.title()),
        of.head,
        true,
        &escaped(&of.scene.title),
    );
    for shape in of.shapes() {
        match &shape.draws {
            Draws::Frame {
                at, size, stroke, ..
            } => {
                let ((x, y), (width, height)) = (up(of.center(*at)), of.extent(*size));
                let framed = match stroke {
                    Stroke::Dashed => "\\dashbox{1}",
                    Stroke::Faint | Stroke::Thin => "\\framebox",
                    Stroke::Taken => "\\linethickness{0.6mm}\\framebox",
                };
                let y = y - height;
                // Writing to a string cannot fail, here and below.
                let _ = writeln!(
                    out,
                    "\\put({x:.2},{y:.2}){{{framed}({width:.2},{height:.2}){{}}}}"
                );
            }
            Draws::Path {
                points,
                stroke,
                arrow,
            } => {
                let points = of.corners(points, *arrow);
                let last = points.len().saturating_sub(2);
                for (at, pair) in points.windows(2).enumerate() {
                    let command = if *arrow && at == last {
                        "vector"
                    } else {
                        "line"
                    };
                    let _ = straight(&mut out, up(pair[0]), up(pair[1]), *stroke, command);
                }
            }
            Draws::Label { at, text, bold } => {
                let text = escaped(&text.replace(' ', "\u{a0}"));
                write_text(&mut out, up(of.baseline(*at)), of.text, *bold, &text);
            }
            // Papers have no curves.
            Draws::Curve { .. } => {}
        }
    }
    out.push_str("\\end{picture}");
    out
}

fn write_text(out: &mut String, (x, y): Point, size: f64, bold: bool, escaped: &str) {
    // The monospaced font has no bold face, and other fonts are wider, so print the text twice.
    let text = if bold {
        format!("\\rlap{{\\kern0.04em {escaped}}}{escaped}")
    } else {
        escaped.to_owned()
    };
    // Characters of this font are narrower than the drawing assumes, so enlarge the font.
    let points = size / POINT * 0.602 / 0.525;
    let _ = writeln!(
        out,
        "\\put({x:.2},{y:.2}){{\\makebox(0,0)[bl]{{\\fontsize{{{points:.1}}}{{{points:.1}}}\\ttfamily \\raisebox{{0pt}}[0pt][0pt]{{{text}}}}}}}"
    );
}

/// Draws a horizontal or vertical line.
fn straight(
    out: &mut String,
    (x, y): Point,
    to: Point,
    stroke: Stroke,
    command: &str,
) -> std::fmt::Result {
    let (dx, dy) = (to.0 - x, to.1 - y);
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
