//! An access from the virtual address to the data: the TLBs, the page walk, the physical address, and the caches.
//! The path of the access is thick.

mod lookup;

use super::address::{self, Boxes, Least};
use crate::report::broken::broken;
use crate::report::scene::{Frame, Line, Place, Scene, Stroke, width};
use crate::report::words::numbers::hex;
use crate::run::record::{DividedField, Lookup, Translation, TranslationLevel};
use lookup::{TAG_LINE, lines, lookup_width, tlbs_width};

/// The column of the vertical line that leads from the TLBs to the physical address.
const BUS: u32 = 0;
/// The columns of the boxes to the right of that line.
const LEFT: u32 = 6;
/// The columns between two boxes side by side, with room for `miss` above an arrow.
const GAP: u32 = 7;
/// The maximum number of TLBs and the maximum number of caches that are drawn.
const PARTS: usize = 3;

/// Draws an access.
pub(crate) fn scene(of: &Translation) -> Scene {
    let whose = of
        .process
        .as_ref()
        .map_or_else(String::new, |name| format!(" in {name}"));
    let mut scene = Scene::new(format!("{}{whose}", of.operation));
    let mut pen = Pen {
        scene: &mut scene,
        of,
    };
    if of.side_by_side {
        pen.side_by_side();
    } else {
        pen.in_turn();
    }
    describe(&mut scene, of);
    scene
}

/// Returns the stroke of what an access used or did not use.
fn stroke(used: bool) -> Stroke {
    if used { Stroke::Taken } else { Stroke::Thin }
}

/// Returns the names of the fields that a lookup uses: the tag and the index.
fn used_fields(row: Option<&Vec<DividedField>>) -> String {
    let names = row
        .into_iter()
        .flatten()
        .map(|field| &*field.name)
        .filter(|name| *name != "CO");
    names.collect::<Vec<_>>().join(", ")
}

struct Pen<'s> {
    scene: &'s mut Scene,
    of: &'s Translation,
}

