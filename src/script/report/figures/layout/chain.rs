//! The structures of an address space, at the left of its boxes: `task_struct` and `mm_struct`, then the list of
//! `vm_area_struct`s. Each structure is in the middle of its area, so that all arrows to areas are straight.

use crate::report::doc::{Chain, Layout, Slab};
use crate::report::scene::{ElementId, Frame, Line, Place, Scene, Stroke, widest};

/// The columns at the right of `mm_struct` and of the areas' structures.
const SPACES: [u32; 2] = [5, 3];

pub(super) struct Chained<'l> {
    chain: &'l Chain,
    slabs: &'l [Slab],
    /// The widths of `mm_struct` and of the areas' structures.
    widths: [u32; 2],
}

impl<'l> Chained<'l> {
    /// Returns the structures of an address space, or `None` if its figure has none.
    pub(super) fn of_layout(layout: &'l Layout) -> Option<Self> {
        let chain = layout.chain.as_ref()?;
        let areas = layout
            .slabs
            .iter()
            .filter_map(|slab| slab.structure.as_ref());
        let areas = areas.map(|lines| wide(lines)).max();
        let memory = [task(chain), memory(chain)].concat();
        Some(Self {
            chain,
            slabs: &layout.slabs,
            widths: [wide(&memory), areas.unwrap_or(0)],
        })
    }

    pub(super) fn columns(&self) -> u32 {
        self.widths.iter().chain(&SPACES).sum()
    }

    /// Returns the height of a box that has room for its structure and for the arrow `vm_next`.
    pub(super) fn height(of: &Slab) -> u32 {
        of.structure
            .as_ref()
            .map_or(0, |lines| lines.len() as u32 + 3)
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
        let lowest = self.slabs.iter().rposition(|slab| slab.structure.is_some());
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
        for (slab, middle) in self.slabs.iter().zip(middles) {
            let Some(lines) = &slab.structure else {
                continue;
            };
            let middle = middle + shift;
            scene.part(slab.start.map(ElementId::Area));
            let top = middle - (lines.len() as u32).div_ceil(2);
            let of = put(scene, (left, top), self.widths[1], lines);
            if slab.start.is_some() {
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

/// Draws a structure, whose first line is its name.
fn put(scene: &mut Scene, at: Place, wide: u32, lines: &[String]) -> Frame {
    let head = lines.iter().take(1).map(Line::head);
    let lines: Vec<Line> = head.chain(lines.iter().skip(1).map(Line::new)).collect();
    scene.boxed(at, wide - 4, &lines, Stroke::Thin)
}
