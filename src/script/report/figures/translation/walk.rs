//! The page walk: the entry that the MMU fetches at each level of the page tables.

use super::{Pen, stroke};
use crate::report::scene::{ElementId, Frame, Place, width};
use crate::report::words::numbers::hex;
use crate::run::record::{Translation, TranslationLevel};

/// The columns of the levels, from the left end of the text.
pub(super) struct Columns {
    pub(super) ppn: u32,
    valid: u32,
    entry: u32,
    address: u32,
    /// The number of columns.
    pub(super) all: u32,
}

impl Columns {
    /// Returns columns that depend only on the machine.
    pub(super) fn new(of: &Translation) -> Self {
        let digits = |bits: u32| bits.div_ceil(4);
        let index = |level: &TranslationLevel| width(&name(of, level)) + 3 + digits(bits(level));
        let entry = of.walk.first().map_or(0, |level| level.entry_bits);
        let ppn = of.walk.iter().map(index).max().unwrap_or(0) + 2;
        let valid = ppn + digits(of.ppn_bits).max(width("no table")) + 2;
        let entry_at = valid + 3;
        let address = entry_at + digits(entry).max(width("PTE")) + 2;
        Self {
            ppn,
            valid,
            entry: entry_at,
            address,
            all: address + digits(of.pa.bits).max(width("PTEA")),
        }
    }
}

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
    pub(super) fn walk(&mut self, at: Place, wide: u32) -> Frame {
        let of = self.of;
        let columns = Columns::new(of);
        let x = at.0 + 2;
        let mut y = at.1;
        let mut above: Option<Frame> = None;
        for level in &of.walk {
            let heads = u32::from(above.is_none());
            self.scene.part(Some(ElementId::Level(level.level)));
            if let Some(above) = above {
                self.step(level.reached, Some(ElementId::Level(level.level)));
                let x = x + columns.ppn + 1;
                let points = [(x, above.bottom()), (x, y - 1)];
                self.scene.arrow(&points, stroke(level.reached));
            }
            let frame = self
                .scene
                .frame((at.0, y), (wide, 3 + heads), stroke(level.reached));
            if heads > 0 {
                self.heads((x, y + 1), &columns);
            }
            self.level((x, y + 1 + heads), &columns, level);
            y = frame.bottom() + 2;
            above = Some(frame);
        }
        let bottom = above.map_or(at.1, Frame::bottom);
        Frame {
            at,
            size: (wide, bottom + 1 - at.1),
        }
    }

    fn heads(&mut self, (x, y): Place, columns: &Columns) {
        let of = self.of;
        self.scene.write((x + columns.ppn, y), "PPN");
        self.scene.write((x + columns.valid, y), "v");
        // The entries of a table outside memory have neither a raw value nor an address.
        if of.walk.len() > 1 || of.walk.iter().any(|level| level.at.is_some()) {
            self.scene.write((x + columns.entry, y), "PTE");
            self.scene.write((x + columns.address, y), "PTEA");
        }
    }

    fn level(&mut self, (x, y): Place, columns: &Columns, level: &TranslationLevel) {
        let of = self.of;
        let number = |value: Option<u64>, bits: u32| {
            value.map_or_else(|| "-".to_owned(), |n| hex(n, bits)[2..].to_owned())
        };
        let name = name(of, level);
        let own_bits = bits(level).to_string();
        self.scene.write((x - 3 - width(&own_bits), y), own_bits);
        self.scene.write((x, y), &name);
        let index = hex(level.index, bits(level));
        self.scene.answer((x + width(&name) + 1, y), index);
        let mut answer = |column, text| self.scene.answer((x + column, y), text);
        match level.present {
            Some(present) => {
                answer(columns.ppn, number(level.ppn, of.ppn_bits));
                let valid = present || level.reserved;
                answer(columns.valid, u8::from(valid).to_string());
            }
            // The walk ends at the missing entry above.
            None if of.walk.iter().any(is_absent) => answer(columns.ppn, "no table".to_owned()),
            None => {}
        }
        if level.at.is_some() {
            answer(columns.entry, number(level.entry, level.entry_bits));
            answer(columns.address, number(level.at, of.pa.bits));
        }
    }
}

fn is_absent(level: &TranslationLevel) -> bool {
    level.present == Some(false) && !level.reserved
}
