//! The declared machine: a core with its caches and TLBs, the shared caches, and main memory.

use super::words::ways;
use crate::report::scene::{
    ElementId, Frame, Line, PartClass, Place, Scene, Stroke, widest, width,
};
use crate::report::words::counts::count;
use crate::run::nouns::size;
use crate::run::record::{System, SystemPart};

/// The columns between two boxes.
const BETWEEN: u32 = 2;

/// The columns between the CPU and the MMU, with room for an arrow.
const ARROW: u32 = 6;

/// Draws a machine. The MMU is between the CPU and the caches.
pub(crate) fn scene(of: &System) -> Scene {
    let mut scene = Scene::new("the machine");
    let (shared, own): (Vec<&SystemPart>, Vec<&SystemPart>) =
        of.caches.iter().partition(|cache| cache.shared);
    let mut pen = Pen {
        scene: &mut scene,
        of,
    };
    // The boxes of a core are below the line with its name.
    let (x, y) = (2, 2);
    let caches = pen.levels(&own);
    let tlbs = pen.levels(&of.tlbs.iter().collect::<Vec<_>>());
    let has_mmu = of.virtual_bits.is_some();
    let lines = pen.mmu();
    let mut cpu = vec![Line::head("CPU")];
    let mut room = wide(&caches);
    let mut least = room.saturating_sub(4);
    if has_mmu {
        cpu.resize(lines.len(), Line::default());
        // The first cache extends below the MMU.
        (room, least) = (room.max(7 + ARROW + 9), 0);
    }
    // The parts appear from the CPU to main memory, and the TLBs before the caches.
    let first = 2 + u16::from(has_mmu);
    let cached = first + tlbs.len() as u16;
    pen.scene.step(Some(1));
    let cpu = pen.scene.boxed((x, y), least, &cpu, Stroke::Thin);
    let (mut core, mut above, mut word) = (cpu, cpu, "");
    if has_mmu {
        let at = (cpu.right() + 1 + ARROW, y);
        let right = x + room + BETWEEN + wide(&tlbs);
        let least = right.saturating_sub(at.0 + 4);
        pen.scene.step(Some(2));
        (above, word) = (pen.scene.boxed(at, least, &lines, Stroke::Thin), "PA");
        core = around(cpu, above);
        pen.scene.write((cpu.right() + 3, y + 1), "VA");
        let points = [(cpu.right(), y + 2), (at.0 - 1, y + 2)];
        pen.scene.arrow(&points, Stroke::Thin);
    }
    room = room.max(cpu.size.0);
    let below = core.bottom() + 2;
    let stacked = pen.stack((x, below), vec![above], &caches, room, (word, cached));
    if has_mmu && stacked.is_some() {
        pen.scene.step(Some(cached));
        let points = [(x + 2, below), (x + 2, cpu.bottom() + 1)];
        pen.scene.arrow(&points, Stroke::Thin);
        pen.scene.write((x + 4, below - 1), "data");
    }
    let at = (x + room + BETWEEN, below);
    let looked_up = pen.stack(at, vec![above], &tlbs, wide(&tlbs), ("", first));
    pen.scene.step(None);
    for part in stacked.into_iter().chain(looked_up) {
        core = around(core, part);
    }
    let named = match of.cores {
        1 => "core".to_owned(),
        cores => format!("core 0 of {cores}; the others are alike"),
    };
    let outer = (core.right() + 3).max(width(&named) + 4);
    let outline = pen
        .scene
        .frame((0, 0), (outer, core.bottom() + 2), Stroke::Thin);
    pen.scene.head((2, 1), named);
    let memory = format!("main memory, {}-bit physical addresses", of.physical_bits);
    let memory = [vec![Line::head(memory)], pen.latency(of.memory_latency)].concat();
    let mut levels = pen.levels(&shared);
    let id = ElementId::Part(PartClass::Memory, "memory".to_owned());
    levels.push(vec![(id, memory)]);
    let at = (x, outline.bottom() + 2);
    let shared = cached + caches.len() as u16;
    pen.stack(at, vec![outline], &levels, room, ("", shared));
    describe(&mut scene, of);
    scene
}

/// Boxes beside each other, each with its part and its lines of text.
type Level = Vec<(ElementId, Vec<Line>)>;

/// Returns the width of the widest level.
fn wide(levels: &[Level]) -> u32 {
    let wide = |level: &Level| {
        let boxes: u32 = level.iter().map(|(_, lines)| widest(lines) + 4).sum();
        boxes + BETWEEN * (level.len() as u32 - 1)
    };
    levels.iter().map(wide).max().unwrap_or(0)
}

struct Pen<'s> {
    scene: &'s mut Scene,
    of: &'s System,
}

