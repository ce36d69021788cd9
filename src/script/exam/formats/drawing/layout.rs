//! Address spaces as stacked boxes with addresses at their edges.

use super::shapes::{Anchor, CHARACTER, Canvas, Drawing};
use crate::report::doc::{Layout, Slab};

/// Space between drawings side by side, in millimeters.
const BETWEEN: f64 = 4.0;
/// Minimum relative text size for drawings side by side.
const SMALLEST: f64 = 0.72;
/// Height of a line, relative to the text size.
const LINE: f64 = 1.45;

/// Draws one or two address spaces (before and after), side by side if that is legible.
pub fn draw(layouts: &[Layout], canvas: Canvas) -> Vec<Drawing> {
    let plans = |notes| layouts.iter().map(|layout| Plan::new(layout, notes)).collect::<Vec<_>>();
    let beside = plans(Notes::CurrentProcess);
    let widest = beside.iter().map(Plan::columns).max().unwrap_or(1) as f64;
    let half = (canvas.room - BETWEEN) / 2.0 - 0.5;
    let size = (half / (widest * CHARACTER)).min(canvas.text);
    if layouts.len() > 1 && size >= canvas.text * SMALLEST {
        return beside.iter().map(|plan| plan.draw(size)).collect();
    }
    let alone = plans(Notes::DataFiles);
    let widest = alone.iter().map(Plan::columns).max().unwrap_or(1) as f64;
    let size = (canvas.room / (widest * CHARACTER)).min(canvas.text);
    alone.iter().map(|plan| plan.draw(size)).collect()
}

/// Position of the notes on a box.
#[derive(Clone, Copy, PartialEq)]
enum Notes {
    /// To the right.
    DataFiles,
    /// On a separate line.
    CurrentProcess,
}

/// The dimensions of a drawing, in characters.
struct Plan<'l> {
    layout: &'l Layout,
    slabs: Vec<Lines<'l>>,
    notes: Notes,
    /// The widths of the addresses, of the boxes, and of the notes to their right.
    margin: usize,
    inside: usize,
    beside: usize,
}

struct Lines<'l> {
    slab: &'l Slab,
    lines: Vec<(&'l str, &'l str)>,
}

impl<'l> Plan<'l> {
    fn new(layout: &'l Layout, notes: Notes) -> Self {
        let slabs = layout.slabs.iter().map(|slab| {
            let mut lines: Vec<_> = slab.lines.iter().map(|(left, right)| (&**left, &**right)).collect();
            if notes == Notes::CurrentProcess && !slab.note.is_empty() {
                lines.push((&slab.note, ""));
            }
            Lines { slab, lines }
        });
        let slabs: Vec<_> = slabs.collect();
        let count = |text: &str| text.chars().count();
        let tops = layout.slabs.iter().map(|slab| count(&slab.top));
        let all = slabs.iter().flat_map(|slab| &slab.lines);
        let inside =
            all.map(|(left, right)| count(left) + count(right) + if right.is_empty() { 0 } else { 2 });
        let beside = layout.slabs.iter().map(|slab| {
            let note = if notes == Notes::DataFiles { count(&slab.note) } else { 0 };
            note.max(count(&slab.mark) + if slab.mark.is_empty() { 0 } else { 2 })
        });
        Self {
            margin: tops.max().unwrap_or(0).max(count(&layout.bottom)),
            inside: inside.max().unwrap_or(0).max(24) + 2,
            beside: beside.max().unwrap_or(0),
            layout,
            slabs,
            notes,
        }
    }

    fn columns(&self) -> usize {
        self.margin + 1 + self.inside + if self.beside > 0 { self.beside + 1 } else { 0 }
    }

    fn draw(&self, size: f64) -> Drawing {
        let step = size * LINE;
        let wide = |columns: usize| columns as f64 * CHARACTER * size;
        let (left, inner) = (wide(self.margin + 1), wide(self.inside));
        let right = left + inner;
        let mut drawing = Drawing {
            width: wide(self.columns()) + 0.4,
            title: self.layout.title.clone(),
            alt: self.alt(),
            ..Drawing::default()
        };
        let pad = wide(1);
        drawing.write((left, size), size, Anchor::Left, true, &self.layout.title);
        let mut top = step * 1.2;
        for slab in &self.slabs {
            let height = slab.lines.len().max(1) as f64 * step + step * 0.3;
            if slab.slab.gap {
                drawing.line((left, top), (left, top + height), true);
                drawing.line((right, top), (right, top + height), true);
                drawing.line((left, top), (right, top), false);
            } else {
                drawing.outline((left, top), (inner, height), true);
            }
            drawing.write((left - pad, top + size * 0.35), size, Anchor::Right, false, &slab.slab.top);
            if !slab.slab.mark.is_empty() {
                let mark = format!("← {}", slab.slab.mark);
                drawing.write((right + pad, top + size * 0.35), size, Anchor::Left, true, mark);
            }
            for (at, (words, behind)) in slab.lines.iter().enumerate() {
                let base = top + step * (at as f64 + 0.95);
                drawing.write((left + pad, base), size, Anchor::Left, false, *words);
                drawing.write((right - pad, base), size, Anchor::Right, false, *behind);
            }
            if self.notes == Notes::DataFiles {
                let base = top + height / 2.0 + size * 0.35;
                drawing.write((right + pad, base), size, Anchor::Left, false, &slab.slab.note);
            }
            top += height;
        }
        drawing.line((left, top), (right, top), false);
        drawing.write((left - pad, top + size * 0.35), size, Anchor::Right, false, &self.layout.bottom);
        drawing.height = top + step;
        drawing
    }

    /// Describes the areas as text, from top to bottom.
    fn alt(&self) -> String {
        let slabs = self.slabs.iter().map(|slab| {
            let words =
                slab.lines.iter().flat_map(|(left, right)| [*left, *right]).filter(|word| !word.is_empty());
            let mut said: Vec<&str> = words.collect();
            if self.notes == Notes::DataFiles && !slab.slab.note.is_empty() {
                said.push(&slab.slab.note);
            }
            let top =
                if slab.slab.top.is_empty() { String::new() } else { format!("below {}: ", slab.slab.top) };
            format!("{top}{}", said.join(", "))
        });
        format!("{}, from the top: {}", self.layout.title, slabs.collect::<Vec<_>>().join("; "))
    }
}
