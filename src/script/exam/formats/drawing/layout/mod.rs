//! Address spaces as stacked boxes with addresses at their edges.

use super::layout_chain::{Column, LINE};
use super::shapes::{Anchor, CHARACTER, Canvas, Drawing};
use crate::report::doc::{Layout, Slab};

/// Space between drawings side by side, in millimeters.
const BETWEEN: f64 = 4.0;
/// Minimum relative text size for drawings side by side.
const SMALLEST: f64 = 0.72;
/// Maximum number of characters in a line of a box beside another drawing, and of a box beside structures. A text
/// without a comma can be longer.
const NARROW: [usize; 2] = [30, 34];
/// Maximum height of a drawing, in millimeters. A page has room for the heading and a text above the drawing.
const TALLEST: f64 = 200.0;
/// Height of a line on which students write, in lines.
const WRITTEN: f64 = 1.7;

/// Draws one or two address spaces (before and after), side by side if that is legible.
pub fn draw(layouts: &[Layout], canvas: Canvas) -> Vec<Drawing> {
    let plans = |notes| {
        layouts
            .iter()
            .map(|layout| Plan::new(layout, notes))
            .collect::<Vec<_>>()
    };
    let fitting = |plans: &[Plan], room: f64| {
        let widest = plans.iter().map(Plan::columns).max().unwrap_or(1) as f64;
        let most = plans.iter().map(Plan::lines).fold(1.0, f64::max);
        (room / (widest * CHARACTER))
            .min(TALLEST / (most * LINE))
            .min(canvas.text)
    };
    if layouts.len() > 1 {
        let half = (canvas.room - BETWEEN) / 2.0 - 0.5;
        for beside in [plans(Notes::OwnLine), plans(Notes::Narrow(NARROW[0]))] {
            let size = fitting(&beside, half);
            if size >= canvas.text * SMALLEST {
                return beside.iter().map(|plan| plan.draw(size)).collect();
            }
        }
    }
    let chain = layouts.iter().any(|layout| layout.chain.is_some());
    let alone = plans(if chain {
        Notes::Narrow(NARROW[1])
    } else {
        Notes::Right
    });
    let size = fitting(&alone, canvas.room);
    alone.iter().map(|plan| plan.draw(size)).collect()
}

/// Position of the notes on a box.
#[derive(Clone, Copy, PartialEq)]
enum Notes {
    Right,
    /// On a separate line.
    OwnLine,
    /// On a separate line of a box whose lines have at most this number of characters.
    Narrow(usize),
}

/// The dimensions of a drawing, in characters.
struct Plan<'l> {
    layout: &'l Layout,
    slabs: Vec<Lines<'l>>,
    notes: Notes,
    /// The widths of the structures, of the addresses, of the boxes, and of the notes to their right.
    column: Option<Column<'l>>,
    margin: usize,
    inside: usize,
    beside: usize,
}

/// A box and its lines.
struct Lines<'l> {
    slab: &'l Slab,
    lines: Vec<Line>,
}

/// A line of a box.
#[derive(Default)]
struct Line {
    left: String,
    right: String,
    /// The number of the access that the line describes.
    number: Option<u64>,
    /// Whether students write on the line.
    blank: bool,
}

impl<'l> Plan<'l> {
    fn new(layout: &'l Layout, notes: Notes) -> Self {
        let slabs = layout.slabs.iter().map(|slab| Lines {
            slab,
            lines: lines(slab, notes),
        });
        let slabs: Vec<_> = slabs.collect();
        let tops = layout.slabs.iter().map(|slab| count(&slab.top));
        let inside = slabs.iter().flat_map(|slab| &slab.lines).map(|line| {
            count(&line.left) + count(&line.right) + if line.right.is_empty() { 0 } else { 2 }
        });
        let beside = layout.slabs.iter().map(|slab| {
            let note = if notes == Notes::Right {
                count(&slab.note)
            } else {
                0
            };
            let numbers = slab.accesses.iter().map(|mark| mark.number.to_string());
            let marks = mark(&slab.mark, notes)
                .into_iter()
                .chain(numbers)
                .map(|text| count(&text) + 2);
            marks.max().unwrap_or(0).max(note)
        });
        Self {
            column: Column::of_layout(layout),
            margin: tops.max().unwrap_or(0).max(count(&layout.bottom)),
            inside: inside.max().unwrap_or(0).max(24) + 2,
            beside: beside.max().unwrap_or(0),
            layout,
            slabs,
            notes,
        }
    }

    fn columns(&self) -> usize {
        let structures = self.column.as_ref().map_or(0, Column::columns);
        let beside = if self.beside > 0 { self.beside + 1 } else { 0 };
        let texts = self
            .layout
            .legend
            .iter()
            .chain([&self.layout.title])
            .map(|text| count(text));
        structures + self.margin + 1 + (self.inside + beside).max(texts.max().unwrap_or(0))
    }

