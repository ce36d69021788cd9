//! Scenes as SVG.

use std::fmt::Write;

use super::placed::{Placed, Point, placed};
use super::shapes::{CurveStyle, Draws, Fill, Scene, Shape, Stroke};
use super::theme::{Color, Theme};
use crate::report::xml::escaped;

/// The colors of series, distinguishable with any color vision (Okabe and Ito). The last one is also legible on black.
const COLORS: [Color; 7] = [
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#888888",
];

/// Returns a drawing that is at most `width` millimeters wide, unless its type would be too small.
pub fn svg(scene: &Scene, theme: &Theme, width: f64) -> String {
    svgs(std::slice::from_ref(scene), theme, width).concat()
}

/// Returns drawings in the same size. Two narrow ones have room side by side.
pub fn svgs(scenes: &[Scene], theme: &Theme, width: f64) -> Vec<String> {
    let placed = placed(scenes, theme, width);
    placed.iter().map(|of| placed_svg(of, theme)).collect()
}

/// Returns a drawing with its title and its description.
pub(crate) fn placed_svg(of: &Placed, theme: &Theme) -> String {
    let (width, height) = (of.width, of.height);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{width:.2}mm\" height=\"{height:.2}mm\" \
         viewBox=\"0 0 {width:.2} {height:.2}\" font-family=\"DejaVu Sans Mono, Liberation Mono, monospace\" fill=\"none\" \
         stroke=\"none\"><title>{}</title><desc>{}</desc>\n",
        escaped(&of.scene.title),
        escaped(&of.scene.alt())
    );
    // Writing to a string cannot fail, here and below.
    if let Some(paper) = theme.paper {
        let _ = writeln!(
            out,
            "<rect width=\"{width:.2}\" height=\"{height:.2}\" fill=\"{paper}\"/>"
        );
    }
    write_text(
        &mut out,
        of.title(),
        (of.head, theme.ink),
        true,
        &of.scene.title,
    );
    if theme.boxes.is_none() {
        // A page that contains the drawing can hide the steps to come. Their thin lines are there from the beginning.
        let later =
            |shape: &&Shape| shape.step.is_some() && !shape.answer && shape.draws.is_taken();
        for shape in of.shapes().into_iter().filter(later) {
            let mut draws = shape.draws.clone();
            draws.thin();
            let (part, step) = (None, None);
            self::shape(
                &mut out,
                &Shape {
                    draws,
                    part,
                    step,
                    ..*shape
                },
                of,
                theme,
            );
        }
    }
    for group in of.shapes().chunk_by(|a, b| attributes(a) == attributes(b)) {
        let attributes = attributes(group[0]);
        if !attributes.is_empty() {
            let _ = writeln!(out, "<g{attributes}>");
        }
        for shape in group {
            self::shape(&mut out, shape, of, theme);
        }
        if !attributes.is_empty() {
            out.push_str("</g>\n");
        }
    }
    out.push_str("</svg>");
    out
}

/// Returns the attributes of a group of shapes, each with a blank before it.
fn attributes(of: &Shape) -> String {
    let part = of.part.as_ref();
    let classes = [
        part.map(super::ElementId::class),
        of.answer.then_some("answer"),
        of.new.then_some("new"),
    ];
    let classes: Vec<&str> = classes.into_iter().flatten().collect();
    let mut out = String::new();
    if !classes.is_empty() {
        let _ = write!(out, " class=\"{}\"", classes.join(" "));
    }
    out.extend(part.map(super::ElementId::attributes));
    if let Some(step) = of.step {
        let _ = write!(out, " data-step=\"{step}\"");
    }
    out
}

