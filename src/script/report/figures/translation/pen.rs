//! The boxes of a translation, and the arrows between them.

use super::super::address::Boxes;
use super::lookup::Table;
use crate::report::scene::{ElementId, Frame, PartClass, Place, Scene, Stroke, width};
use crate::run::record::{DividedField, Lookup, Translation};

/// The least room of a wide figure.
const WIDE: u32 = 150;
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

/// Places boxes side by side from a place. A box without room left of the column `limit` is below the last one.
pub(super) fn flow(first: Place, limit: u32, sizes: &[Place]) -> Vec<Placed> {
    let mut placed: Vec<Placed> = Vec::new();
    let (mut at, mut begin) = (first, 0);
    for (number, size) in sizes.iter().enumerate() {
        if let Some(last) = placed.last().filter(|_| at.0 + size.0 > limit) {
            // The next box is beside this one, if there is room for both.
            let next = sizes.get(number + 1).map_or(0, |next| GAP + next.0);
            let both = Some(size.0 + next).filter(|both| first.0 + both <= limit);
            let room = limit.saturating_sub(both.unwrap_or(size.0));
            let x = last.frame.at.0.min(room);
            at = (x.max(first.0), last.below + 1);
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
    /// Returns the table of a looked-up set. A wide figure is low.
    pub(super) fn table<'t>(&self, of: &'t Lookup) -> Table<'t> {
        Table::new(self.of, of, self.is_wide())
    }

    /// Whether the physical address and the caches are beside the translation.
    pub(super) fn is_wide(&self) -> bool {
        self.columns >= WIDE
    }

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
        let x = from.clear(to.at.0 + MISS);
        let points = [(x, from.bottom_at(x)), (x, to.at.1 - 1)];
        self.scene.arrow(&points, stroke(used));
        self.scene.write((x + 2, to.at.1 - 1), used_fields(row));
        x
    }

    /// Draws the arrow that leads from a box to the left or to the right, and then through these points.
    pub(super) fn leave(&mut self, of: Placed, word: &str, to: &[Place], used: bool) {
        let x = if to[0].0 > of.frame.right() {
            of.frame.right() - HIT - width(word)
        } else {
            of.frame.at.0 + HIT
        };
        let mut points = vec![(x, of.frame.bottom()), (x, of.below), (to[0].0, of.below)];
        points.extend(to);
        self.scene.arrow(&points, stroke(used));
        self.scene.write((x + 2, of.frame.bottom() + 1), word);
    }

    /// Draws the way of the data between a box and the CPU, which is through these points.
    pub(super) fn data(&mut self, of: Placed, word: &str, to: &[Place], used: bool) {
        if !self.of.stores {
            return self.leave(of, word, to, used);
        }
        let (x, bottom) = (of.frame.at.0 + HIT, of.frame.bottom());
        let mut points: Vec<Place> = to.iter().rev().copied().collect();
        // The line begins at the border of the CPU.
        points[0].1 -= 1;
        points.extend([(to[0].0, of.below), (x, of.below), (x, bottom + 1)]);
        self.scene.arrow(&points, stroke(used));
        self.scene.write((x + 2, bottom + 1), word);
    }

    /// Draws the arrow from a box to the box beside it or below it that serves its misses, and returns its column.
    pub(super) fn miss(&mut self, from: Frame, to: Frame, used: bool) -> u32 {
        if from.at.1 == to.at.1 {
            let y = to.at.1 + 1;
            let (points, left) = if to.at.0 > from.at.0 {
                ([(from.right(), y), (to.at.0 - 1, y)], from.right())
            } else {
                ([(from.at.0, y), (to.right() + 1, y)], to.right())
            };
            self.scene.arrow(&points, stroke(used));
            self.scene.write((left + 2, y - 1), "miss");
            return to.at.0;
        }
        let x = from.at.0.max(to.at.0) + MISS;
        let points = [(x, from.bottom()), (x, to.at.1 - 1)];
        self.scene.arrow(&points, stroke(used));
        self.scene.write((x + 2, from.bottom() + 1), "miss");
        x
    }
}
