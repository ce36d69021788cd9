//! The boxes of a translation, and the arrows between them.

use super::super::address::Boxes;
use crate::report::scene::{ElementId, Frame, PartClass, Place, Scene, Stroke};
use crate::run::record::{DividedField, Translation};

/// The column of the line that leads from the caches and main memory to the CPU.
pub(super) const RESULT: u32 = 1;
/// The column of the line that leads from the TLBs to the physical address.
pub(super) const BUS: u32 = 3;
/// The column of the leftmost boxes to the right of those lines.
pub(super) const LEFT: u32 = 8;
/// The columns between two boxes side by side, with room for `miss` above an arrow.
pub(super) const GAP: u32 = 6;
/// The columns from the left end of a box to the lines that lead down from it, after a hit and after a miss.
pub(super) const HIT: u32 = 4;
pub(super) const MISS: u32 = 12;

/// Returns the stroke of what an access used or did not use.
pub(super) fn stroke(used: bool) -> Stroke {
    if used { Stroke::Taken } else { Stroke::Thin }
}

pub(super) fn part(class: PartClass, name: &str) -> Option<ElementId> {
    Some(ElementId::Part(class, name.to_owned()))
}

/// Returns the names of the fields that a lookup uses: the tag and the index.
pub(super) fn used_fields(row: Option<&Vec<DividedField>>) -> String {
    let names = row
        .into_iter()
        .flatten()
        .map(|field| &*field.name)
        .filter(|name| *name != "CO");
    names.collect::<Vec<_>>().join(", ")
}

/// A place for a box, and the row of the line that leads away from it and from the boxes beside it.
#[derive(Clone, Copy)]
pub(super) struct Placed {
    pub(super) frame: Frame,
    pub(super) below: u32,
}

/// Places boxes side by side. A box without room left of the column `limit` is below the last one.
pub(super) fn flow(limit: u32, top: u32, sizes: &[Place]) -> Vec<Placed> {
    let mut placed: Vec<Placed> = Vec::new();
    let (mut at, mut begin) = ((LEFT, top), 0);
    for size in sizes {
        if let Some(last) = placed.last().filter(|_| at.0 + size.0 > limit) {
            let x = last.frame.at.0.min(limit.saturating_sub(size.0));
            at = (x.max(LEFT), last.below + 2);
            begin = placed.len();
        }
        let frame = Frame { at, size: *size };
        placed.push(Placed { frame, below: 0 });
        let row = &mut placed[begin..];
        let below = row.iter().map(|own| own.frame.bottom() + 2).max();
        for own in row.iter_mut() {
            own.below = below.unwrap_or(0);
        }
        at.0 = frame.right() + 1 + GAP;
    }
    placed
}

pub(super) struct Pen<'s> {
    pub(super) scene: &'s mut Scene,
    pub(super) of: &'s Translation,
    pub(super) columns: u32,
    /// The number of steps until now.
    pub(super) steps: u16,
}

impl Pen<'_> {
    /// Begins the step that draws the following shapes, if the access takes it.
    pub(super) fn step(&mut self, taken: bool, part: Option<ElementId>) {
        self.steps += u16::from(taken);
        self.scene.step(taken.then_some(self.steps));
        self.scene.part(part);
    }

    /// Draws the arrow from an address to the first box below it, and returns its column.
    pub(super) fn fields(
        &mut self,
        from: &Boxes,
        to: Frame,
        row: Option<&Vec<DividedField>>,
        used: bool,
    ) -> u32 {
        let x = to.at.0 + MISS;
        let points = [(x, from.bottom_at(x)), (x, to.at.1 - 1)];
        self.scene.arrow(&points, stroke(used));
        self.scene.write((x + 2, to.at.1 - 1), used_fields(row));
        x
    }

    /// Draws the arrow that leads from a box to the left, and then through these points.
    pub(super) fn leave(&mut self, of: Placed, word: &str, to: &[Place], used: bool) {
        let x = of.frame.at.0 + HIT;
        let mut points = vec![(x, of.frame.bottom()), (x, of.below), (to[0].0, of.below)];
        points.extend(to);
        self.scene.arrow(&points, stroke(used));
        self.scene.write((x + 2, of.frame.bottom() + 1), word);
    }

    /// Draws the way of the data between a box and the CPU.
    pub(super) fn data(&mut self, of: Placed, word: &str, cpu: u32, used: bool) {
        if !self.of.stores {
            return self.leave(of, word, &[(RESULT, cpu)], used);
        }
        let (x, bottom) = (of.frame.at.0 + HIT, of.frame.bottom());
        let points = [
            (RESULT, cpu),
            (RESULT, of.below),
            (x, of.below),
            (x, bottom + 1),
        ];
        self.scene.arrow(&points, stroke(used));
        self.scene.write((x + 2, bottom + 1), word);
    }

    /// Draws the arrow from a box to the box beside it or below it that serves its misses, and returns its column.
    pub(super) fn miss(&mut self, from: Frame, to: Frame, used: bool) -> u32 {
        if from.at.1 == to.at.1 {
            let y = to.at.1 + 1;
            let points = [(from.right(), y), (to.at.0 - 1, y)];
            self.scene.arrow(&points, stroke(used));
            self.scene.write((from.right() + 2, y - 1), "miss");
            return to.at.0;
        }
        let x = from.at.0.max(to.at.0) + MISS;
        let points = [(x, from.bottom()), (x, to.at.1 - 1)];
        self.scene.arrow(&points, stroke(used));
        self.scene.write((x + 2, from.bottom() + 1), "miss");
        x
    }
}
