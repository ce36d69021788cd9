//! The fields of an address as adjacent boxes, which other parts of a figure lead to.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::report::scene::{ElementId, Place, Scene, Stroke, width};
use crate::report::words::numbers::hex;
use crate::run::record::{DividedAddress, DividedField};

/// The box of a field: the columns of its left and right border, and the row of its lower border.
struct FieldBox {
    left: u32,
    right: u32,
    bottom: u32,
}

/// The boxes of an address.
pub(crate) struct Boxes {
    fields: Vec<FieldBox>,
    pub(crate) left: u32,
    pub(crate) right: u32,
    pub(crate) top: u32,
    pub(crate) bottom: u32,
}

impl Boxes {
    /// Returns a column at `x` or after it that has no number below the boxes.
    pub(crate) fn clear(&self, x: u32) -> u32 {
        let is_taken = |field: &FieldBox| (field.left + 2..field.left + 4).contains(&x);
        x + 2 * u32::from(self.fields.iter().any(is_taken))
    }

    /// Returns the row of the lowest border in a column.
    pub(crate) fn bottom_at(&self, x: u32) -> u32 {
        let fields = self
            .fields
            .iter()
            .filter(|field| field.left <= x && x <= field.right);
        fields
            .map(|field| field.bottom)
            .max()
            .unwrap_or(self.bottom)
    }
}

/// The columns of an address. The fields of different rows share borders.
struct Columns {
    /// The lowest bit of each column, highest first.
    lows: Vec<u32>,
    /// The width of each column.
    wide: Vec<u32>,
}

impl Columns {
    /// Returns columns in which the name and the value of each field fit.
    fn new(of: &DividedAddress) -> Self {
        let ends = |field: &DividedField| [field.low, field.high + 1];
        let fields = || of.rows.iter().flatten();
        let lows: BTreeSet<u32> = fields()
            .flat_map(ends)
            .filter(|bit| *bit < of.bits)
            .collect();
        let lows: Vec<u32> = lows.into_iter().rev().collect();
        let mut columns = Self {
            // A column without a label has room for an arrow.
            wide: vec![5; lows.len()],
            lows,
        };
        fields().for_each(|field| columns.widen(field, label_width(field) + 3));
        columns
    }

    /// Returns the columns of a field.
    fn of(&self, field: &DividedField) -> Range<usize> {
        let above = self.lows.iter().filter(|low| **low > field.high).count();
        above..self.lows.iter().filter(|low| **low >= field.low).count()
    }

    fn width(&self, field: &DividedField) -> u32 {
        self.wide[self.of(field)].iter().sum()
    }

    fn widen(&mut self, field: &DividedField, least: u32) {
        let (first, has) = (self.of(field).start, self.width(field));
        if let Some(first) = self.wide.get_mut(first) {
            *first += least.saturating_sub(has);
        }
    }
}

/// Returns the offset in the page: the last field of the first row.
fn offset(of: &DividedAddress) -> Option<&DividedField> {
    of.rows.first().and_then(|row| row.last())
}

/// Returns the column of the right border of two addresses below each other, which begin at these columns and extend at least
/// to `right`, and the width of the offset in the page. The offsets are the same bits.
pub(crate) fn room(of: [(u32, &DividedAddress); 2], right: u32) -> (u32, u32) {
    let columns = of.map(|(_, of)| Columns::new(of));
    let offset = |at: usize| offset(of[at].1).map_or(0, |field| columns[at].width(field));
    let widest = offset(0).max(offset(1));
    let end = |at: usize| of[at].0 + columns[at].wide.iter().sum::<u32>() + widest - offset(at);
    (end(0).max(end(1)).max(right), widest)
}

/// Returns the number of rows of an address with the widths of its fields.
pub(crate) fn height(of: &DividedAddress) -> u32 {
    place(of.rows.len().max(1) - 1) + 3 + u32::from(of.rows.len() > 1)
}

/// Returns the row of the upper border of a row of fields. The widths are above the first fields and below the others.
fn place(row: usize) -> u32 {
    1 + 2 * row as u32 + 2 * (row as u32).saturating_sub(1)
}

/// Draws the fields of an address, row by row, with their widths in bits. The boxes extend to the column `right`, and the
/// offset in the page has at least `least` columns.
pub(crate) fn draw(
    scene: &mut Scene,
    at: Place,
    (right, least): (u32, u32),
    of: &DividedAddress,
) -> Boxes {
    let mut columns = Columns::new(of);
    if let Some(offset) = offset(of) {
        columns.widen(offset, least);
    }
    let all: u32 = columns.wide.iter().sum();
    if let Some(first) = columns.wide.first_mut() {
        *first += right.saturating_sub(at.0 + all);
    }
    let mut boxes = Boxes {
        fields: Vec::new(),
        left: at.0,
        right: at.0 + columns.wide.iter().sum::<u32>(),
        top: at.1 + 1,
        bottom: at.1 + place(of.rows.len().max(1) - 1) + 2,
    };
    for (row, fields) in of.rows.iter().enumerate() {
        let y = at.1 + place(row);
        for field in fields {
            let own = columns.of(field);
            if own.is_empty() {
                continue;
            }
            let left = at.0 + columns.wide[..own.start].iter().sum::<u32>();
            let size = columns.width(field);
            scene.part(Some(ElementId::Field(field.name.clone())));
            scene.frame((left, y), (size + 1, 3), Stroke::Thin);
            scene.write((left + 2, y + 1), &field.name);
            scene.answer((left + 3 + width(&field.name), y + 1), value(field));
            let bits = (field.high - field.low + 1).to_string();
            scene.write((left + 2, if row == 0 { y - 1 } else { y + 3 }), bits);
            boxes.fields.push(FieldBox {
                left,
                right: left + size,
                bottom: y + 2,
            });
        }
    }
    scene.part(None);
    boxes
}

/// Returns the width of a field's name and value.
fn label_width(field: &DividedField) -> u32 {
    width(&field.name) + 3 + (field.high - field.low + 1).div_ceil(4)
}

fn value(field: &DividedField) -> String {
    field
        .value
        .map_or_else(String::new, |value| hex(value, field.high - field.low + 1))
}
