//! The place of a scene's cells on a medium.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::lines::cells;
use super::shapes::{Draws, Place, Scene, Shape};
use super::theme::{CHARACTER, Theme};

/// Height of a row, relative to the type size.
const ROW: f64 = 1.2;
/// Space between drawings side by side, in millimeters.
const BETWEEN: f64 = 4.5;
/// Minimum relative type size for drawings side by side. Below this size, the drawings are below each other.
const SMALLEST: f64 = 0.7;

/// A point of a drawing in millimeters. The origin is the upper left corner.
pub(crate) type Point = (f64, f64);

/// A scene with its size in millimeters.
#[derive(Debug)]
pub(crate) struct Placed<'s> {
    pub(crate) scene: &'s Scene,
    pub(crate) width: f64,
    pub(crate) height: f64,
    /// The type size of the labels.
    pub(crate) text: f64,
    /// The type size of the title.
    pub(crate) head: f64,
    margin: f64,
    /// The cells that contain lines.
    lines: BTreeSet<Place>,
}

/// Places scenes in a room of `width` millimeters: all in the same size, and two of them side by side if that is legible.
pub(crate) fn placed<'s>(scenes: &'s [Scene], theme: &Theme, width: f64) -> Vec<Placed<'s>> {
    let text = |width: f64| {
        let sizes = scenes.iter().map(|scene| type_size(scene, theme, width));
        sizes.fold(theme.type_size, f64::min)
    };
    let half = (width - BETWEEN) / 2.0;
    let legible = theme.least_type.max(theme.type_size * SMALLEST);
    let beside = scenes.len() == 2 && text(half) >= legible;
    let text = if beside {
        text(half)
    } else {
        text(width).max(theme.least_type)
    };
    let tallest = scenes.iter().map(|scene| scene.size().1).max();
    let high = theme.page.map_or(text, |page| {
        (page - theme.type_size * 1.6) / (f64::from(tallest.unwrap_or(1).max(1)) * ROW)
    });
    scenes
        .iter()
        .map(|scene| Placed::new(scene, theme, text.min(high), scenes.len() > 1))
        .collect()
}

/// Returns the type size at which a scene is `width` millimeters wide.
pub(crate) fn type_size(scene: &Scene, theme: &Theme, width: f64) -> f64 {
    let columns = f64::from(scene.size().0.max(1));
    (width - 2.0 * theme.margin) / (columns * CHARACTER)
}

impl Scene {
    /// Returns the widest form of a figure that fits in this number of columns, or the narrowest one.
    pub(crate) fn within(&self, columns: u32) -> &Self {
        match &self.narrow {
            Some(narrow) if self.size().0 > columns => narrow.within(columns),
            _ => self,
        }
    }

    /// Returns the form of a figure for a medium: the wide one if there is no page, or if it fits.
    pub(crate) fn on(&self, theme: &Theme, width: f64) -> &Self {
        let fits = |wide: &&Self| theme.page.is_none() || wide.size().0 <= theme.columns(width);
        self.wide.as_deref().filter(fits).unwrap_or(self)
    }
}

impl<'s> Placed<'s> {
    fn new(scene: &'s Scene, theme: &Theme, text: f64, small_title: bool) -> Self {
        let (columns, rows) = scene.size();
        let head = if small_title { text } else { theme.type_size };
        let title = super::width(&scene.title);
        let wide = (f64::from(columns) * text).max(f64::from(title) * head) * CHARACTER;
        Self {
            scene,
            width: wide + 2.0 * theme.margin,
            height: head * 1.6 + f64::from(rows) * text * ROW + 2.0 * theme.margin,
            text,
            head,
            margin: theme.margin,
            lines: cells(scene).into_keys().collect(),
        }
    }

    /// Returns the left end of the baseline of the title.
    pub(crate) fn title(&self) -> Point {
        (self.margin, self.margin + self.head)
    }

    /// Returns the left end of the baseline of a label.
    pub(crate) fn baseline(&self, at: Place) -> Point {
        let (x, y) = self.center(at);
        (x - 0.5 * self.text * CHARACTER, y + self.text * 0.35)
    }

    /// Returns the center of a cell.
    pub(crate) fn center(&self, (x, y): Place) -> Point {
        self.between((f64::from(x), f64::from(y)))
    }

    /// Returns a point between the centers of cells.
    pub(crate) fn between(&self, (x, y): (f64, f64)) -> Point {
        (
            self.margin + (x + 0.5) * self.text * CHARACTER,
            self.margin + self.head * 1.6 + (y + 0.5) * self.text * ROW,
        )
    }

    /// Returns the width and height of a box between the centers of its corners.
    pub(crate) fn extent(&self, size: Place) -> Point {
        (
            f64::from(size.0 - 1) * self.text * CHARACTER,
            f64::from(size.1 - 1) * self.text * ROW,
        )
    }

    /// Returns the corners of a path. The head of an arrow touches the border in the next cell, or the edge of its own cell.
    pub(crate) fn corners(&self, points: &[Place], arrow: bool) -> Vec<Point> {
        let mut corners: Vec<Point> = points.iter().map(|place| self.center(*place)).collect();
        if let (true, [.., before, end], Some(head)) = (arrow, points, corners.last_mut()) {
            let next = beyond(*before, *end);
            let (x, y) = self.center(next);
            *head = if self.lines.contains(&next) {
                (x, y)
            } else {
                (f64::midpoint(head.0, x), f64::midpoint(head.1, y))
            };
        }
        corners
    }

    /// Returns the shapes in drawing order: boxes before their contents, and outer boxes before inner ones.
    pub(crate) fn shapes(&self) -> Vec<&'s Shape> {
        let mut shapes: Vec<&Shape> = self.scene.shapes.iter().collect();
        shapes.sort_by_key(|shape| match shape.draws {
            Draws::Frame { size, .. } => (0, Reverse(size.0 * size.1)),
            Draws::Path { .. } | Draws::Label { .. } | Draws::Curve { .. } => (1, Reverse(0)),
        });
        shapes
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
    use super::{Scene, placed};
    use crate::report::scene::PAPER;

    #[test]
    fn two_figures_are_side_by_side_if_they_are_narrow() {
        for (columns, beside) in [(30, true), (54, true), (60, false), (110, false)] {
            let mut scene = Scene::new("t");
            scene.write((0, 0), "x".repeat(columns));
            let pair = [scene.clone(), scene];
            let drawn = placed(&pair, &PAPER, 174.0);
            let wide: f64 = drawn.iter().map(|drawing| drawing.width).sum();
            assert_eq!(wide + 4.0 <= 174.0, beside, "{columns} columns: {wide}");
            assert!(drawn.iter().all(|drawing| drawing.width <= 174.0));
        }
    }

    #[test]
    fn type_has_a_smallest_size() {
        let mut scene = Scene::new("t");
        scene.write((0, 0), "x".repeat(300));
        let drawn = &placed(std::slice::from_ref(&scene), &PAPER, 174.0)[0];
        assert!((drawn.text - PAPER.least_type).abs() < 1e-9 && drawn.width > 174.0);
    }
}
