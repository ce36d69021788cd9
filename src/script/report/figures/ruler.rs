//! Addresses divided into fields: the bit numbers, with the fields as boxes below them.
//!
//! A narrow address has one cell per bit, as on lecture slides. A wide address has one cell per run of bits between field
//! boundaries, with the numbers of the run's first and last bit.

use std::ops::Range;

use crate::report::doc::{Ruler, RulerRow};
use crate::report::scene::{ElementId, Scene, Stroke, width};
use crate::report::words::numbers::hex;
use crate::run::fields::BitField;

/// Maximum width, in bits, of an address that has one cell per bit.
const CELLS: u32 = 20;
/// Width of a bit's cell.
const CELL: u32 = 3;
/// Minimum width of a run of several bits.
const STRETCH: u32 = 7;
/// The number of columns in which the bits of an address without fields have boxes.
const NARROW: u32 = 80;

/// Draws an address. `boxes` is the number of columns in which each digit of the address can have its own box.
pub(crate) fn scene(of: &Ruler, boxes: u32) -> Scene {
    let mut title = format!("{} ({} bits)", of.title, of.bits);
    if of.rows.is_empty() {
        if let Ok(value) = u64::from_str_radix(&of.digits, 2) {
            title = format!("{} {} ({} bits)", of.title, hex(value, of.bits), of.bits);
        }
        let digit = |digit: char| Some(digit).filter(char::is_ascii_digit);
        let digits = (0..of.bits).rev().zip(of.digits.chars().map(digit));
        return bits(&title, &digits.collect::<Vec<_>>(), boxes.max(NARROW));
    }
    let mut scene = Scene::new(title);
    describe(&mut scene, of);
    if of.bits == 0 || of.rows.iter().any(|row| row.fields.is_empty()) {
        return scene;
    }
    let cell = [CELL, 1].into_iter().find(|cell| {
        let labels = of.rows.iter().map(|row| width(&row.label) + 3).max();
        !of.digits.is_empty() && of.bits * (cell + 1) + labels.unwrap_or(0) < boxes
    });
    let bits = Stretches::new(of, cell);
    bits.number(&mut scene, of);
    let mut top = if of.digits.is_empty() { 1 } else { 2 };
    if !of.digits.is_empty() {
        bits.digits(&mut scene, &of.digits, cell.is_some());
    }
    if cell.is_some() {
        top = 3;
    }
    for (row, y) in of.rows.iter().zip((top..).step_by(2)) {
        let mut end = 0;
        for field in &row.fields {
            scene.part(Some(ElementId::Field(field.full_name())));
            let within = bits.within(field);
            let (left, room) = (bits.left(within.start), bits.room(&within));
            scene.frame((left, y), (room + 2, 3), Stroke::Thin);
            let name = field.full_name();
            let indent = room.saturating_sub(width(&name)) / 2;
            scene.write((left + 1 + indent, y + 1), name);
            end = left + room + 1;
        }
        scene.part(None);
        scene.write((end + 3, y + 1), row.label.clone());
    }
    scene
}

/// Consecutive bits that no field boundary divides.
struct Stretch {
    high: u32,
    low: u32,
    width: u32,
}

/// The runs of bits of an address, from left to right.
struct Stretches(Vec<Stretch>);

impl Stretches {
    /// Divides an address. `cell` is the width of the box of each digit.
    fn new(of: &Ruler, cell: Option<u32>) -> Self {
        let fields = || of.rows.iter().flat_map(|row| &row.fields);
        // The lowest bit of each run.
        let mut lows: Vec<u32> = fields()
            .flat_map(|field| [field.low, field.high + 1])
            .chain([0])
            .collect();
        if of.bits <= CELLS || cell.is_some() {
            lows.extend(0..of.bits);
        }
        lows.retain(|low| *low < of.bits);
        lows.sort_unstable_by(|a, b| b.cmp(a));
        lows.dedup();
        let highs =
            std::iter::once(of.bits - 1).chain(lows.iter().map(|low| low.saturating_sub(1)));
        let stretch = |(high, &low)| {
            // The digits of a run must fit.
            let digits = if of.digits.is_empty() {
                0
            } else {
                high - low + 1
            };
            let width = if high == low {
                cell.unwrap_or(CELL)
            } else {
                STRETCH.max(digits)
            };
            Stretch { high, low, width }
        };
        let mut stretches = Self(highs.zip(&lows).map(stretch).collect());
        fields().for_each(|field| stretches.make_room(field));
        stretches
    }

    fn within(&self, field: &BitField) -> Range<usize> {
        let first = self
            .0
            .iter()
            .position(|stretch| stretch.high <= field.high)
            .unwrap_or(0);
        let last = self
            .0
            .iter()
            .position(|stretch| stretch.low <= field.low)
            .unwrap_or(self.0.len() - 1);
        first..last.max(first) + 1
    }

    /// Returns the column of the left border of a run.
    fn left(&self, at: usize) -> u32 {
        self.0[..at].iter().map(|stretch| stretch.width + 1).sum()
    }

    /// Returns the width of a box around these runs without its borders.
    fn room(&self, within: &Range<usize>) -> u32 {
        self.left(within.end) - self.left(within.start) - 1
    }

    /// Widens a field's runs until the field's name fits.
    fn make_room(&mut self, field: &BitField) {
        let within = self.within(field);
        let missing = (width(&field.full_name()) + 2).saturating_sub(self.room(&within));
        let count = within.len() as u32;
        for (at, stretch) in (0..).zip(&mut self.0[within]) {
            stretch.width += missing / count + u32::from(at < missing % count);
        }
    }

