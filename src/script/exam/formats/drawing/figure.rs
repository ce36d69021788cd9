//! Drawings of figures.

use std::cmp::Reverse;

use super::shapes::{Anchor, CHARACTER, Canvas, Drawing, DrawnShape, Point};
use super::{layout, ruler, sequence, tables, walk};
use crate::exam::formats::tree::Figure;
use crate::report::scene::{Place, Scene, SceneShape};

/// Returns the drawings of a figure, side by side if they are narrow enough.
pub(crate) fn drawings(figure: &Figure, canvas: Canvas) -> Vec<Drawing> {
    match figure {
        Figure::Bits { title, bits } => vec![ruler::draw_bits(title, bits, canvas)],
        Figure::Layouts(layouts) => layout::draw(layouts, canvas),
        Figure::Tree(tree) => vec![tables::draw(tree, canvas)],
        Figure::Sequence(of) => vec![sequence::draw(of, canvas)],
        Figure::Scene(of) => vec![draw_scene(of, canvas)],
        Figure::Pair(pair) => draw_pair(pair, canvas),
        Figure::Walk(of) => vec![walk::draw(of, canvas)],
        Figure::Ruler(ruler) => vec![ruler::draw(ruler, canvas)],
    }
}

/// Height of a row, relative to the text size.
const ROW: f64 = 1.2;
/// Space between drawings side by side, in millimeters.
const BETWEEN: f64 = 4.5;
/// Minimum relative text size for drawings side by side. Below this size, the drawings are below
/// each other.
const SMALLEST: f64 = 0.7;

/// The maximum height in millimeters: a page without its margins and its heading.
const HEIGHT: f64 = 215.0;

/// Draws a scene below its title.
fn draw_scene(of: &Scene, canvas: Canvas) -> Drawing {
    let (columns, rows) = of.size();
    let room = canvas.room - 0.6;
    let wide = room / (f64::from(columns.max(1)) * CHARACTER);
    let high = (HEIGHT - canvas.text * 1.6) / (f64::from(rows.max(1)) * ROW);
    let text = wide.min(high).min(canvas.text);
    let grid = Grid {
        wide: text * CHARACTER,
        high: text * ROW,
        top: canvas.text * 1.6,
    };
    let title = of.title.chars().count() as f64 * CHARACTER * canvas.text;
    let mut drawing = Drawing {
        width: (f64::from(columns) * grid.wide).max(title) + 0.6,
        height: grid.top + f64::from(rows) * grid.high,
        title: of.title.clone(),
        alt: format!("{}: {}", of.title, of.description()),
        ..Drawing::default()
    };
    drawing.write(
        (0.3, canvas.text),
        canvas.text,
        Anchor::Left,
        true,
        &of.title,
    );
    // A box is white inside, so outer boxes come first.
    let mut shapes: Vec<&SceneShape> = of.shapes.iter().collect();
    shapes.sort_by_key(|shape| match shape {
        SceneShape::Frame { size, .. } => (0, Reverse(size.0 * size.1)),
        SceneShape::Path { .. } | SceneShape::Label { .. } => (1, Reverse(0)),
    });
    for shape in shapes {
        match shape {
            SceneShape::Frame {
                at,
                size,
                stroke,
                shaded,
            } => {
                let extent = (
                    f64::from(size.0 - 1) * grid.wide,
                    f64::from(size.1 - 1) * grid.high,
                );
                let (at, stroke, grey) = (grid.center(*at), *stroke, *shaded);
                drawing.shapes.push(DrawnShape::Box {
                    at,
                    size: extent,
                    grey,
                    stroke,
                });
            }
            SceneShape::Path {
                points,
                stroke,
                arrow,
                ..
            } => {
                let last = points.len().saturating_sub(2);
                for (at, pair) in points.windows(2).enumerate() {
                    let (from, mut to) = (grid.center(pair[0]), grid.center(pair[1]));
                    if *arrow && at == last {
                        // The head touches the border in the next cell.
                        to = grid.center(beyond(pair[0], pair[1]));
                        drawing.shapes.push(DrawnShape::Arrow {
                            from,
                            to,
                            stroke: *stroke,
                        });
                    } else {
                        drawing.shapes.push(DrawnShape::Line {
                            from,
                            to,
                            stroke: *stroke,
                        });
                    }
                }
            }
            SceneShape::Label {
                at,
                text: label,
                bold,
                ..
            } => {
                let (left, middle) = (0.3 + f64::from(at.0) * grid.wide, grid.center(*at).1);
                // Some formats collapse spaces.
                let label = label.replace(' ', "\u{a0}");
                drawing.write(
                    (left, middle + text * 0.35),
                    text,
                    Anchor::Left,
                    *bold,
                    label,
                );
            }
        }
    }
    drawing
}

/// Draws two scenes in the same size, side by side if that is legible.
fn draw_pair(pair: &[Scene; 2], canvas: Canvas) -> Vec<Drawing> {
    let half = Canvas {
        room: (canvas.room - BETWEEN) / 2.0,
        ..canvas
    };
    let columns = pair
        .iter()
        .map(|scene| scene.size().0)
        .max()
        .unwrap_or(1)
        .max(1);
    let text =
        |canvas: Canvas| ((canvas.room - 0.6) / (f64::from(columns) * CHARACTER)).min(canvas.text);
    let room = if text(half) >= canvas.text * SMALLEST {
        half
    } else {
        canvas
    };
    pair.iter()
        .map(|scene| {
            draw_scene(
                scene,
                Canvas {
                    text: text(room),
                    ..room
                },
            )
        })
        .collect()
}

/// The size of a cell, and the distance of the first row from the upper edge.
struct Grid {
    wide: f64,
    high: f64,
    top: f64,
}

impl Grid {
    fn center(&self, (x, y): Place) -> Point {
        (
            0.3 + (f64::from(x) + 0.5) * self.wide,
            self.top + (f64::from(y) + 0.5) * self.high,
        )
    }
}

/// Returns the cell after the second one, in the direction from the first one.
fn beyond(from: Place, to: Place) -> Place {
    let next =
        |from: u32, to: u32| (to + u32::from(to > from)).saturating_sub(u32::from(to < from));
    (next(from.0, to.0), next(from.1, to.1))
}

#[cfg(test)]
mod tests {
    use super::{Canvas, draw_pair};
    use crate::report::scene::Scene;

    #[test]
    fn two_figures_are_side_by_side_if_they_are_narrow() {
        let canvas = Canvas::for_page(174.0, false);
        for (columns, beside) in [(30, true), (60, true), (70, false), (200, false)] {
            let mut scene = Scene::new("t");
            scene.write((0, 0), "x".repeat(columns));
            let drawn = draw_pair(&[scene.clone(), scene], canvas);
            let wide: f64 = drawn.iter().map(|drawing| drawing.width).sum();
            assert_eq!(
                wide + 4.0 <= canvas.room,
                beside,
                "{columns} columns: {wide}"
            );
            assert!(drawn.iter().all(|drawing| drawing.width <= canvas.room));
        }
    }
}