fn shape(out: &mut String, shape: &Shape, of: &Placed, theme: &Theme) {
    let color = if shape.new { theme.accent } else { theme.ink };
    match &shape.draws {
        Draws::Frame {
            at,
            size,
            stroke,
            fill,
        } => {
            let ((x, y), (width, height)) = (of.center(*at), of.extent(*size));
            let fill = match fill {
                Fill::Paper => format!("\"{}\"", theme.boxes.unwrap_or("none")),
                // The gray depends on the color of the background.
                Fill::Gray => format!("\"{}\" fill-opacity=\"0.08\"", theme.ink),
            };
            let line = stroked(*stroke, shape.new, color);
            let _ = writeln!(
                out,
                "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{width:.2}\" height=\"{height:.2}\" fill={fill}{line}/>"
            );
        }
        Draws::Path {
            points,
            stroke,
            arrow,
        } => {
            let points = of.corners(points, *arrow);
            let mut path = outline(&points);
            let line = stroked(*stroke, shape.new, color);
            let _ = match points.as_slice() {
                // The dashes of a line must not interrupt the head.
                [.., from, to] if *arrow && *stroke == Stroke::Dashed => {
                    let head = stroked(Stroke::Thin, shape.new, color);
                    let wings = wings(*from, *to);
                    writeln!(out, "<path d=\"{path}\"{line}/><path d=\"{wings}\"{head}/>")
                }
                [.., from, to] if *arrow => {
                    path.push_str(&wings(*from, *to));
                    writeln!(out, "<path d=\"{path}\"{line}/>")
                }
                _ => writeln!(out, "<path d=\"{path}\"{line}/>"),
            };
        }
        Draws::Label { at, text, bold } => {
            // Some formats collapse spaces.
            let text = text.replace("  ", "\u{a0}\u{a0}");
            let bold = *bold || shape.new;
            write_text(out, of.baseline(*at), (of.text, color), bold, &text);
        }
        Draws::Curve {
            points,
            series,
            style,
        } => {
            let points: Vec<Point> = points.iter().map(|point| of.between(*point)).collect();
            curve(out, &points, usize::from(*series), *style);
        }
    }
}

fn curve(out: &mut String, points: &[Point], series: usize, style: CurveStyle) {
    let (path, color) = (outline(points), COLORS[series % COLORS.len()]);
    let dashes = if series < COLORS.len() {
        ""
    } else {
        " stroke-dasharray=\"1 0.8\""
    };
    let _ = match style {
        CurveStyle::Filled => writeln!(out, "<path d=\"{path}Z\" fill=\"{color}\"/>"),
        CurveStyle::Line | CurveStyle::Dotted => writeln!(
            out,
            "<path d=\"{path}\" stroke=\"{color}\" stroke-width=\"0.5\"{dashes}/>"
        ),
    };
    if style == CurveStyle::Dotted {
        for (x, y) in points {
            let _ = writeln!(
                out,
                "<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"0.8\" fill=\"{color}\"/>"
            );
        }
    }
}

fn write_text(out: &mut String, (x, y): Point, (size, color): (f64, Color), bold: bool, of: &str) {
    let bold = if bold { " font-weight=\"bold\"" } else { "" };
    let _ = writeln!(
        out,
        "<text x=\"{x:.2}\" y=\"{y:.2}\" font-size=\"{size:.2}\" fill=\"{color}\"{bold}>{}</text>",
        escaped(of)
    );
}

/// Returns the attributes of a line. New lines are thick, because a print may have no colors.
fn stroked(stroke: Stroke, new: bool, color: Color) -> String {
    let width = if new || stroke == Stroke::Taken {
        0.6
    } else {
        0.2
    };
    let dashes = match stroke {
        Stroke::Faint => " stroke-opacity=\"0.2\"",
        Stroke::Dashed => " stroke-dasharray=\"1 1\"",
        Stroke::Thin | Stroke::Taken => "",
    };
    format!(" stroke=\"{color}\" stroke-width=\"{width}\"{dashes}")
}

fn outline(points: &[Point]) -> String {
    let mut out = String::new();
    for (at, (x, y)) in points.iter().enumerate() {
        let _ = write!(out, "{}{x:.2} {y:.2}", if at == 0 { 'M' } else { 'L' });
    }
    out
}

/// Returns the head of an arrow.
fn wings(from: Point, to: Point) -> String {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = libm::hypot(dx, dy).max(0.01);
    let (x, y) = (dx / length, dy / length);
    let wing = |side: f64| {
        (
            to.0 - 1.6 * x - side * 0.7 * y,
            to.1 - 1.6 * y + side * 0.7 * x,
        )
    };
    outline(&[wing(1.0), to, wing(-1.0)])
}
