//! The boxes of TLBs and caches: the set that was looked up, as a table.

use crate::report::figures::words::ways;
use crate::report::scene::{Place, Scene, Stroke, width};
use crate::report::words::counts::count;
use crate::report::words::numbers::hex;
use crate::run::nouns::size;
use crate::run::record::{Lookup, LookupEntry, Translation};

/// The maximum number of ways that are drawn. Of wider sets, only the way that hit is drawn.
const WAYS: u32 = 16;
/// The maximum number of ways below each other if there is room for more beside them, and that in a low table.
const ROWS: [u32; 2] = [8, 6];
/// The maximum number of ways of a set whose bytes are drawn.
const FEW: u32 = 8;
/// The size of the largest block whose bytes are drawn.
const BYTES: u64 = 4;
/// The word beside an invalid entry with the tag.
const INVALID: &str = "not valid";

/// The table of a set. All widths depend only on the machine.
pub(super) struct Table<'t> {
    of: &'t Lookup,
    title: String,
    ppn_bits: u32,
    /// The widths of the columns: the tag, the page number of a TLB entry, the valid bit, and the bytes of a line.
    cells: Vec<u32>,
    /// The heads of these columns.
    heads: Vec<String>,
    /// The width of the column of the ways.
    way: u32,
    /// Whether there is room for words beside an entry. Sets of large caches have only a mark.
    has_words: bool,
    /// Whether the set and the tag are in the same row.
    is_low: bool,
    /// The number of ways below each other, and of columns of ways.
    rows: u32,
    groups: u32,
}

impl<'t> Table<'t> {
    /// Creates a table, which may be wide and low.
    pub(super) fn new(figure: &Translation, of: &'t Lookup, is_low: bool) -> Self {
        let digits = |bits: u32| bits.div_ceil(4).max(3);
        let is_tlb = of.block_bytes.is_none();
        let bytes = of
            .block_bytes
            .filter(|bytes| *bytes <= BYTES && of.ways <= FEW && figure.caches.len() == 1);
        let (mut cells, mut heads) = (vec![digits(of.tag_bits)], vec!["tag".to_owned()]);
        if is_tlb {
            cells.push(digits(figure.ppn_bits));
            heads.push("PPN".to_owned());
        }
        cells.push(1);
        heads.push("v".to_owned());
        let bytes = bytes.unwrap_or(0);
        cells.extend((0..bytes).map(|_| 2));
        heads.extend((0..bytes).map(|byte| format!("b{byte}")));
        let drawn = if of.ways <= WAYS { of.ways } else { 1 };
        let groups = drawn.div_ceil(ROWS[usize::from(is_low)]);
        let title = format!(
            "{}: {}, {}",
            of.name,
            count(of.sets, "set", "sets"),
            ways(of.sets, of.ways)
        );
        Self {
            of,
            title,
            ppn_bits: figure.ppn_bits,
            cells,
            heads,
            way: width(&(of.ways - 1).to_string()),
            has_words: is_tlb || bytes > 0,
            is_low,
            rows: drawn.div_ceil(groups),
            groups,
        }
    }

    /// Returns the width of an entry.
    fn entry(&self) -> u32 {
        self.way + self.cells.iter().map(|wide| wide + 1).sum::<u32>()
    }

    /// Returns the size of the box.
    pub(super) fn size(&self) -> Place {
        let words = u32::from(self.has_words) * (2 + width(INVALID));
        let tag = width("tag ") + width(&hex(0, self.of.tag_bits));
        // The outcome of a lookup is in the row of the set, or beside the entry that hit.
        let set = self.set() + width(" miss");
        let inner = [
            width(&self.title),
            if self.is_low {
                set + 1 + tag
            } else {
                set.max(tag)
            },
            (self.entry() + 2) * self.groups - 2 + words,
            u32::from(self.of.ways > WAYS) * width("no way has this tag"),
        ];
        let inner = inner.into_iter().max().unwrap_or(0);
        (inner + 4, self.heads_row() + 1 + self.rows + 2)
    }

    /// Returns the width of the number of the set.
    fn set(&self) -> u32 {
        match self.of.sets {
            1 => width("all ways"),
            sets => width("set ") + width(&hex(0, sets.trailing_zeros())),
        }
    }

