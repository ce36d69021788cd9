//! The lines of a scene, cell by cell.

use std::collections::BTreeMap;

use super::shapes::{Draws, Place, Scene, Stroke};

/// The lines that leave a cell upward, to the right, downward, and to the left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Crossing {
    pub(crate) arms: [Option<Stroke>; 4],
    /// The index of the arm that an arrow's head points along, if an arrow ends here.
    pub(crate) head: Option<usize>,
}

/// Returns the cells that contain lines.
pub(crate) fn cells(scene: &Scene) -> BTreeMap<Place, Crossing> {
    let mut cells = BTreeMap::new();
    for shape in &scene.shapes {
        match &shape.draws {
            Draws::Frame {
                at, size, stroke, ..
            } => {
                let (right, bottom) = (at.0 + size.0.max(1) - 1, at.1 + size.1.max(1) - 1);
                let corners = [*at, (right, at.1), (right, bottom), (at.0, bottom), *at];
                trace(&mut cells, &corners, *stroke);
            }
            Draws::Path {
                points,
                stroke,
                arrow,
            } => {
                trace(&mut cells, points, *stroke);
                if let (true, [.., before, end]) = (arrow, points.as_slice()) {
                    cells.entry(*end).or_default().head = Some(direction(*before, *end));
                }
            }
            Draws::Label { .. } | Draws::Curve { .. } => {}
        }
    }
    cells
}

/// Returns the index of the arm that leads from a point toward another point in the same column or row.
fn direction(from: Place, to: Place) -> usize {
    match () {
        () if to.1 < from.1 => 0,
        () if to.0 > from.0 => 1,
        () if to.1 > from.1 => 2,
        () => 3,
    }
}

fn trace(cells: &mut BTreeMap<Place, Crossing>, points: &[Place], stroke: Stroke) {
    let mut join = |cell: Place, arm: usize| {
        let arm = &mut cells.entry(cell).or_default().arms[arm];
        *arm = (*arm).max(Some(stroke));
    };
    for pair in points.windows(2) {
        let (mut at, end) = (pair[0], pair[1]);
        let arm = direction(at, end);
        while at != end {
            let next = match arm {
                0 => (at.0, at.1 - 1),
                1 if at.0 < end.0 => (at.0 + 1, at.1),
                2 => (at.0, at.1 + 1),
                3 if at.0 > end.0 => (at.0 - 1, at.1),
                // The points are neither in the same column nor in the same row.
                _ => break,
            };
            join(at, arm);
            join(next, (arm + 2) % 4);
            at = next;
        }
    }
}
