//! The fields of an address as adjacent boxes, which other parts of a figure lead to.

use std::collections::BTreeSet;

use crate::report::narrate::parts::hex;
use crate::report::scene::{Place, Scene, Stroke, width};
use crate::run::record::{DividedAddress, DividedField};

/// The box of a field: its name, the columns of its left and right border, and the row of its lower border.
struct FieldBox {
    name: String,
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
    /// Returns the column of the middle of a field.
    pub(crate) fn middle(&self, name: &str) -> u32 {
        let field = self.fields.iter().find(|field| field.name == name);
        field.map_or(self.left, |field| u32::midpoint(field.left, field.right))
    }

    /// Returns the row of the lowest border in a column.
    pub(crate) fn bottom_at(&self, x: u32) -> u32 {
        let fields = self.fields.iter().filter(|field| field.left <= x && x <= field.right);
        fields.map(|field| field.bottom).max().unwrap_or(self.bottom)
    }
}

/// Draws the fields of an address, row by row. The boxes together are at least `least` columns wide.
pub(crate) fn draw(scene: &mut Scene, at: Place, least: u32, of: &DividedAddress, answers: bool) -> Boxes {
    // The fields of different rows share borders.
    let ends = |field: &DividedField| [field.low, field.high + 1];
    let bits: BTreeSet<u32> = of.rows.iter().flatten().flat_map(ends).filter(|bit| *bit < of.bits).collect();
    let bits: Vec<u32> = bits.into_iter().rev().collect();
    let mut wide = vec![2u32; bits.len()];
    let segments = |field: &DividedField| {
        let holds = |low: &u32| *low >= field.low && *low <= field.high;
        (0..bits.len()).filter(|at| holds(&bits[*at])).collect::<Vec<_>>()
    };
    for field in of.rows.iter().flatten() {
        let own = segments(field);
        let needs = label(field).0 + 3;
        let has: u32 = own.iter().map(|at| wide[*at]).sum();
        if let Some(first) = own.first() {
            wide[*first] += needs.saturating_sub(has);
        }
    }
    let all: u32 = wide.iter().sum();
    if let Some(first) = wide.first_mut() {
        *first += least.saturating_sub(all + 1);
    }
    let mut boxes = Boxes {
        fields: Vec::new(),
        left: at.0,
        right: at.0 + wide.iter().sum::<u32>(),
        top: at.1,
        bottom: at.1 + 2 * of.rows.len() as u32,
    };
    for (row, fields) in of.rows.iter().enumerate() {
        let y = at.1 + 2 * row as u32;
        for field in fields {
            let own = segments(field);
            let Some(first) = own.first() else { continue };
            let left = at.0 + wide[..*first].iter().sum::<u32>();
            let size = own.iter().map(|at| wide[*at]).sum::<u32>();
            scene.frame((left, y), (size + 1, 3), Stroke::Thin);
            scene.write((left + 2, y + 1), &field.name);
            let value = (left + 3 + width(&field.name), y + 1);
            if answers {
                scene.answer(value, self::value(field));
            } else {
                scene.write(value, self::value(field));
            }
            let (name, bottom) = (field.name.clone(), y + 2);
            boxes.fields.push(FieldBox { name, left, right: left + size, bottom });
        }
    }
    boxes
}

/// Returns the width of a field's name and value.
fn label(field: &DividedField) -> (u32, u32) {
    let digits = (field.high - field.low + 1).div_ceil(4);
    (width(&field.name) + 3 + digits, digits)
}

fn value(field: &DividedField) -> String {
    field.value.map_or_else(String::new, |value| hex(value, field.high - field.low + 1))
}