    /// Writes the numbers of the bits. If cells are narrow, only the ends of fields have numbers.
    fn number(&self, scene: &mut Scene, of: &Ruler) {
        let fields = || of.rows.iter().flat_map(|row| &row.fields);
        let mut free = 0;
        for (at, stretch) in self.0.iter().enumerate() {
            let (Stretch { high, low, .. }, left) = (stretch, self.left(at) + 1);
            let begins = fields().any(|field| field.high == *high);
            let ends = fields().any(|field| field.low == *low);
            let (first, last) = (high.to_string(), low.to_string());
            let right = (left + stretch.width).saturating_sub(width(&last));
            let numbers = match high == low {
                true if stretch.width >= CELL => [Some((right, last)), None],
                true => [
                    begins.then_some((left, first)),
                    (ends && !begins).then_some((right, last)),
                ],
                false => [Some((left, first)), Some((right, last))],
            };
            for (x, number) in numbers.into_iter().flatten() {
                if x >= free {
                    free = x + width(&number) + 1;
                    scene.write((x, 0), number);
                }
            }
        }
    }

    /// Writes the digits of each run below the numbers of its bits. A blank in a box is empty.
    fn digits(&self, scene: &mut Scene, digits: &str, boxed: bool) {
        let top = self.0.first().map_or(0, |stretch| stretch.high);
        for (at, stretch) in self.0.iter().enumerate() {
            let Stretch { high, low, .. } = stretch;
            let own = digits
                .get((top - high) as usize..=(top - low) as usize)
                .unwrap_or_default();
            let left = self.left(at);
            let spare = stretch.width.saturating_sub(width(own));
            if boxed {
                scene.frame((left, 1), (stretch.width + 2, 3), Stroke::Thin);
                scene.head((left + 1 + spare / 2, 2), own.replace('_', ""));
            } else {
                let indent = if high == low { spare } else { spare / 2 };
                scene.head((left + 1 + indent, 1), own);
            }
        }
    }
}

fn describe(scene: &mut Scene, of: &Ruler) {
    match of.digits.as_str() {
        "" => {}
        digits if digits.contains('_') => {
            let highest = of.bits.saturating_sub(1);
            scene.say(format!(
                "An empty box for each bit, from {highest} down to 0."
            ));
        }
        digits => scene.say(format!("Its bits are {digits}.")),
    }
    let row = |row: &RulerRow| {
        let fields = row
            .fields
            .iter()
            .map(|field| format!("{} bits {} to {}", field.full_name(), field.high, field.low));
        let fields = fields.collect::<Vec<_>>().join(", ");
        if row.label.is_empty() {
            format!("{fields}.")
        } else {
            format!("{}: {fields}.", row.label)
        }
    };
    of.rows.iter().for_each(|of| scene.say(row(of)));
}

/// Draws the bits of an address in rows of at most `columns` columns. `bits` has the number and the digit of each bit.
pub(crate) fn bits(title: &str, bits: &[(u32, Option<char>)], columns: u32) -> Scene {
    let mut scene = Scene::new(title);
    if let (Some((high, _)), Some((low, _))) = (bits.first(), bits.last()) {
        let digits: String = bits.iter().filter_map(|(_, digit)| *digit).collect();
        let inside = if digits.is_empty() {
            "empty".to_owned()
        } else {
            format!("filled in: {digits}")
        };
        scene.say(format!(
            "One box for each bit from {high} down to {low}, {inside}."
        ));
    }
    let fit = columns.saturating_sub(1) / (CELL + 1);
    let fit = [32, 24, 16, 8, 4].into_iter().find(|row| *row <= fit);
    let rows = bits.len().div_ceil(fit.unwrap_or(2) as usize).max(1);
    let longest = bits.len().div_ceil(rows).max(1);
    for (row, y) in bits.chunks(longest).zip((0..).step_by(5)) {
        // Short rows are aligned at bit 0.
        let indent = (longest - row.len()) as u32 * (CELL + 1);
        for ((number, digit), x) in row.iter().zip((indent..).step_by(CELL as usize + 1)) {
            let number = number.to_string();
            scene.write((x + 4 - width(&number).min(3), y), number);
            scene.frame((x, y + 1), (CELL + 2, 3), Stroke::Thin);
            scene.head((x + 2, y + 2), digit.map_or_else(String::new, String::from));
        }
    }
    scene
}

#[cfg(test)]
mod tests {
    use super::bits;
    use crate::report::scene::tests::{collisions, frames};

    fn boxes(count: u32, digit: Option<char>, columns: u32) -> Vec<(u32, u32)> {
        let all: Vec<_> = (0..count).rev().map(|bit| (bit, digit)).collect();
        let scene = bits("address", &all, columns);
        assert!(scene.size().0 <= columns, "{}", scene.size().0);
        assert_eq!(collisions(&scene), Vec::<String>::new());
        frames(&scene).into_iter().map(|(at, _)| at).collect()
    }

    #[test]
    fn wide_addresses_take_rows_of_equal_length() {
        let rows = |bits, columns| {
            let mut tops: Vec<u32> = boxes(bits, None, columns).iter().map(|at| at.1).collect();
            tops.dedup();
            tops.len()
        };
        let paper = |bits| rows(bits, 114);
        assert_eq!((paper(14), paper(32), paper(48), paper(64)), (1, 2, 2, 3));
        assert_eq!((rows(14, 64), rows(64, 64)), (2, 8));
    }

    #[test]
    fn the_key_has_the_boxes_of_the_paper() {
        assert_eq!(boxes(48, None, 114), boxes(48, Some('1'), 114));
    }
}
