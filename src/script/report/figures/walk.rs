//! A page walk: the fields of the address above, the table of each level below, and arrows from the indexes to the entries
//! and from the entries to the next table.

use crate::report::broken::broken;
use crate::report::narrate::page_walk::{
    covers, entry, index, index_bits, index_value, offset, result, target, title,
};
use crate::report::scene::{ElementId, Scene, Stroke, width};
use crate::report::words::numbers::hex;
use crate::run::record::WalkView;
use crate::run::steps::Fetched;
use pagewalk_engine::machine::event::PteKind;

/// The columns between two tables: the lanes of the index and of the address of the next table.
const BETWEEN: u32 = 4;
/// The least width of the offset.
const OFFSET: u32 = 16;
/// The column of the first table, with room for CR3.
const LEFT: u32 = 6;
/// The width above which the contents of entries have several rows, and that of a page.
const WIDE: [u32; 2] = [100, 112];
/// The row of the tables.
const TABLES: u32 = 8;
/// The names of the tables of four levels, as in Linux.
const NAMES: [&str; 4] = [
    "global directory",
    "upper directory",
    "middle directory",
    "page table",
];
/// The rows from the end of the arrows to the line below the physical address.
const ADDRESS: u32 = 5;

/// Draws a walk. A paper has a table for each level and the offset of a base page, because the end of the walk is an answer.
pub(crate) fn scene(of: &WalkView, filled: bool) -> Scene {
    let mmu = of.spec.mmu.as_ref();
    let levels = mmu.map_or(0, |mmu| mmu.levels.len() as u32);
    // The machine's widths determine the width of a column, so that it reveals no answer.
    let frame = width("frame 0x") + of.spec.ppn_bits().div_ceil(4);
    let word = 2 + mmu.map_or(0, |mmu| 2 * mmu.pte.bytes);
    let room = frame.max(word).max(width("reserved bit set"));
    let wide = |room: u32| LEFT + levels * (room + BETWEEN) + OFFSET;
    let folds = wide(room + 4) > WIDE[0];
    let room = if folds {
        10.max(2 + of.spec.ppn_bits().div_ceil(4))
    } else {
        room
    };
    let pad = u32::from(wide(room + 4) <= WIDE[1]);
    let pen = Pen {
        of,
        filled,
        room,
        pad,
        folds,
    };
    pen.scene(levels)
}

struct Pen<'w> {
    of: &'w WalkView,
    filled: bool,
    /// The width of the text in a table.
    room: u32,
    /// The blanks between this text and the borders.
    pad: u32,
    /// Whether words and digits are below each other.
    folds: bool,
}

