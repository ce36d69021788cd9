//! The caches and main memory, and the data that they supply.

use super::pen::{LEFT, Pen, Placed, RESULT, flow, part, stroke};
use super::{Addresses, LINES};
use crate::report::scene::{Frame, Line, PartClass, Place, widest};
use crate::report::words::numbers::hex;
use crate::run::record::{DividedField, Lookup};

/// The room of the caches beside the translation.
const CACHES: u32 = 76;
/// The least width of the box that compares the tags.
const COMPARE: u32 = 22;
/// The columns between this box and the cache, with room for `tags` above an arrow.
const BESIDE: u32 = 7;

impl Pen<'_> {
    /// Returns the box that compares the tags, if the first cache is looked up during the translation.
    fn compare(&self) -> Option<[Line; 3]> {
        let of = self.of;
        let cache = of.caches.first().filter(|_| of.side_by_side)?;
        let known = |tag| hex(tag, cache.tag_bits);
        let found = match cache.hit.filter(|_| of.pa.value.is_some()) {
            None => "",
            Some(true) => "holds it: hit",
            Some(false) => "lacks it: miss",
        };
        Some([
            Line::head("compare the tags"),
            Line::labeled("CT ", cache.tag.map_or_else(String::new, known)),
            Line::labeled("set ", found),
        ])
    }

    /// Returns the last box, which serves the misses of the drawn caches.
    fn main_memory(&self) -> [Line; 1] {
        let rest = self
            .of
            .caches
            .iter()
            .skip(1)
            .filter(|_| self.of.side_by_side);
        let names = rest.map(|cache| &*cache.name).chain(["main memory"]);
        [Line::head(names.collect::<Vec<_>>().join(", "))]
    }

    /// Places the caches and main memory, or the box that compares the tags and main memory.
    fn placed(&self, at: Place) -> Vec<Placed> {
        let memory = (widest(&self.main_memory()) + 4, 3);
        let (limit, mut sizes) = match self.compare() {
            Some(lines) => (0, vec![(widest(&lines).max(COMPARE) + 4, 5)]),
            None if self.is_wide() => (at.0 + CACHES, Vec::new()),
            None => (self.columns, Vec::new()),
        };
        if sizes.is_empty() {
            sizes.extend(self.of.caches.iter().map(|own| self.table(own).size()));
        }
        sizes.push(memory);
        flow(at, limit, &sizes)
    }

    /// Returns the width of the caches beside the translation.
    pub(super) fn caches_width(&self) -> u32 {
        let placed = self.placed((0, 0));
        let right = placed.iter().map(|own| own.frame.right()).max();
        let beside = self.of.caches.first().filter(|_| self.of.side_by_side);
        let beside = beside.map_or(0, |cache| self.table(cache).size().0 + BESIDE);
        right.filter(|_| self.of.memory.is_some()).unwrap_or(0) + beside
    }

    /// Draws the caches and main memory.
    pub(super) fn memory(&mut self, of: &Addresses) {
        let Some(reached) = self.of.memory else {
            return;
        };
        let placed = self.placed((of.pa.left, of.below + 1));
        let done = self.of.pa.value.is_some();
        let compare = self.compare();
        for (at, own) in placed.iter().enumerate() {
            let lookup = self.of.caches.get(at).filter(|_| at + 1 < placed.len());
            let used = lookup.map_or(reached, |cache| done && cache.hit.is_some());
            match (lookup, &compare) {
                (Some(cache), Some(lines)) => {
                    self.looked_up(cache, (of, *own));
                    self.step(used, part(PartClass::Cache, &cache.name));
                    self.scene.boxed(own.frame.at, COMPARE, lines, stroke(used));
                }
                (Some(cache), None) => {
                    self.step(used, part(PartClass::Cache, &cache.name));
                    self.table(cache)
                        .draw(self.scene, own.frame.at, stroke(used), true);
                }
                (None, _) => {
                    self.step(used, part(PartClass::Memory, "memory"));
                    let memory = self.main_memory();
                    self.scene.boxed(own.frame.at, 0, &memory, stroke(used));
                }
            }
            if at == 0 {
                let is_used = |field: &&DividedField| compare.is_none() || field.name == "CT";
                let fields = self.of.pa.rows.get(1).into_iter().flatten();
                let fields: Vec<DividedField> = fields.filter(is_used).cloned().collect();
                self.fields(&of.pa, own.frame, Some(&fields), used);
            } else {
                self.miss(placed[at - 1].frame, own.frame, used);
            }
        }
        self.step(done, None);
        let below = placed.last().map_or(of.below, |last| last.below);
        let (to, label) = if self.is_wide() {
            // The line to the CPU goes around the translation.
            let (x, y) = (of.va.right + LINES[1], below.max(of.end + 2));
            (vec![(x, y), (RESULT, y), (RESULT, of.cpu)], y - 1)
        } else {
            (vec![(RESULT, of.cpu)], below + 1)
        };
        for (at, own) in placed.iter().enumerate() {
            let lookup = self.of.caches.get(at).filter(|_| at + 1 < placed.len());
            let supplies = lookup.map_or(reached, |cache| done && cache.hit == Some(true));
            // A store that misses first fills a line of the first cache.
            let misses = self.of.stores && reached && !self.of.caches.is_empty();
            let supplies = if misses { at == 0 } else { supplies };
            let word = match lookup {
                // The bytes of a store enter the first cache after a miss, too.
                Some(_) if at == 0 && self.of.stores => "store",
                Some(_) => "hit",
                None => "",
            };
            self.data(*own, word, &to, supplies);
        }
        self.bytes((LEFT, label));
    }

    /// Draws a cache that is looked up together with the first TLB, beside the box that compares the tags.
    fn looked_up(&mut self, cache: &Lookup, (of, compare): (&Addresses, Placed)) {
        let table = self.table(cache);
        let compare = compare.frame;
        let frame = Frame {
            at: (compare.right() + 1 + BESIDE, compare.at.1),
            size: table.size(),
        };
        let used = stroke(cache.hit.is_some());
        self.scene.step(cache.hit.map(|_| 2));
        self.scene.part(part(PartClass::Cache, &cache.name));
        table.draw(self.scene, frame.at, used, false);
        // The line from the virtual address goes around the physical one.
        let (x, y) = (
            of.pa.right.max(of.va.right).max(frame.right()) + 2,
            of.va.top + 1,
        );
        let points = [
            (of.va.right, y),
            (x, y),
            (x, frame.center()),
            (frame.right() + 1, frame.center()),
        ];
        self.scene.arrow(&points, used);
        let is_same = self
            .of
            .pa
            .rows
            .iter()
            .flatten()
            .any(|field| field.name == "CI");
        let words = if is_same {
            "CI does not change"
        } else {
            "CI of the virtual address"
        };
        self.scene.write((frame.at.0, frame.at.1 - 1), words);
        self.step(
            cache.hit.is_some() && self.of.pa.value.is_some(),
            part(PartClass::Cache, &cache.name),
        );
        let y = compare.center();
        self.scene
            .arrow(&[(frame.at.0, y), (compare.right() + 1, y)], used);
        self.scene.write((compare.right() + 2, y - 1), "tags");
    }

    /// Writes the bytes that were read or written.
    fn bytes(&mut self, at: Place) {
        const BYTES: usize = 16;
        let byte =
            |byte: &Option<u8>| byte.map_or_else(|| "??".to_owned(), |byte| format!("{byte:02X}"));
        let bytes: Vec<String> = self.of.data.iter().take(BYTES).map(byte).collect();
        let more = if self.of.data.len() > BYTES {
            " …"
        } else {
            ""
        };
        let known = self.of.data.iter().any(Option::is_some) || self.of.data.is_empty();
        let data = match self.of.memory {
            _ if known => format!("{}{more}{}", bytes.join(" "), self.supplied()),
            Some(true) => "unknown (from memory)".to_owned(),
            _ => "unknown".to_owned(),
        };
        self.scene.write(at, "data");
        self.scene.answer((at.0 + 5, at.1), data);
    }

    /// Returns the part that supplied the bytes of a load, if the figure shows memory.
    fn supplied(&self) -> String {
        let of = self.of;
        let hit = of.caches.iter().find(|cache| cache.hit == Some(true));
        match hit
            .map(|cache| &*cache.name)
            .or((of.memory == Some(true)).then_some("main memory"))
        {
            Some(part) if !of.stores => format!(" from {part}"),
            _ => String::new(),
        }
    }
}
