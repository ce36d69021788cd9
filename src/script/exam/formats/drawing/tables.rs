//! Page tables as a tree: a box per table, with arrows from entries to the tables of the next
//! level.

use super::shapes::{Anchor, CHARACTER, Canvas, Drawing};
use crate::exam::formats::tree::{Tables, Tree};

/// Height of a line, relative to the text size.
const LINE: f64 = 1.5;
/// Number of characters between the tables of two levels.
const BETWEEN: f64 = 5.0;

/// Draws a tree, scaled down if it is wide.
pub fn draw(tree: &Tree, canvas: Canvas) -> Drawing {
    let mut columns = Vec::new();
    widths(&tree.root, 0, &mut columns);
    let wide = columns.iter().sum::<f64>() + BETWEEN * (columns.len() as f64 - 1.0) + 1.0;
    let size = (canvas.room / (wide * CHARACTER)).min(canvas.text);
    let mut drawing = Drawing {
        width: wide * CHARACTER * size,
        title: tree.title.clone(),
        alt: format!("{}: {}", tree.title, words(&tree.root)),
        ..Drawing::default()
    };
    drawing.write((0.2, size), size, Anchor::Left, true, &tree.title);
    let mut pen = Pen {
        drawing,
        size,
        columns,
        free: Vec::new(),
    };
    let bottom = pen.table(&tree.root, 0, size * LINE * 1.5);
    pen.drawing.height = bottom + size * 0.3;
    pen.drawing
}

/// Computes the width of each level's tables, in characters.
fn widths(table: &Tables, level: usize, all: &mut Vec<f64>) {
    if all.len() <= level {
        all.push(0.0);
    }
    let count = |text: &str| text.chars().count();
    let rows = table.rows.iter().map(|row| {
        count(&row.index) + count(&row.words) + if row.words.is_empty() { 4 } else { 5 }
    });
    let heads = table.head.iter().map(|line| count(line) + 2);
    let widest = rows.chain(heads).max().unwrap_or(1);
    all[level] = all[level].max(widest as f64);
    for below in table.rows.iter().filter_map(|row| row.below.as_ref()) {
        widths(below, level + 1, all);
    }
}

struct Pen {
    drawing: Drawing,
    size: f64,
    columns: Vec<f64>,
    /// For each level, the vertical position below which the space is free.
    free: Vec<f64>,
}

impl Pen {
    fn left(&self, level: usize) -> f64 {
        let before: f64 = self.columns[..level]
            .iter()
            .map(|width| width + BETWEEN)
            .sum();
        before * CHARACTER * self.size + 0.2
    }

    /// Draws a table and its subtree at or below a vertical position, and returns the position of the lower end.
    fn table(&mut self, table: &Tables, level: usize, top: f64) -> f64 {
        let (size, step) = (self.size, self.size * LINE);
        if self.free.len() <= level {
            self.free.push(0.0);
        }
        let top = top.max(self.free[level]);
        let left = self.left(level);
        let width = self.columns[level] * CHARACTER * size;
        let pad = CHARACTER * size;
        let head = step * table.head.len() as f64;
        self.drawing.outline((left, top), (width, head), true);
        for (at, line) in table.head.iter().enumerate() {
            let base = top + step * (at as f64 + 0.72);
            self.drawing
                .write((left + pad, base), size, Anchor::Left, true, line);
        }
        let height = step * table.rows.len() as f64;
        self.drawing
            .outline((left, top + head), (width, height), false);
        let mut bottom = top + head + height;
        self.free[level] = bottom + step * 0.6;
        for (at, row) in table.rows.iter().enumerate() {
            let over = top + head + step * at as f64;
            if at > 0 {
                self.drawing.line((left, over), (left + width, over), false);
            }
            self.drawing.write(
                (left + pad, over + step * 0.72),
                size,
                Anchor::Left,
                false,
                &row.index,
            );
            self.drawing.write(
                (left + width - pad, over + step * 0.72),
                size,
                Anchor::Right,
                false,
                &row.words,
            );
            if let Some(below) = &row.below {
                let place = over.max(self.free.get(level + 1).copied().unwrap_or(0.0));
                bottom = bottom.max(self.table(below, level + 1, place));
                self.lead(
                    (left + width, over + step / 2.0),
                    (self.left(level + 1), place + step / 2.0),
                    at,
                );
            }
        }
        bottom
    }

    /// Draws an arrow from an entry to its table with a horizontal, a vertical, and another horizontal
    /// segment. The lines of neighboring entries do not overlap.
    fn lead(&mut self, from: (f64, f64), to: (f64, f64), number: usize) {
        let lanes = [0.45, 0.3, 0.6, 0.15];
        let middle = from.0 + (to.0 - from.0) * lanes[number % lanes.len()];
        self.drawing.line(from, (middle, from.1), false);
        if (from.1 - to.1).abs() > 0.01 {
            self.drawing.line((middle, from.1), (middle, to.1), false);
        }
        self.drawing.arrow((middle, to.1), to);
    }
}

/// Describes the tables as text.
fn words(table: &Tables) -> String {
    let rows = table.rows.iter().map(|row| match &row.below {
        Some(below) => format!("entry {} leads to {}", row.index, words(below)),
        None => format!("entry {}: {}", row.index, row.words),
    });
    format!(
        "{} ({})",
        table.head.join(" "),
        rows.collect::<Vec<_>>().join("; ")
    )
}

#[cfg(test)]
mod tests {
    use super::draw;
    use crate::exam::formats::drawing::Canvas;
    use crate::exam::formats::drawing::shapes::DrawnShape;
    use crate::exam::formats::tree::{Entry, Tables, Tree};

    fn leaf(head: &str) -> Tables {
        let row = |index: &str| Entry {
            index: index.to_owned(),
            words: "PPN 0x1".to_owned(),
            below: None,
        };
        Tables {
            head: vec![head.to_owned()],
            rows: vec![row("0x0"), row("0x1")],
        }
    }

    #[test]
    fn no_table_lies_on_another() {
        let entry = |index: &str| Entry {
            index: index.to_owned(),
            words: String::new(),
            below: Some(leaf("level 2")),
        };
        let root = Tables {
            head: vec!["level 1".to_owned()],
            rows: vec![entry("0x0"), entry("0x1"), entry("0x2")],
        };
        let tree = Tree {
            title: "page tables".to_owned(),
            text: String::new(),
            root,
        };
        let drawing = draw(&tree, Canvas::for_page(174.0, false));
        let boxes: Vec<_> = drawing
            .shapes
            .iter()
            .filter_map(|shape| match shape {
                DrawnShape::Box { at, size, .. } => Some((*at, *size)),
                _ => None,
            })
            .collect();
        assert_eq!(boxes.len(), 8);
        for (at, (one, size)) in boxes.iter().enumerate() {
            for (other, _) in &boxes[at + 1..] {
                assert!(
                    (one.0 - other.0).abs() > 0.01 || other.1 >= one.1 + size.1 - 0.01,
                    "{one:?} {other:?}"
                );
            }
            assert!(one.1 + size.1 <= drawing.height && one.0 + size.0 <= drawing.width);
        }
    }
}
