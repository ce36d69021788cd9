//! The structures of an address space, at the left of its boxes: `task_struct` and `mm_struct`, then the list of
//! `vm_area_struct`s. An arrow leads from each of these to its area.

use super::super::lanes::{self, Link};
use crate::report::broken::broken;
use crate::report::doc::{Chain, Layout, Slab};
use crate::report::scene::{ElementId, Frame, Line, Place, Scene, Stroke, widest, width};

/// The columns at the right of `mm_struct`.
const SPACE: u32 = 3;
/// The columns between an area's structure and the addresses, without the lanes of arrows.
const ARROW: u32 = 2;
/// The rows of the heading above the structures of areas.
const HEADING: u32 = 1;

/// The heading of the structures of areas.
const HEAD: &str = "vm_area_struct";
/// The least room of `vm_flags`, which may have several rows.
const FLAGS: u32 = 16;

/// The form of the structures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Beside the areas, with two fields in each row.
    Low,
    /// Beside the areas, with a row for each field.
    Narrow,
    /// Above the areas, without arrows to them.
    Above,
}

pub(super) struct Chained<'l> {
    chain: &'l Chain,
    slabs: &'l [Slab],
    form: Form,
    /// The widths of `mm_struct` and of the areas' structures.
    widths: [u32; 2],
    structures: Vec<Structure>,
    /// The number of lanes of the arrows to areas.
    lanes: u32,
    /// The row of the first box.
    pub(super) first: u32,
    /// The row of `mmap` in `mm_struct`.
    mmap: u32,
}

/// The structure of an area.
struct Structure {
    start: Option<u64>,
    lines: Vec<String>,
    top: u32,
    /// The row of the middle of the area.
    area: u32,
    lane: u32,
}

impl Structure {
    fn high(&self) -> u32 {
        self.lines.len() as u32 + 2
    }

    fn middle(&self) -> u32 {
        self.top + self.high() / 2
    }

    /// Whether the arrow to the area leads upward, or downward.
    fn turns(&self) -> std::cmp::Ordering {
        self.area.cmp(&self.middle())
    }
}

impl<'l> Chained<'l> {
    /// Returns the structures of an address space whose boxes have these heights, or `None` if its figure has none.
    pub(super) fn of_layout(layout: &'l Layout, heights: &[u32], form: Form) -> Option<Self> {
        let chain = layout.chain.as_ref()?;
        let mut structures = Vec::new();
        let mut y = 0;
        for (slab, height) in layout.slabs.iter().zip(heights) {
            if let Some(lines) = &slab.structure {
                structures.push(Structure {
                    start: slab.start,
                    lines: fields(lines, form),
                    top: 0,
                    area: y + height / 2,
                    lane: 0,
                });
            }
            y += height;
        }
        if let Some(last) = structures.first_mut() {
            last.lines.push("vm_next NULL".to_owned());
        }
        let areas = structures.iter().map(|own| wide(&own.lines)).max();
        let memory = [task(chain), memory(chain)].concat();
        let mut own = Self {
            chain,
            slabs: &layout.slabs,
            form,
            widths: [wide(&memory), areas.unwrap_or(0).max(HEAD.len() as u32)],
            structures,
            lanes: 0,
            first: 0,
            mmap: 0,
        };
        own.place(y);
        own.route();
        Some(own)
    }

    /// Places the structures beside boxes with this total height, as near as possible to their areas.
    fn place(&mut self, boxes: u32) {
        let all: u32 = self.structures.iter().map(|own| own.high() + 1).sum();
        let needed = HEADING + all.saturating_sub(1);
        let is_above = self.form == Form::Above;
        let mut end = if is_above {
            needed
        } else {
            needed.max(boxes + 1)
        };
        // Short boxes are in the middle of the structures.
        let mut shift = end.saturating_sub(boxes + 1) / 2;
        let mut next = HEADING;
        for own in &mut self.structures {
            let wanted = (own.area + shift).saturating_sub(own.high() / 2);
            own.top = if is_above { next } else { wanted.max(next) };
            next = own.top + own.high() + 1;
        }
        for own in self.structures.iter_mut().rev() {
            own.top = own.top.min(end - own.high());
            end = own.top.saturating_sub(1);
        }
        // The line `mmap` of `mm_struct` is beside the lowest area's structure.
        let [above, tall] = self.memory_rows();
        let lowest = self.structures.last().map_or(0, Structure::middle);
        let down = (above + tall - 1).saturating_sub(lowest);
        self.mmap = lowest + down;
        for own in &mut self.structures {
            own.top += down;
        }
        shift += down;
        if is_above {
            let low = self.structures.last().map_or(0, |own| own.top + own.high());
            shift = low.max(self.mmap + 2) + 1;
        }
        for own in &mut self.structures {
            own.area += shift;
        }
        self.first = shift;
    }

    /// Returns the rows above `mm_struct`, and its rows up to `mmap`.
    fn memory_rows(&self) -> [u32; 2] {
        [
            task(self.chain).len() as u32 + 3,
            memory(self.chain).len() as u32 + 1,
        ]
    }

