//! The structures of an address space, to the left of its boxes: `task_struct` and `mm_struct`, then the list of
//! `vm_area_struct`s. Each structure is at the height of its area, so that all arrows to areas are straight.

use super::shapes::{Anchor, CHARACTER, Drawing, width};
use crate::report::doc::{AreaStruct, Chain, Layout, Slab};

/// Height of a line, relative to the text size.
pub(super) const LINE: f64 = 1.45;
/// Maximum number of areas whose structures have a line for each field.
const DETAILED: usize = 6;
/// Space between a structure and the edges of its area's box, in lines, which contains the arrow `vm_next`.
const ROOM: f64 = 1.7;
/// Widths of the spaces to the right of `mm_struct` and of the areas' structures, in characters.
const SPACES: [usize; 2] = [5, 3];

pub(super) struct Column<'l> {
    chain: &'l Chain,
    /// The lines of each box's structure, or `None` for a box without a structure.
    structures: Vec<Option<Vec<String>>>,
    /// Whether each structure belongs to one area.
    of_area: Vec<bool>,
    /// The value of `vm_next` in the last structure, which is at the top.
    ends: bool,
    /// The widths of `mm_struct` and of the areas' structures, in characters.
    widths: [usize; 2],
    detailed: bool,
}

impl<'l> Column<'l> {
    /// Returns the columns of an address space, or `None` if its figure has no structures.
    pub(super) fn of_layout(layout: &'l Layout) -> Option<Self> {
        let chain = layout.chain.as_ref()?;
        let count = layout
            .slabs
            .iter()
            .filter(|slab| slab.structure.is_some())
            .count();
        let detailed = count <= DETAILED;
        let structures: Vec<Option<Vec<String>>> = layout
            .slabs
            .iter()
            .map(|slab| Some(lines(slab.structure.as_ref()?, detailed)))
            .collect();
        let long = |lines: &[String]| {
            lines
                .iter()
                .map(|line| line.chars().count())
                .max()
                .unwrap_or(0)
        };
        let widest = structures
            .iter()
            .flatten()
            .map(|lines| long(lines))
            .max()
            .unwrap_or(0);
        let own = [task(chain), memory(chain)].concat();
        let widths = [long(&own) + 2, if count == 0 { 0 } else { widest + 2 }];
        let of_area = layout.slabs.iter().map(|slab| !slab.gap).collect();
        Some(Self {
            chain,
            structures,
            of_area,
            ends: count > 0,
            widths,
            detailed,
        })
    }

    /// Returns the width of the columns, in characters.
    pub(super) fn columns(&self) -> usize {
        self.widths.iter().chain(&SPACES).sum()
    }

    /// Returns the height of a box that has room for its structure, in lines.
    pub(super) fn height(&self, slab: &Slab) -> f64 {
        let lines = |of: &AreaStruct| lines(of, self.detailed).len() as f64 + 0.3 + ROOM;
        slab.structure.as_ref().map_or(0.0, lines)
    }

    /// Draws the structures. `heights` are the heights of the boxes, and the first box begins at `top` unless the
    /// structures need more room above it. Returns the height of this room.
    pub(super) fn draw(
        &self,
        drawing: &mut Drawing,
        heights: &[f64],
        (top, boxes): (f64, f64),
        size: f64,
    ) -> f64 {
        let (step, unit) = (size * LINE, CHARACTER * size);
        let middles = heights.iter().scan(top, |above, height| {
            *above += height;
            Some(*above - height / 2.0)
        });
        let middles: Vec<f64> = middles.collect();
        let (task, memory) = (task(self.chain), memory(self.chain));
        // The line `mmap` of `mm_struct` is at the height of the first area, which is the lowest one.
        let lowest = self.structures.iter().rposition(Option::is_some);
        let mmap = lowest.map_or(top, |at| middles[at]);
        let below = mmap - step * (memory.len() as f64 - 0.5 + 0.15);
        let above = below - step * (ROOM + task.len() as f64 + 0.3);
        let shift = (top - above).max(0.0);
        let wide = self.widths[0] as f64 * unit;
        put(drawing, (0.2, above + shift), wide, &task, size);
        put(drawing, (0.2, below + shift), wide, &memory, size);
        let middle = 0.2 + wide / 2.0;
        drawing.arrow(
            (middle, below + shift - step * ROOM),
            (middle, below + shift),
        );
        let left = (self.widths[0] + SPACES[0]) as f64 * unit;
        let right = left + self.widths[1] as f64 * unit;
        if lowest.is_some() {
            let end = 0.2 + width(memory.last().map_or("", String::as_str), size) + 2.0 * unit;
            drawing.arrow((end, mmap + shift), (left, mmap + shift));
        }
        // The arrows between structures are near the left edge, and their labels to the right of the arrows.
        let lane = left + 2.0 * unit;
        let mut over: Option<f64> = None;
        for ((lines, middle), of_area) in self.structures.iter().zip(&middles).zip(&self.of_area) {
            let Some(lines) = lines else { continue };
            let height = step * (lines.len() as f64 + 0.3);
            let at = middle + shift - height / 2.0;
            put(drawing, (left, at), right - left, lines, size);
            if *of_area {
                drawing.arrow((right, middle + shift), (boxes, middle + shift));
            }
            match over {
                Some(over) => {
                    drawing.arrow((lane, at), (lane, over));
                    let base = f64::midpoint(at, over) + size * 0.35;
                    drawing.write((lane + unit, base), size, Anchor::Left, false, "vm_next");
                }
                None if self.ends => {
                    drawing.write(
                        (lane, at - size * 0.55),
                        size,
                        Anchor::Left,
                        false,
                        "vm_next = NULL",
                    );
                }
                None => {}
            }
            over = Some(at + height);
        }
        shift
    }

    /// Describes the structures as text.
    pub(super) fn alt(&self) -> String {
        let areas = self
            .structures
            .iter()
            .rev()
            .flatten()
            .map(|lines| lines.join(", "));
        let areas: Vec<String> = areas.collect();
        format!(
            ". task_struct of {}: mm points to mm_struct, with pgd {} and mmap, which points to the first of these: {}",
            self.chain.process,
            self.chain.pgd,
            areas.join("; ")
        )
    }
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
fn put(drawing: &mut Drawing, (x, y): (f64, f64), wide: f64, lines: &[String], size: f64) {
    let step = size * LINE;
    drawing.outline((x, y), (wide, step * (lines.len() as f64 + 0.3)), false);
    for (at, line) in lines.iter().enumerate() {
        let base = y + step * (at as f64 + 0.95);
        drawing.write(
            (x + CHARACTER * size, base),
            size,
            Anchor::Left,
            at == 0,
            line,
        );
    }
}
