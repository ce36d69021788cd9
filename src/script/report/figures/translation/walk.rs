//! The page walk: the entry that the MMU fetches at each level of the page tables.

use super::pen::{Pen, stroke};
use crate::report::scene::{ElementId, Frame, Place, width};
use crate::report::words::numbers::hex;
use crate::run::record::{Translation, TranslationLevel};

/// What the columns of an entry contain.
const HEADS: [&str; 4] = ["PPN", "v", "PTE", "PTEA"];

/// The widths of the columns, which depend only on the machine.
pub(super) struct Columns {
    /// The name and the value of an index, with the space after it.
    pub(super) index: u32,
    cells: [u32; 4],
}

impl Columns {
    pub(super) fn new(of: &Translation) -> Self {
        let digits = |bits: u32| bits.div_ceil(4);
        let index = |level: &TranslationLevel| width(&name(of, level)) + 5 + digits(bits(level));
        let entry = of.walk.first().map_or(0, |level| level.entry_bits);
        Self {
            index: of.walk.iter().map(index).max().unwrap_or(0),
            cells: [
                digits(of.ppn_bits).max(width(NO_TABLE)),
                1,
                digits(entry).max(width(HEADS[2])),
                digits(of.pa.bits).max(width(HEADS[3])),
            ],
        }
    }

    /// Returns the number of columns.
    pub(super) fn all(&self) -> u32 {
        self.index + self.cells.iter().map(|wide| wide + 2).sum::<u32>() - 2
    }

    fn row<T: AsRef<str>>(&self, cells: &[T]) -> String {
        let cell = |(cell, wide): (&T, &u32)| {
            format!("{:<wide$}", cell.as_ref(), wide = *wide as usize + 2)
        };
        let row: String = cells.iter().zip(&self.cells).map(cell).collect();
        row.trim_end().to_owned()
    }
}

/// The text of a level below an entry that is not present.
const NO_TABLE: &str = "no table";

fn name(of: &Translation, level: &TranslationLevel) -> String {
    if of.walk.len() > 1 {
        format!("VPN{}", level.level)
    } else {
        "VPN".to_owned()
    }
}

/// Returns the width of the index of a level in bits.
fn bits(level: &TranslationLevel) -> u32 {
    level.bits.0 + 1 - level.bits.1
}

impl Pen<'_> {
    /// Draws the levels of the page tables below each other, and returns the area of all boxes.
    pub(super) fn walk(&mut self, at: Place, wide: u32, columns: &Columns) -> Frame {
        let of = self.of;
        let x = at.0 + 2;
        let mut area = Frame {
            at,
            size: (wide, 0),
        };
        for level in &of.walk {
            let id = Some(ElementId::Level(level.level));
            let (mut y, mut rows) = (at.1, 4);
            if area.size.1 > 0 {
                self.step(level.reached, id);
                (y, rows) = (area.bottom() + 2, 3);
                let x = x + columns.index + 1;
                let points = [(x, area.bottom()), (x, y - 1)];
                self.scene.arrow(&points, stroke(level.reached));
            } else {
                self.scene.part(id);
                // The entries of a table outside memory have neither a raw value nor an address.
                let is_in_memory = |level: &TranslationLevel| level.at.is_some();
                let all = of.walk.len() > 1 || of.walk.iter().any(is_in_memory);
                let heads = &HEADS[..if all { 4 } else { 2 }];
                self.scene
                    .write((x + columns.index, y + 1), columns.row(heads));
            }
            self.scene
                .frame((at.0, y), (wide, rows), stroke(level.reached));
            area.size.1 = y + rows - at.1;
            self.level((x, area.bottom() - 1), columns, level);
        }
        area
    }

    fn level(&mut self, (x, y): Place, columns: &Columns, level: &TranslationLevel) {
        let of = self.of;
        let number = |value: Option<u64>, bits: u32| {
            value.map_or_else(|| "-".to_owned(), |n| hex(n, bits)[2..].to_owned())
        };
        let (name, own_bits) = (name(of, level), bits(level).to_string());
        self.scene.write((x - 3 - width(&own_bits), y), own_bits);
        let index = hex(level.index, bits(level));
        self.scene.answer((x + width(&name) + 1, y), index);
        self.scene.write((x, y), name);
        let mut cells = match level.present {
            Some(present) => vec![
                number(level.ppn, of.ppn_bits),
                u8::from(present || level.reserved).to_string(),
            ],
            // The walk ends at the missing entry above.
            None if of.walk.iter().any(is_absent) => vec![NO_TABLE.to_owned()],
            None => Vec::new(),
        };
        if level.at.is_some() {
            cells.push(number(level.entry, level.entry_bits));
            cells.push(number(level.at, of.pa.bits));
        }
        self.scene
            .answer((x + columns.index, y), columns.row(&cells));
    }
}

fn is_absent(level: &TranslationLevel) -> bool {
    level.present == Some(false) && !level.reserved
}