    /// Assigns lanes. Of adjacent arrows that turn upward, the first one turns first, and of those that turn downward, the
    /// last one, so that no two arrows cross.
    fn route(&mut self) {
        for run in self.structures.chunk_by_mut(|a, b| a.turns() == b.turns()) {
            let count = run.len() as u32;
            let is_up = run[0].turns().is_lt();
            for (own, at) in run.iter_mut().zip(0..) {
                own.lane = if is_up { at } else { count - 1 - at };
            }
            if run[0].turns().is_ne() {
                self.lanes = self.lanes.max(count);
            }
        }
    }

    /// Returns the columns at the left of the addresses.
    pub(super) fn columns(&self) -> u32 {
        match self.form {
            Form::Above => 0,
            Form::Low | Form::Narrow => self.all() + self.lanes + ARROW,
        }
    }

    /// Returns the columns of the structures.
    pub(super) fn all(&self) -> u32 {
        self.widths[0] + SPACE + self.widths[1]
    }

    /// Draws the structures beside boxes whose left wall is in column `wall`.
    pub(super) fn draw(&self, scene: &mut Scene, wall: u32) {
        let (task, memory) = (task(self.chain), memory(self.chain));
        let [above, tall] = self.memory_rows();
        let top = self.mmap + 1 - tall;
        let own = put(scene, (0, top - above), self.widths[0], &task, true);
        let below = put(scene, (0, top), self.widths[0], &memory, true);
        scene.arrow(&[(4, own.bottom()), (4, below.at.1 - 1)], Stroke::Thin);
        let left = self.widths[0] + SPACE;
        if let Some(first) = self.structures.first() {
            scene.head((left, first.top - 1), HEAD);
            let points = [(below.right(), self.mmap), (left - 1, self.mmap)];
            scene.arrow(&points, Stroke::Thin);
        }
        let mut over = None;
        for own in &self.structures {
            scene.part(own.start.map(ElementId::Area));
            let of = put(scene, (left, own.top), self.widths[1], &own.lines, false);
            if own.start.is_some() && self.form != Form::Above {
                let link = Link {
                    from: own.middle(),
                    to: own.area,
                    stroke: Stroke::Thin,
                };
                let points = lanes::points(&link, own.lane, of.right(), wall);
                scene.arrow(&points, Stroke::Thin);
            }
            if let Some(over) = over {
                let lane = left + 2;
                scene.arrow(&[(lane, own.top), (lane, over + 1)], Stroke::Thin);
                scene.write((lane + 2, u32::midpoint(own.top, over)), "vm_next");
            }
            over = Some(of.bottom());
        }
        scene.part(None);
    }

    /// Describes the structures as text.
    pub(super) fn description(&self) -> String {
        let areas = self
            .slabs
            .iter()
            .rev()
            .filter_map(|slab| slab.structure.as_ref())
            .map(|lines| lines.join(", "));
        let areas: Vec<String> = areas.collect();
        let first = if areas.is_empty() {
            "which is NULL".to_owned()
        } else {
            format!("which points to the first of these: {}", areas.join("; "))
        };
        format!(
            "task_struct of {}: mm points to mm_struct, with pgd {} and mmap, {first}.",
            self.chain.process, self.chain.pgd
        )
    }
}

/// Returns the lines of an area's structure without its name.
fn fields(of: &[String], form: Form) -> Vec<String> {
    match of {
        [name, end, start, prot, flags] if name == HEAD => {
            if form == Form::Low {
                return vec![format!("{start}  {end}"), format!("{prot}  {flags}")];
            }
            let room = width(start).max(width(end)).max(FLAGS);
            let flags = broken(flags, room as usize, 0);
            let fields = [end, start, prot].into_iter().cloned();
            fields.chain(flags.lines().map(str::to_owned)).collect()
        }
        remark => remark.to_vec(),
    }
}

/// Returns the width of a box with these lines.
fn wide(of: &[String]) -> u32 {
    widest(&of.iter().map(Line::new).collect::<Vec<_>>()) + 4
}

fn task(chain: &Chain) -> Vec<String> {
    vec![format!("task_struct of {}", chain.process), "mm".to_owned()]
}

fn memory(chain: &Chain) -> Vec<String> {
    let mmap = if chain.mmap == "NULL" {
        "mmap NULL"
    } else {
        "mmap"
    };
    vec![
        "mm_struct".to_owned(),
        format!("pgd {}", chain.pgd),
        mmap.to_owned(),
    ]
}

/// Draws a structure, whose first line may be its name.
fn put(scene: &mut Scene, at: Place, wide: u32, lines: &[String], named: bool) -> Frame {
    let (head, rest) = lines.split_at(usize::from(named).min(lines.len()));
    let head = head.iter().map(Line::head);
    let lines: Vec<Line> = head.chain(rest.iter().map(Line::new)).collect();
    scene.boxed(at, wide - 4, &lines, Stroke::Thin)
}
