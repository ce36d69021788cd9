//! The structures of an address space, at the left of its boxes: `task_struct` and `mm_struct`, then the list of
//! `vm_area_struct`s. Each structure is in the middle of its area, so that all arrows to areas are straight.

use crate::report::doc::{AreaStruct, Chain, Layout, Slab};
use crate::report::scene::{ElementId, Frame, Line, Place, Scene, Stroke, widest};

/// Maximum number of areas whose structures have a line for each field.
const DETAILED: usize = 6;
/// The columns at the right of `mm_struct` and of the areas' structures.
const SPACES: [u32; 2] = [5, 3];

pub(super) struct Chained<'l> {
    chain: &'l Chain,
    /// The areas' structures with their lines, or `None` for a box without a structure.
    structures: Vec<Option<Vec<String>>>,
    /// The first address of each area.
    starts: Vec<Option<u64>>,
    /// The widths of `mm_struct` and of the areas' structures.
    widths: [u32; 2],
    detailed: bool,
}

impl<'l> Chained<'l> {
    /// Returns the structures of an address space, or `None` if its figure has none.
    pub(super) fn of_layout(layout: &'l Layout) -> Option<Self> {
        let chain = layout.chain.as_ref()?;
        let count = layout.slabs.iter().filter(|slab| slab.structure.is_some());
        let detailed = count.count() <= DETAILED;
        let own = |slab: &Slab| Some(lines(slab.structure.as_ref()?, detailed));
        let structures: Vec<Option<Vec<String>>> = layout.slabs.iter().map(own).collect();
        let areas = structures.iter().flatten().map(|lines| wide(lines)).max();
        let memory = [task(chain), memory(chain)].concat();
        Some(Self {
            chain,
            structures,
            starts: layout.slabs.iter().map(|slab| slab.start).collect(),
            widths: [wide(&memory), areas.unwrap_or(0)],
            detailed,
        })
    }

    pub(super) fn columns(&self) -> u32 {
        self.widths.iter().chain(&SPACES).sum()
    }

    /// Returns the height of a box that has room for its structure and for the arrow `vm_next`.
    pub(super) fn height(&self, slab: &Slab) -> u32 {
        let lines = |of: &AreaStruct| lines(of, self.detailed).len() as u32 + 3;
        slab.structure.as_ref().map_or(0, lines)
    }

    /// Draws the structures beside boxes with these heights, whose left wall is in column `wall`. Returns the row of the first
    /// box, which leaves room for `mm_struct`.
    pub(super) fn draw(&self, scene: &mut Scene, heights: &[u32], wall: u32) -> u32 {
        let (task, memory) = (task(self.chain), memory(self.chain));
        let (tall, room) = (memory.len() as u32 + 1, task.len() as u32 + 3);
        let mut middles: Vec<u32> = Vec::new();
        let mut y = 0;
        for height in heights {
            middles.push(y + height / 2);
            y += height;
        }
        // The line `mmap` of `mm_struct` is in the row of the first area, which is the lowest one.
        let lowest = self.structures.iter().rposition(Option::is_some);
        let mmap = lowest.map_or(0, |at| middles[at]);
        let shift = (tall - 1 + room).saturating_sub(mmap);
        let mmap = mmap + shift;
        let own = put(scene, (0, mmap + 1 - tall - room), self.widths[0], &task);
        let below = put(scene, (0, mmap + 1 - tall), self.widths[0], &memory);
        scene.arrow(&[(4, own.bottom()), (4, below.at.1 - 1)], Stroke::Thin);
        let left = self.widths[0] + SPACES[0];
        if lowest.is_some() {
            scene.arrow(&[(below.right(), mmap), (left - 1, mmap)], Stroke::Thin);
        }
        let mut over = None;
        for ((lines, middle), start) in self.structures.iter().zip(middles).zip(&self.starts) {
            let Some(lines) = lines else { continue };
            let middle = middle + shift;
            scene.part(start.map(ElementId::Area));
            let top = middle - (lines.len() as u32).div_ceil(2);
            let of = put(scene, (left, top), self.widths[1], lines);
            if start.is_some() {
                scene.arrow(&[(of.right(), middle), (wall - 1, middle)], Stroke::Thin);
            }
            let lane = left + 2;
            match over {
                Some(over) => {
                    scene.arrow(&[(lane, top), (lane, over + 1)], Stroke::Thin);
                    scene.write((lane + 2, u32::midpoint(top, over)), "vm_next");
                }
                None => scene.write((lane, top.saturating_sub(1)), "vm_next = NULL"),
            }
            over = Some(of.bottom());
        }
        scene.part(None);
        shift
    }

    /// Describes the structures as text.
    pub(super) fn description(&self) -> String {
        let areas = self
            .structures
            .iter()
            .rev()
            .flatten()
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

/// Returns the lines of a structure: one for each field, or a short form.
fn lines(of: &AreaStruct, detailed: bool) -> Vec<String> {
    let value = |name: &str| {
        of.fields
            .iter()
            .find(|(own, _)| own == name)
            .map_or("", |(_, value)| value)
    };
    if of.next.is_empty() {
        return of.fields.iter().map(|(remark, _)| remark.clone()).collect();
    }
    if !detailed {
        let range = format!("{}-{}", value("vm_start"), value("vm_end"));
        return vec![
            "vm_area_struct".to_owned(),
            range,
            format!("{}, {}", value("vm_prot"), value("vm_flags")),
        ];
    }
    let fields = of
        .fields
        .iter()
        .map(|(name, value)| format!("{name} {value}"));
    std::iter::once("vm_area_struct".to_owned())
        .chain(fields)
        .collect()
}

/// Draws a structure, whose first line is its name.
fn put(scene: &mut Scene, at: Place, wide: u32, lines: &[String]) -> Frame {
    let head = lines.iter().take(1).map(Line::head);
    let lines: Vec<Line> = head.chain(lines.iter().skip(1).map(Line::new)).collect();
    scene.boxed(at, wide - 4, &lines, Stroke::Thin)
}