impl Pen<'_> {
    /// Returns the width of a table.
    fn wide(&self) -> u32 {
        self.room + 2 * self.pad + 2
    }

    fn x(&self, at: u32) -> u32 {
        LEFT + at * (self.wide() + BETWEEN)
    }

    fn fetched(&self, level: u32) -> Option<&Fetched> {
        let mut all = self.of.walk.levels.iter();
        all.find(|fetched| fetched.level == level && self.filled)
    }

    fn scene(&self, levels: u32) -> Scene {
        let of = self.of;
        let mut scene = Scene::new(title(of));
        let leaf = of.walk.leaf().filter(|_| self.filled).unwrap_or(levels);
        let right = self.x(levels) + OFFSET - 1;
        let (value, bits) = if self.filled {
            offset(of)
        } else {
            (String::new(), of.spec.page_bits())
        };
        for level in 1..=leaf {
            let (name, bits) = index(of, level);
            let bits = format!("{} bits, {bits}", index_bits(of, level));
            let value = index_value(of, level);
            let value = if self.filled { &*value } else { "" };
            let ends = (self.x(level - 1), self.x(level));
            field(&mut scene, (ends, 1), [&name, value]);
            scene.write((ends.0 + 2, 0), bits);
        }
        // The offset in a huge page takes the room of the indexes that the page does not have.
        let offset = (self.x(leaf), right);
        field(&mut scene, (offset, 1), ["VPO", &value]);
        let widths = format!("{bits} bits, {}–0", bits.max(1) - 1);
        scene.write((offset.0 + 2, 0), &*widths);
        let rows = if self.folds { 4 } else { 2 };
        let entry_bottom = TABLES + 3 + rows;
        let mut lane = LEFT;
        let mut last = 1;
        for level in 1..=leaf {
            let fetched = self.fetched(level);
            if self.filled && fetched.is_none() {
                break;
            }
            last = level as u16 + 1;
            scene.step(Some(level as u16));
            scene.part(Some(ElementId::Level(level)));
            lane = self.table(&mut scene, level, fetched, entry_bottom);
            let leads_on = fetched.is_none_or(|level| level.found == PteKind::Table);
            if level < leaf && leads_on {
                scene.step(Some(last));
                let next = self.x(level);
                let from = (lane - 3, entry_bottom - 1);
                let points = [from, (lane, from.1), (lane, TABLES), (next - 1, TABLES)];
                scene.arrow(&points, Stroke::Thin);
            }
            scene.part(None);
        }
        scene.step(Some(1));
        scene.head((0, TABLES), "CR3");
        scene.arrow(&[(4, TABLES), (LEFT - 1, TABLES)], Stroke::Thin);
        scene.step(Some(last));
        // The page number comes from the last entry, and the offset from the address.
        let below = entry_bottom + 5;
        let from = (lane - 3, entry_bottom - 1);
        scene.arrow(&[from, (lane, from.1), (lane, below - 1)], Stroke::Thin);
        let faults = self.filled && of.walk.pa().is_none();
        if !faults {
            let middle = (u32::midpoint(self.x(leaf), right)).max(lane + 2);
            scene.arrow(&[(middle, 4), (middle, below - 1)], Stroke::Thin);
            let high = of.spec.physical_bits;
            let own = high.saturating_sub(bits);
            let number = of.walk.pa().map(|pa| hex(pa.raw() >> bits, own));
            let number = number.filter(|_| self.filled).unwrap_or_default();
            let left = offset.0 - (hex(0, own).len() as u32).max(14) - 4;
            field(&mut scene, ((left, offset.0), below), ["PPN", &number]);
            field(&mut scene, (offset, below), ["PPO", &value]);
            let own = format!("{own} bits, {}–{bits}", high.max(1) - 1);
            scene.write((left + 2, below + 4), own);
            scene.write((offset.0 + 2, below + 4), widths);
        }
        if self.filled {
            let words = match of.walk.pa() {
                Some(pa) => {
                    let pa = hex(pa.raw(), of.spec.physical_bits);
                    let page = covers(of, leaf);
                    let page = format!(", {page} page");
                    let page = if leaf < levels { &*page } else { "" };
                    format!("physical address {pa}{page}")
                }
                None => result(of),
            };
            let row = if faults { below } else { below + ADDRESS };
            let x = (lane - 1).min((right + 1).saturating_sub(width(&words)));
            scene.write((x, row), words);
        }
        scene.reserve((right + 1, below + ADDRESS + 1));
        self.describe(&mut scene, leaf);
        scene
    }

    /// Draws the table of a level, and returns the column of the lane at the right of the lane of the index.
    fn table(&self, scene: &mut Scene, level: u32, fetched: Option<&Fetched>, bottom: u32) -> u32 {
        let of = self.of;
        let (x, wide) = (self.x(level - 1), self.wide());
        let names = of.spec.mmu.as_ref().map_or(0, |mmu| mmu.levels.len()) == NAMES.len();
        let name = NAMES
            .get(level as usize - 1)
            .filter(|name| names && width(name) <= wide);
        if let Some(name) = name {
            scene.write((x, TABLES - 1), *name);
        }
        let above = TABLES - 1 - u32::from(name.is_some());
        scene.head((x, above), format!("level {level}"));
        scene.shaded((x, TABLES), (wide, bottom + 2 - TABLES));
        scene.frame((x, TABLES + 2), (wide, bottom - 1 - TABLES), Stroke::Thin);
        if let Some(fetched) = fetched {
            let entry = entry(of, fetched);
            let target = target(of, fetched);
            let room = self.room as usize;
            let half = if self.folds { 10 } else { room };
            let (high, low) = entry.split_at(entry.len().min(half));
            let words = broken(&target, room, 0);
            let parts = [high, low].into_iter().chain(words.lines());
            let parts = parts.filter(|part| !part.is_empty());
            for (row, part) in (TABLES + 3..).zip(parts) {
                scene.write((x + 1 + self.pad, row), part);
            }
        }
        let covers = covers(of, level);
        let rows = if self.folds {
            vec!["covers".to_owned(), covers]
        } else {
            vec![format!("covers {covers}")]
        };
        for (row, words) in (bottom + 2..).zip(rows) {
            scene.write((x, row), words);
        }
        // The index selects the entry. The arrow ends beside the box, whose text it must not cross.
        let (edge, row) = (x + wide - 1, TABLES + 3);
        let points = [(edge + 2, 4), (edge + 2, row), (edge + 1, row)];
        scene.arrow(&points, Stroke::Thin);
        edge + 3
    }

    fn describe(&self, scene: &mut Scene, leaf: u32) {
        let of = self.of;
        for level in 1..=leaf {
            let (name, bits) = index(of, level);
            let mut parts = vec![name, format!("bits {bits}")];
            match self.fetched(level) {
                Some(fetched) => parts.extend([
                    index_value(of, fetched.level),
                    format!("level {level}"),
                    entry(of, fetched),
                    target(of, fetched),
                    format!("covers {}", covers(of, level)),
                ]),
                None if !self.filled => parts.push(format!("level {level}")),
                None => {}
            }
            scene.say(format!("{}.", parts.join(", ")));
        }
        if self.filled {
            scene.say(format!("VPO {}. {}.", offset(of).0, result(of)));
        }
    }
}

/// Draws a field of an address between two columns and below a row: its name and its value.
fn field(scene: &mut Scene, ((left, right), y): ((u32, u32), u32), [name, value]: [&str; 2]) {
    scene.part(Some(ElementId::Field(name.to_owned())));
    scene.frame((left, y), (right + 1 - left, 4), Stroke::Thin);
    scene.head((left + 2, y + 1), name);
    scene.write((left + 2, y + 2), value);
    scene.part(None);
}