impl Pen<'_> {
    fn levels(&self, parts: &[&SystemPart]) -> Vec<Level> {
        let class = |part: &SystemPart| match part.block_bytes {
            Some(_) => PartClass::Cache,
            None => PartClass::Tlb,
        };
        let boxed = |part: &&SystemPart| {
            let id = ElementId::Part(class(part), part.name.clone());
            (id, self.lines(part))
        };
        let level = |row: &Vec<&SystemPart>| row.iter().map(boxed).collect();
        rows(parts).iter().map(level).collect()
    }

    /// Draws levels of boxes below each other and below other boxes, and returns the area of all levels. The last box of a
    /// level extends to the right end. The lines to the first level are arrows with a label, if it is not empty. Each level
    /// has a step, beginning with `first`.
    fn stack(
        &mut self,
        at: Place,
        mut above: Vec<Frame>,
        levels: &[Level],
        room: u32,
        (label, first): (&str, u16),
    ) -> Option<Frame> {
        let mut all: Option<Frame> = None;
        for (step, level) in (first..).zip(levels) {
            self.scene.step(Some(step));
            let y = all.map_or(at.1, |all| all.bottom() + 2);
            let is_labeled = all.is_none() && !label.is_empty();
            let mut x = at.0;
            let mut boxes = Vec::new();
            for (number, (part, lines)) in level.iter().enumerate() {
                let rest = (at.0 + room).saturating_sub(x + 4);
                let least = if number + 1 == level.len() { rest } else { 0 };
                self.scene.part(Some(part.clone()));
                let frame = self.scene.boxed((x, y), least, lines, Stroke::Thin);
                self.scene.part(None);
                x = frame.right() + 1 + BETWEEN;
                for over in &above {
                    let (from, to) = (over.at.0.max(frame.at.0), over.right().min(frame.right()));
                    if from < to {
                        let middle = u32::midpoint(from, to);
                        if is_labeled {
                            let points = [(middle, over.bottom()), (middle, y - 1)];
                            self.scene.arrow(&points, Stroke::Thin);
                            self.scene.write((middle + 2, y - 1), label);
                        } else {
                            let points = [(middle, over.bottom()), (middle, y)];
                            self.scene.line(&points, Stroke::Thin);
                        }
                    }
                }
                all = Some(all.map_or(frame, |all| around(all, frame)));
                boxes.push(frame);
            }
            above = boxes;
        }
        all
    }

    fn lines(&self, part: &SystemPart) -> Vec<Line> {
        let ways = ways(part.sets, part.ways);
        let mut lines = vec![Line::head(format!("{} ({})", part.name, part.serves))];
        if let Some(block) = part.block_bytes {
            let bytes = u128::from(part.entries()) * u128::from(block);
            lines.push(Line::new(format!("{}, {ways}", size(bytes))));
            lines.push(Line::new(format!(
                "{}, {}",
                count(part.sets, "set", "sets"),
                blocks(block)
            )));
        } else {
            lines.push(Line::new(format!("{} entries, {ways}", part.entries())));
            lines.push(Line::new(count(part.sets, "set", "sets")));
        }
        if part.shared {
            lines.push(Line::new("shared by all cores"));
        }
        lines.extend(self.latency(part.latency));
        lines
    }

    /// Returns the lines of the MMU.
    fn mmu(&self) -> Vec<Line> {
        let bits = self.of.virtual_bits.unwrap_or_default();
        let page = size(u128::from(self.of.page_bytes.unwrap_or_default()));
        vec![
            Line::head("MMU"),
            Line::new(format!("{bits}-bit virtual addresses")),
            Line::new(format!(
                "{page} pages, {}",
                count(self.of.levels.into(), "table level", "table levels")
            )),
        ]
    }

    /// Returns the line with a latency, if the machine declares one.
    fn latency(&self, latency: f64) -> Vec<Line> {
        if latency > 0.0 {
            vec![Line::new(format!("{latency} {}", self.of.unit))]
        } else {
            Vec::new()
        }
    }
}

fn blocks(bytes: u64) -> String {
    format!("{} blocks", size(bytes.into()))
}

/// Groups parts of the same level: data and instructions are side by side.
fn rows<'p>(parts: &[&'p SystemPart]) -> Vec<Vec<&'p SystemPart>> {
    let mut rows: Vec<Vec<&SystemPart>> = Vec::new();
    for part in parts {
        match rows.last_mut() {
            Some(row)
                if part.serves != "unified"
                    && row
                        .iter()
                        .all(|other| other.serves != "unified" && other.serves != part.serves) =>
            {
                row.push(part);
            }
            _ => rows.push(vec![part]),
        }
    }
    rows
}

/// Returns the smallest box that contains two boxes.
fn around(one: Frame, other: Frame) -> Frame {
    let at = (one.at.0.min(other.at.0), one.at.1.min(other.at.1));
    let (right, bottom) = (
        one.right().max(other.right()),
        one.bottom().max(other.bottom()),
    );
    Frame {
        at,
        size: (right + 1 - at.0, bottom + 1 - at.1),
    }
}

fn describe(scene: &mut Scene, of: &System) {
    let names = |parts: &[SystemPart]| {
        let each = parts
            .iter()
            .map(|part| format!("{} with {} entries", part.name, part.entries()));
        each.collect::<Vec<_>>().join(", ")
    };
    scene.say(format!("{} with", count(of.cores.into(), "core", "cores")));
    scene.say(format!(
        "TLBs: {}; caches: {}.",
        names(&of.tlbs),
        names(&of.caches)
    ));
}