    /// Returns the row of the heads of the table, after the title, the set, and the tag.
    fn heads_row(&self) -> u32 {
        3 - u32::from(self.is_low)
    }

    /// Draws the box. A cache that is looked up during the translation does not know the tag of the address yet.
    pub(super) fn draw(&self, scene: &mut Scene, at: Place, stroke: Stroke, knows_tag: bool) {
        let of = self.of;
        scene.frame(at, self.size(), stroke);
        let (x, y) = (at.0 + 2, at.1 + 1);
        scene.head((x, y), &self.title);
        let known = |value: Option<u64>, bits| value.map_or_else(String::new, |n| hex(n, bits));
        if of.sets == 1 {
            scene.write((x, y + 1), "all ways");
        } else {
            scene.write((x, y + 1), "set");
            scene.answer((x + 4, y + 1), known(of.set, of.sets.trailing_zeros()));
        }
        let outcome = of.hit.map(|hit| if hit { "hit" } else { "miss" });
        if knows_tag {
            let (x, y) = if self.is_low {
                (x + self.set() + 1, y + 1)
            } else {
                (x, y + 2)
            };
            scene.write((x, y), "tag");
            scene.answer((x + 4, y), known(of.tag, of.tag_bits));
            let is_beside = self.has_words && of.hit == Some(true);
            let outcome = outcome.filter(|_| !is_beside).unwrap_or_default();
            scene.answer(
                (at.0 + self.size().0 - 2 - width(outcome), at.1 + 2),
                outcome,
            );
        }
        for group in 0..self.groups {
            let x = x + group * (self.entry() + 2);
            let heads = (x + self.way + 1, y + self.heads_row());
            scene.write(heads, self.row(&self.heads));
            let first = group * self.rows;
            for way in first..of.ways.min(first + self.rows) {
                self.way(scene, (x, heads.1 + 1 + way - first), way);
            }
        }
    }

    /// Draws a way, or in a wide set the way that hit. A mark is before the entry with the tag of the address.
    fn way(&self, scene: &mut Scene, (x, y): Place, way: u32) {
        let of = self.of;
        let way = if of.ways <= WAYS { Some(way) } else { of.way };
        let Some(way) = way else {
            if of.hit.is_some() {
                scene.answer((x, y), "no way has this tag");
            }
            return;
        };
        let number = way.to_string();
        let place = (x + self.way - width(&number), y);
        if of.ways <= WAYS {
            scene.write(place, number);
        } else {
            scene.answer(place, number);
        }
        let entry = of.entries.iter().flatten().find(|own| own.way == way);
        let is_hit = of.way == Some(way);
        let is_invalid =
            entry.is_some_and(|own| !own.valid && own.tag.is_some() && own.tag == of.tag);
        if is_hit || is_invalid {
            scene.answer((x + self.way, y), "▶");
        }
        let Some(entry) = entry else { return };
        scene.answer((x + self.way + 1, y), self.row(&self.texts(entry)));
        let page = entry.page_bytes.map(|page| size(page.into()));
        let words = [
            is_hit.then(|| "hit".to_owned()),
            is_invalid.then(|| INVALID.to_owned()),
            page.filter(|_| !is_invalid),
        ];
        if self.has_words {
            let words: Vec<String> = words.into_iter().flatten().collect();
            scene.answer((x + self.entry() + 2, y), words.join(", "));
        }
    }

    /// Returns the cells of an entry.
    fn texts(&self, entry: &LookupEntry) -> Vec<String> {
        let number = |value: Option<u64>, bits: u32| {
            value.map_or_else(|| "-".to_owned(), |n| hex(n, bits)[2..].to_owned())
        };
        let mut cells = vec![number(entry.tag, self.of.tag_bits)];
        if self.of.block_bytes.is_none() {
            cells.push(number(entry.ppn, self.ppn_bits));
        }
        cells.push(u8::from(entry.valid).to_string());
        let bytes = entry.bytes.iter().flatten();
        cells.extend(bytes.map(|byte| number(byte.map(u64::from), 8)));
        cells
    }

    /// Returns cells, each as wide as its column.
    fn row(&self, cells: &[String]) -> String {
        let cell = |(cell, wide): (&String, &u32)| format!("{cell:<wide$} ", wide = *wide as usize);
        let row: String = cells.iter().zip(&self.cells).map(cell).collect();
        row.trim_end().to_owned()
    }
}
