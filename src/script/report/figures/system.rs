//! The declared machine: a core with its caches and TLBs, the shared caches, and main memory.

use super::words::ways;
use crate::report::scene::{Frame, Line, Place, Scene, Stroke, widest, width};
use crate::report::words::counts::count;
use crate::run::nouns::size;
use crate::run::record::{System, SystemPart};

/// The columns between two boxes.
const BETWEEN: u32 = 2;

/// Draws a machine.
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
    let caches = pen.column((x, y), &[Line::head("CPU")], &own);
    let mut core = caches;
    if of.virtual_bits.is_some() {
        let x = caches.right() + 1 + BETWEEN;
        let tlbs = pen.column((x, y), &pen.mmu(), &of.tlbs.iter().collect::<Vec<_>>());
        pen.scene
            .line(&[(caches.right(), y + 1), (x, y + 1)], Stroke::Thin);
        core = around(core, tlbs);
    }
    let named = match of.cores {
        1 => "core".to_owned(),
        cores => format!("core 0 of {cores}; the others are alike"),
    };
    let wide = (core.right() + 3).max(width(&named) + 4);
    let outline = pen
        .scene
        .frame((0, 0), (wide, core.bottom() + 2), Stroke::Thin);
    pen.scene.head((2, 1), named);
    let lowest = Frame {
        size: (caches.size.0, outline.size.1),
        at: (x, 0),
    };
    let memory = format!("main memory, {}-bit physical addresses", of.physical_bits);
    let memory = [vec![Line::head(memory)], pen.latency(of.memory_latency)].concat();
    let mut levels: Vec<Vec<Vec<Line>>> = rows(&shared)
        .iter()
        .map(|row| row.iter().map(|part| pen.lines(part)).collect())
        .collect();
    levels.push(vec![memory]);
    pen.stack(vec![lowest], &levels, caches.size.0);
    describe(&mut scene, of);
    scene
}

struct Pen<'s> {
    scene: &'s mut Scene,
    of: &'s System,
}

impl Pen<'_> {
    /// Draws a box with the parts below it, and returns the area of all boxes.
    fn column(&mut self, at: Place, first: &[Line], parts: &[&SystemPart]) -> Frame {
        let mut levels = vec![vec![first.to_vec()]];
        levels.extend(
            rows(parts)
                .iter()
                .map(|row| row.iter().map(|part| self.lines(part)).collect()),
        );
        let wide = |level: &Vec<Vec<Line>>| {
            level.iter().map(|lines| widest(lines) + 4).sum::<u32>()
                + BETWEEN * (level.len() as u32 - 1)
        };
        let room = levels.iter().map(wide).max().unwrap_or(0);
        let above = Frame {
            at,
            size: (room, 0),
        };
        self.stack(vec![above], &levels, room)
    }

    /// Draws levels of boxes below each other. The last box of a level extends to the right end.
    fn stack(&mut self, mut above: Vec<Frame>, levels: &[Vec<Vec<Line>>], room: u32) -> Frame {
        let left = above[0].at.0;
        let mut all: Option<Frame> = None;
        for level in levels {
            let lowest = above
                .iter()
                .map(|frame| frame.at.1 + frame.size.1)
                .max()
                .unwrap_or(0);
            let begins = above[0].size.1 == 0;
            let (mut x, y) = (left, if begins { lowest } else { lowest + 1 });
            let mut boxes = Vec::new();
            for (at, lines) in level.iter().enumerate() {
                let rest = (left + room).saturating_sub(x + 4);
                let least = if at + 1 == level.len() { rest } else { 0 };
                let frame = self.scene.boxed((x, y), least, lines, Stroke::Thin);
                x = frame.right() + 1 + BETWEEN;
                for over in above.iter().filter(|_| !begins) {
                    let (from, to) = (over.at.0.max(frame.at.0), over.right().min(frame.right()));
                    if from < to {
                        let middle = u32::midpoint(from, to);
                        self.scene
                            .line(&[(middle, over.bottom()), (middle, y)], Stroke::Thin);
                    }
                }
                all = Some(all.map_or(frame, |all| around(all, frame)));
                boxes.push(frame);
            }
            above = boxes;
        }
        all.unwrap_or(above[0])
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
    scene.say(
        format!("{} with", count(of.cores.into(), "core", "cores")),
        false,
    );
    scene.say(
        format!("TLBs: {}; caches: {}.", names(&of.tlbs), names(&of.caches)),
        false,
    );
}