    /// Returns the height of the drawing, in lines.
    fn lines(&self) -> f64 {
        let boxes: f64 = (0..self.slabs.len()).map(|at| self.height(at)).sum();
        boxes + self.layout.legend.len() as f64 + 2.2
    }

    fn draw(&self, size: f64) -> Drawing {
        let step = size * LINE;
        let wide = |columns: usize| columns as f64 * CHARACTER * size;
        let start = self.column.as_ref().map_or(0, Column::columns);
        let (left, inner) = (wide(start + self.margin + 1), wide(self.inside));
        let right = left + inner;
        let mut drawing = Drawing {
            width: wide(self.columns()) + 0.4,
            title: self.layout.title.clone(),
            alt: self.alt(),
            ..Drawing::default()
        };
        let pad = wide(1);
        let heights: Vec<f64> = (0..self.slabs.len())
            .map(|at| self.height(at) * step)
            .collect();
        let mut top = step * 1.2;
        if let Some(column) = &self.column {
            top += column.draw(&mut drawing, &heights, (top, left), size);
        }
        drawing.write(
            (left, top - step * 1.2 + size),
            size,
            Anchor::Left,
            true,
            &self.layout.title,
        );
        for (at, (slab, height)) in self.slabs.iter().zip(&heights).enumerate() {
            slab.draw(&mut drawing, (left, top), (inner, *height), size);
            drawing.write(
                (left - pad, top + size * 0.35),
                size,
                Anchor::Right,
                false,
                &slab.slab.top,
            );
            for (at, text) in mark(&slab.slab.mark, self.notes).into_iter().enumerate() {
                let base = top + size * 0.35 + step * at as f64;
                let text = if at == 0 {
                    format!("← {text}")
                } else {
                    format!("\u{a0}\u{a0}{text}")
                };
                drawing.write((right + pad, base), size, Anchor::Left, true, text);
            }
            if self.notes == Notes::Right {
                // A note beside accesses is on the first line, because the other lines have numbers.
                let [above, below] = self.labels(at);
                let away = size * 0.35 * (f64::from(u8::from(above)) - f64::from(u8::from(below)));
                let middle = top + height / 2.0 + size * 0.35 + away;
                let base = if slab.slab.accesses.is_empty() {
                    middle
                } else {
                    top + slab.base(0) * step
                };
                drawing.write(
                    (right + pad, base),
                    size,
                    Anchor::Left,
                    false,
                    &slab.slab.note,
                );
            }
            top += height;
        }
        drawing.line((left, top), (right, top), false);
        drawing.write(
            (left - pad, top + size * 0.35),
            size,
            Anchor::Right,
            false,
            &self.layout.bottom,
        );
        for explanation in &self.layout.legend {
            top += step;
            drawing.write(
                (left, top + size * 0.35),
                size,
                Anchor::Left,
                false,
                explanation,
            );
        }
        drawing.height = top + step;
        drawing
    }

    /// Returns the height of a box, in lines.
    fn height(&self, at: usize) -> f64 {
        let slab = &self.slabs[at];
        let structure = self
            .column
            .as_ref()
            .map_or(0.0, |column| column.height(slab.slab));
        // A label at an edge needs room beside a note.
        let labels = self.labels(at).into_iter().filter(|label| *label).count();
        (slab.height() + 0.45 * labels as f64).max(structure)
    }

    /// Whether a box has a note to its right and labels at its upper and its lower edge.
    fn labels(&self, at: usize) -> [bool; 2] {
        let noted = self.notes == Notes::Right && !self.slabs[at].slab.note.is_empty();
        let labeled = |at: usize| {
            self.slabs
                .get(at)
                .is_some_and(|slab| !slab.slab.mark.is_empty())
        };
        [noted && labeled(at), noted && labeled(at + 1)]
    }

    /// Describes the areas as text, from top to bottom.
    fn alt(&self) -> String {
        let slabs = self.slabs.iter().map(|slab| {
            let words = slab.lines.iter().flat_map(Line::words);
            let mut said: Vec<String> = words.collect();
            if self.notes == Notes::Right && !slab.slab.note.is_empty() {
                said.push(slab.slab.note.clone());
            }
            if !slab.slab.mark.is_empty() {
                said.push(format!("with {} at the upper edge", slab.slab.mark));
            }
            let top = if slab.slab.top.is_empty() {
                String::new()
            } else {
                format!("below {}: ", slab.slab.top)
            };
            format!("{top}{}", said.join(", "))
        });
        let boxes = slabs.collect::<Vec<_>>().join("; ");
        let legend = self
            .layout
            .legend
            .iter()
            .fold(String::new(), |legend, line| legend + ". " + line);
        let chain = self.column.as_ref().map_or_else(String::new, Column::alt);
        format!(
            "{}, from the top: {boxes}{legend}{chain}",
            self.layout.title
        )
    }
}