impl Pen<'_> {
    /// Draws the translation first, and then the caches.
    fn in_turn(&mut self) {
        let of = self.of;
        self.scene.head((LEFT, 0), "virtual address");
        let walk_at = LEFT + tlbs_width(of) + if of.tlbs.is_empty() { 0 } else { GAP };
        let walk_wide = of
            .walk
            .iter()
            .map(|level| self.level_width(level))
            .max()
            .unwrap_or(0)
            + 4;
        // The line from VPO to PPO is to the right of the walk.
        let wide = walk_at + walk_wide + 14 - LEFT;
        // VPO and PPO have the same width, because they are the same bits.
        let offset = address::offset_width(&of.va).max(address::offset_width(&of.pa));
        let va = address::draw(
            self.scene,
            (LEFT, 1),
            Least { all: wide, offset },
            &of.va,
            true,
        );
        let top = va.bottom + 3;
        let tlbs = self.tlbs(&va, (LEFT, top));
        // The walk hangs on the TLB that was searched last, beside it.
        let walk_top = tlbs.last().map_or(top, |last| last.at.1);
        let walk = self.walk((walk_at, walk_top), walk_wide);
        if let Some(last) = tlbs.last() {
            self.miss_right(*last, (walk.at.0, walk_top + 2), of.walked);
        } else {
            // The heading is at the left.
            let x = walk.right() - 4;
            self.scene
                .arrow(&[(x, va.bottom_at(x)), (x, top - 1)], stroke(of.walked));
        }
        let lowest = walk.bottom().max(tlbs.last().map_or(0, |tlb| tlb.bottom()));
        let result = self.result((walk.at.0 + 5, walk.bottom() + 1), walk_wide.max(24) - 5);
        let y = (lowest + 2).max(result + 1);
        // Without TLBs, the arrow from the walk is at the left.
        let heading = if of.tlbs.is_empty() { LEFT + 12 } else { LEFT };
        self.scene.head((heading, y), "physical address");
        let least = Least {
            all: va.right + 1 - LEFT,
            offset,
        };
        let pa = address::draw(self.scene, (LEFT, y + 1), least, &of.pa, true);
        let done = of.pa.value.is_some();
        self.scene.arrow(
            &[(walk.at.0 + 2, walk.bottom()), (walk.at.0 + 2, pa.top - 1)],
            stroke(of.walked && done),
        );
        let x = va.right - 5;
        self.scene
            .arrow(&[(x, va.bottom_at(x)), (x, pa.top - 1)], stroke(done));
        self.hits(&tlbs, pa.top + 1);
        self.caches(&pa);
    }

    /// Draws the TLBs below each other.
    fn tlbs(&mut self, va: &Boxes, at: Place) -> Vec<Frame> {
        let of = self.of;
        let mut boxes: Vec<Frame> = Vec::new();
        let mut y = at.1;
        for tlb in of.tlbs.iter().take(PARTS) {
            let looked_up = tlb.hit.is_some();
            let mut lines = lines(of, tlb);
            let more = of.tlbs.len().saturating_sub(PARTS);
            if boxes.len() + 1 == PARTS && more > 0 {
                lines.push(Line::new(format!("and {more} more")));
            }
            let frame = self
                .scene
                .boxed((at.0, y), tlbs_width(of) - 4, &lines, stroke(looked_up));
            let x = frame.at.0 + 8;
            if let Some(above) = boxes.last() {
                self.scene
                    .arrow(&[(x, above.bottom()), (x, y - 1)], stroke(looked_up));
                self.scene.write((x + 2, y - 1), "miss");
            } else {
                self.scene
                    .arrow(&[(x, va.bottom_at(x)), (x, y - 1)], stroke(looked_up));
                self.scene
                    .write((x + 2, y - 2), used_fields(of.va.rows.get(1)));
            }
            y = frame.bottom() + 3;
            boxes.push(frame);
        }
        boxes
    }

    /// Draws the lines from the TLBs that hit to the physical address.
    fn hits(&mut self, tlbs: &[Frame], y: u32) {
        for (frame, tlb) in tlbs.iter().zip(&self.of.tlbs) {
            let from = (frame.at.0, frame.at.1 + 2);
            let points = [from, (BUS, from.1), (BUS, y), (LEFT - 1, y)];
            self.scene.arrow(&points, stroke(tlb.hit == Some(true)));
            self.scene.write((BUS + 2, from.1 - 1), "hit");
        }
    }

    /// Draws the arrow from a box to the box at its right that serves its misses.
    fn miss_right(&mut self, from: Frame, to: Place, used: bool) {
        self.scene
            .arrow(&[(from.right(), to.1), (to.0 - 1, to.1)], stroke(used));
        self.scene.write((from.right() + 2, to.1 - 1), "miss");
    }

    /// Draws the levels of the page tables below each other, and returns the area of all boxes.
    fn walk(&mut self, at: Place, wide: u32) -> Frame {
        let of = self.of;
        let mut y = at.1;
        let mut above: Option<Frame> = None;
        self.scene.head((at.0, y - 1), "page walk from CR3");
        for level in &of.walk {
            let lines = self.level(level);
            let frame = self
                .scene
                .boxed((at.0, y), wide - 4, &lines, stroke(level.reached));
            if let Some(above) = above {
                let x = frame.at.0 + 4;
                self.scene
                    .arrow(&[(x, above.bottom()), (x, y - 1)], stroke(level.reached));
            }
            y = frame.bottom() + 2;
            above = Some(frame);
        }
        let bottom = above.map_or(at.1, Frame::bottom);
        Frame {
            at,
            size: (wide, bottom + 1 - at.1),
        }
    }

    /// Returns the lines of a level: the index and the entry's address, and the entry with its page number.
    fn level(&self, level: &TranslationLevel) -> Vec<Line> {
        let at = level.at.map_or_else(String::new, |at| {
            format!(", PTE at {}", hex(at, self.of.pa.bits))
        });
        let index = format!("{}{at}", hex(level.index, level.bits.0 + 1 - level.bits.1));
        // The raw value of an entry outside memory is not part of the machine's description.
        let entry = level.entry.filter(|_| level.at.is_some());
        let entry = entry.map(|entry| hex(entry, level.entry_bits));
        let target = match (level.present, level.ppn) {
            (None, _) => None,
            (Some(false), _) => Some("not present".to_owned()),
            (Some(true), Some(ppn)) => Some(format!("→ {}", hex(ppn, self.of.ppn_bits))),
            (Some(true), None) => Some("→ next table".to_owned()),
        };
        let parts: Vec<String> = entry.into_iter().chain(target).collect();
        vec![
            Line::labeled(format!("{} ", self.name(level)), index),
            Line::answer(parts.join(" ")),
        ]
    }

    fn name(&self, level: &TranslationLevel) -> String {
        if self.of.walk.len() > 1 {
            format!("VPN{}", level.level)
        } else {
            "VPN".to_owned()
        }
    }

    /// Returns the width of the widest possible lines of a level.
    fn level_width(&self, level: &TranslationLevel) -> u32 {
        let hex = |bits: u32| 2 + bits.div_ceil(4);
        let index = width(&self.name(level)) + 1 + hex(level.bits.0 + 1 - level.bits.1);
        let target = (2 + hex(self.of.ppn_bits)).max(width("not present"));
        (index + width(", PTE at ") + hex(self.of.pa.bits)).max(hex(level.entry_bits) + 1 + target)
    }

    /// Writes the fault, if any, and returns the row below the text. The room is the same in all editions.
    fn result(&mut self, at: Place, room: u32) -> u32 {
        let mut text = self.of.fault.clone().unwrap_or_default();
        if self.of.handled {
            text.push_str("; the kernel handles the fault, and the instruction runs again");
        }
        let lines: Vec<String> = broken(&text, room as usize, 0)
            .lines()
            .map(str::to_owned)
            .collect();
        let rows = lines.len().max(3) as u32;
        for (row, line) in lines.into_iter().enumerate() {
            self.scene.answer((at.0, at.1 + row as u32), line);
        }
        at.1 + rows
    }

    /// Draws the caches side by side, and main memory below the last one.
    fn caches(&mut self, pa: &Boxes) {
        let of = self.of;
        let used = of.pa.value.is_some();
        let y = pa.bottom + 3;
        let Some(memory) = of.memory else { return };
        let mut last: Option<Frame> = None;
        let mut x = LEFT;
        for cache in of.caches.iter().take(PARTS) {
            let looked_up = used && cache.hit.is_some();
            let frame = self.scene.boxed(
                (x, y),
                lookup_width(of, cache),
                &lines(of, cache),
                stroke(looked_up),
            );
            if let Some(left) = last {
                self.miss_right(left, (frame.at.0, y + 2), looked_up);
            } else {
                let x = frame.at.0 + 8;
                self.scene
                    .arrow(&[(x, pa.bottom), (x, y - 1)], stroke(looked_up));
                self.scene
                    .write((x + 2, y - 2), used_fields(of.pa.rows.get(1)));
            }
            x = frame.right() + 1 + GAP;
            last = Some(frame);
        }
        let below = self.memory(last, y, pa, memory);
        self.data((LEFT, below));
    }

    /// Draws main memory, and returns the row below it.
    fn memory(&mut self, last: Option<Frame>, y: u32, pa: &Boxes, used: bool) -> u32 {
        let line = [Line::head("main memory")];
        let (at, from) = match last {
            Some(cache) => ((cache.at.0, cache.bottom() + 3), cache.bottom()),
            None => ((LEFT, y), pa.bottom),
        };
        let memory = self.scene.boxed(at, 0, &line, stroke(used));
        let x = memory.at.0 + 8;
        self.scene.arrow(&[(x, from), (x, at.1 - 1)], stroke(used));
        match self.of.caches.len().saturating_sub(PARTS) {
            _ if last.is_none() => {}
            0 => self.scene.write((x + 2, at.1 - 1), "miss"),
            more => self
                .scene
                .write((x + 2, at.1 - 1), format!("miss, also in {more} more")),
        }
        memory.bottom() + 1
    }

    /// Writes the bytes that were read or written.
    fn data(&mut self, at: Place) {
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

    /// Draws the lookup of the first cache beside that of the TLB.
    fn side_by_side(&mut self) {
        let of = self.of;
        self.scene.head((LEFT, 0), "virtual address");
        let cache = &of.caches[0];
        let cache_at = LEFT + tlbs_width(of).max(30) + GAP + 8;
        let wide = cache_at + lookup_width(of, cache) + 4 - LEFT;
        // The index and the offset are the same in both addresses, unless the index has bits of the VPN.
        let mut va = of.va.clone();
        let same: Vec<_> = of
            .pa
            .rows
            .iter()
            .flatten()
            .filter(|field| ["CI", "CO"].contains(&&*field.name))
            .collect();
        let of_virtual = |field: &DividedField| {
            let bits = !u64::MAX
                .checked_shl(field.high + 1 - field.low)
                .unwrap_or(0);
            DividedField {
                value: of.va.value.map(|va| va >> field.low & bits),
                ..field.clone()
            }
        };
        let fields: Vec<DividedField> = same.iter().map(|field| of_virtual(field)).collect();
        let same = !fields.is_empty();
        match va.rows.get_mut(1) {
            _ if !same => {}
            Some(row) => row.extend(fields),
            None => va.rows.push(fields),
        }
        let offset = address::offset_width(&va).max(address::offset_width(&of.pa));
        let boxes = address::draw(
            self.scene,
            (LEFT, 1),
            Least { all: wide, offset },
            &va,
            true,
        );
        let top = boxes.bottom + 4;
        let tlbs = self.tlbs(&boxes, (LEFT, top));
        let looked_up = cache.hit.is_some();
        // The cache does not know the tag of the address yet.
        let mut stored = lines(of, cache);
        stored.remove(TAG_LINE);
        let x = boxes.middle("CI").max(cache_at + 2);
        let frame = self.scene.boxed(
            (cache_at, top),
            lookup_width(of, cache),
            &stored,
            stroke(looked_up),
        );
        self.scene
            .arrow(&[(x, boxes.bottom_at(x)), (x, top - 1)], stroke(looked_up));
        let words = if same {
            ["the bits that do", "not change"]
        } else {
            ["bits of the", "virtual address"]
        };
        for (row, words) in (1..).zip(words) {
            self.scene.write((x + 2, boxes.bottom + row), words);
        }
        // The page number comes from the TLB, or from the page walk.
        let walk = [
            Line::head("page walk"),
            Line::labeled("levels ", of.walk.len().to_string()),
        ];
        let last = tlbs.last().copied();
        let below = last.map_or(top, |tlb| tlb.bottom() + 3);
        let walk = self.scene.boxed(
            (LEFT, below),
            tlbs_width(of).max(16) - 4,
            &walk,
            stroke(of.walked),
        );
        let x = LEFT + 8;
        match last {
            Some(tlb) => {
                self.scene
                    .arrow(&[(x, tlb.bottom()), (x, below - 1)], stroke(of.walked));
                self.scene.write((x + 2, below - 1), "miss");
            }
            None => self.scene.arrow(
                &[(x, boxes.bottom_at(x)), (x, below - 1)],
                stroke(of.walked),
            ),
        }
        let result = self.result((LEFT + 10, walk.bottom() + 1), cache_at - LEFT - 10);
        let y = (frame.bottom() + 3).max(result + 1);
        let done = of.pa.value.is_some();
        self.scene.head((LEFT + 12, y), "physical address");
        let least = Least {
            all: boxes.right + 1 - LEFT,
            offset,
        };
        let pa = address::draw(self.scene, (LEFT, y + 1), least, &of.pa, true);
        self.scene.arrow(
            &[(x, walk.bottom()), (x, pa.top - 1)],
            stroke(of.walked && done),
        );
        self.hits(&tlbs, pa.top + 1);
        let y = pa.bottom + 3;
        let hit = cache.hit == Some(true);
        let compare = [
            Line::head("compare the tags"),
            Line::labeled(
                "CT ",
                cache
                    .tag
                    .map_or_else(String::new, |tag| hex(tag, cache.tag_bits)),
            ),
            Line::labeled(
                "set ",
                if done {
                    if hit {
                        "holds it: hit"
                    } else {
                        "lacks it: miss"
                    }
                } else {
                    ""
                },
            ),
        ];
        let compare = self
            .scene
            .boxed((LEFT, y), 20, &compare, stroke(done && looked_up));
        let x = LEFT + 8;
        self.scene
            .arrow(&[(x, pa.bottom), (x, y - 1)], stroke(done && looked_up));
        // The lines of the set go around the physical address.
        let x = boxes.right + 2;
        self.scene.arrow(
            &[
                (frame.right(), frame.center()),
                (x, frame.center()),
                (x, compare.center()),
                (compare.right() + 1, compare.center()),
            ],
            stroke(looked_up),
        );
        self.data((LEFT, compare.bottom() + 1));
    }
}

fn describe(scene: &mut Scene, of: &Translation) {
    let outcome = |lookup: &Lookup| match lookup.hit {
        Some(true) => format!(
            "{} hits in set {}.",
            lookup.name,
            lookup.set.unwrap_or_default()
        ),
        Some(false) => format!(
            "{} misses in set {}.",
            lookup.name,
            lookup.set.unwrap_or_default()
        ),
        None => format!("{} is not looked up.", lookup.name),
    };
    let parts: Vec<&str> = of
        .tlbs
        .iter()
        .chain(&of.caches)
        .map(|part| &*part.name)
        .collect();
    scene.say(
        format!(
            "The path through {}, {}-level page tables.",
            parts.join(", "),
            of.walk.len()
        ),
        false,
    );
    for tlb in &of.tlbs {
        scene.say(outcome(tlb), true);
    }
    if of.walked {
        scene.say("The MMU walks the page tables.", true);
    }
    if let Some(fault) = &of.fault {
        scene.say(format!("The access causes a {fault}."), true);
    }
    if let Some(pa) = of.pa.value {
        scene.say(
            format!("The physical address is {}.", hex(pa, of.pa.bits)),
            true,
        );
    }
    for cache in &of.caches {
        scene.say(outcome(cache), true);
    }
}