impl Lines<'_> {
    /// Returns the height of all lines, in lines.
    fn height(&self) -> f64 {
        let room = if self.slab.changed || self.lines.iter().any(|line| line.blank) {
            0.5
        } else {
            0.3
        };
        self.lines.iter().map(Line::height).sum::<f64>().max(1.0) + room
    }

    /// Returns the distance of a line's baseline from the top of the box, in lines.
    fn base(&self, at: usize) -> f64 {
        self.lines
            .iter()
            .take(at + 1)
            .map(Line::height)
            .sum::<f64>()
            - 0.05
    }

    /// Draws the box with its lines, and the numbers of its accesses to its right.
    fn draw(
        &self,
        drawing: &mut Drawing,
        (left, top): (f64, f64),
        (inner, height): (f64, f64),
        size: f64,
    ) {
        let (step, pad, right) = (size * LINE, CHARACTER * size, left + inner);
        if self.slab.gap {
            drawing.line((left, top), (left, top + height), true);
            drawing.line((right, top), (right, top + height), true);
            drawing.line((left, top), (right, top), false);
        } else {
            drawing.outline((left, top), (inner, height), true);
        }
        if self.slab.changed {
            // A second line is visible without color.
            let inset = size * 0.2;
            let within = (inner - 2.0 * inset, height - 2.0 * inset);
            drawing.outline((left + inset, top + inset), within, true);
        }
        for (at, line) in self.lines.iter().enumerate() {
            let base = top + step * self.base(at);
            drawing.write((left + pad, base), size, Anchor::Left, false, &line.left);
            drawing.write((right - pad, base), size, Anchor::Right, false, &line.right);
            if let Some(number) = line.number {
                drawing.write(
                    (right + pad, base),
                    size,
                    Anchor::Left,
                    true,
                    format!("← {number}"),
                );
            }
        }
    }
}

impl Line {
    fn new(left: &str, right: &str) -> Self {
        Self {
            left: left.to_owned(),
            right: right.to_owned(),
            ..Self::default()
        }
    }

    fn height(&self) -> f64 {
        if self.blank { WRITTEN } else { 1.0 }
    }

    /// Splits a line that is too long.
    fn narrowed(self, most: usize) -> Vec<Self> {
        if count(&self.left) + count(&self.right) + 2 <= most {
            return vec![self];
        }
        let (first, rest) = match self.left.split_once(", ") {
            Some((first, rest)) if count(&self.left) > most => (format!("{first},"), rest),
            _ => (self.left.clone(), ""),
        };
        let first = Self {
            number: self.number,
            ..Self::new(&first, "")
        };
        let rest = Self::new(rest, "");
        let second = Self {
            blank: self.blank,
            ..Self::new("", &self.right)
        };
        let others = [rest, second]
            .into_iter()
            .filter(|line| !line.left.is_empty() || !line.right.is_empty());
        std::iter::once(first).chain(others).collect()
    }

    /// Returns the line as text.
    fn words(&self) -> Vec<String> {
        let number = self.number.map(|number| format!("access {number}: "));
        let left = format!("{}{}", number.unwrap_or_default(), self.left);
        let right = if self.blank {
            "blank".to_owned()
        } else {
            self.right.clone()
        };
        [left, right]
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect()
    }
}

/// Returns the lines of a box: its own lines, its note, and its accesses.
fn lines(slab: &Slab, notes: Notes) -> Vec<Line> {
    let mut lines: Vec<Line> = slab
        .lines
        .iter()
        .map(|(left, right)| Line::new(left, right))
        .collect();
    if let Some(first) = lines.first_mut().filter(|_| slab.changed) {
        first.left.insert_str(0, "* ");
    }
    if notes != Notes::Right && !slab.note.is_empty() {
        lines.push(Line::new(&slab.note, ""));
    }
    lines.extend(slab.accesses.iter().map(|mark| Line {
        number: Some(mark.number),
        blank: mark.result.is_none(),
        ..Line::new(&mark.operation, &mark.result_or_blank())
    }));
    match notes {
        Notes::Narrow(most) => lines
            .into_iter()
            .flat_map(|line| line.narrowed(most))
            .collect(),
        Notes::Right | Notes::OwnLine => lines,
    }
}

/// Returns the lines of the label at the upper edge of a box. Beside a narrow box, the address of a label has its own
/// line.
fn mark(label: &str, notes: Notes) -> Vec<String> {
    match label
        .split_once(" is ")
        .filter(|_| matches!(notes, Notes::Narrow(_)))
    {
        Some((name, address)) => vec![name.to_owned(), address.to_owned()],
        None if label.is_empty() => Vec::new(),
        None => vec![label.to_owned()],
    }
}

fn count(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests;
