//! `figure tlb` and the other tables, as a textbook prints them: a frame, and a line between the ways of a set.

use crate::report::doc::{Block, Cell, Table};
use crate::report::scene::{ElementId, PartClass, Place, Scene, Stroke, width};
use crate::run::table::{Rows, TableId};

/// Draws a table with the lines of text below it.
pub(crate) fn scene(of: &Rows, below: &[Block]) -> Scene {
    let mut scene = Scene::new(of.title.as_str());
    let whole = Table::from(of);
    let halves = whole.halves();
    let table = halves.as_ref().unwrap_or(&whole);
    let bottom = Grid::new(table, of).draw(&mut scene, table);
    let lines = below.iter().filter_map(|block| match block {
        Block::Paragraph { text, .. } => Some(text),
        _ => None,
    });
    for (row, line) in (bottom..).zip(lines) {
        scene.write((0, row), line.as_str());
    }
    for row in &whole.rows {
        scene.say(sentence(&whole, row), false);
    }
    scene
}

/// The columns of a drawn table.
struct Grid<'r> {
    of: &'r Rows,
    /// The left end and the width of each column, and whether its cells are words.
    columns: Vec<(u32, u32, bool)>,
    /// The places of the vertical lines.
    bars: Vec<u32>,
}

impl<'r> Grid<'r> {
    fn new(table: &Table, of: &'r Rows) -> Self {
        let (mut columns, mut bars, mut x) = (Vec::new(), vec![0], 0);
        for group in &table.groups {
            // A blank follows each line and each cell.
            x += 2;
            for name in group {
                let at = columns.len();
                let mut cells = table.rows.iter().filter_map(|row| row.get(at));
                let wide = table.width_of(at, name) as u32;
                columns.push((x, wide, cells.any(|cell| cell.word)));
                x += wide + 1;
            }
            bars.push(x);
        }
        Self { of, columns, bars }
    }

    /// Returns the place of a text in a column.
    fn fit(&self, at: usize, text: &str, row: u32) -> Place {
        let (x, wide, words) = self.columns[at];
        let fill = if words { 0 } else { wide - width(text) };
        (x + fill, row)
    }

    /// Draws the frame, the lines, and the cells, and returns the row below the table.
    fn draw(&self, scene: &mut Scene, table: &Table) -> u32 {
        let (right, bottom) = (self.bars[self.bars.len() - 1], table.rows.len() as u32 + 3);
        scene.frame((0, 0), (right + 1, bottom + 1), Stroke::Thin);
        scene.line(&[(0, 2), (right, 2)], Stroke::Thin);
        for bar in &self.bars[1..self.bars.len() - 1] {
            scene.line(&[(*bar, 0), (*bar, bottom)], Stroke::Thin);
        }
        for (at, name) in table.groups.iter().flatten().enumerate() {
            scene.head(self.fit(at, name, 1), name.as_str());
        }
        let halves = self.columns.len() / self.of.groups.iter().flatten().count().max(1);
        let columns = self.columns.len() / halves.max(1);
        for (at, row) in table.rows.iter().enumerate() {
            for (column, cell) in row.iter().enumerate() {
                scene.part(self.part(at + column / columns * table.rows.len()));
                let place = self.fit(column, &cell.text, at as u32 + 3);
                if cell.changed {
                    scene.head(place, cell.text.as_str());
                } else {
                    scene.write(place, cell.text.as_str());
                }
            }
        }
        scene.part(None);
        bottom + 1
    }

    /// Returns what a row of the table represents.
    fn part(&self, row: usize) -> Option<ElementId> {
        let key = self.of.rows.get(row)?.get(self.of.key())?.number()?;
        let set = |class| Some(ElementId::Set(class, self.of.title.clone(), key));
        match self.of.id {
            TableId::Tlb(_) => set(PartClass::Tlb),
            TableId::Cache(_) => set(PartClass::Cache),
            TableId::Frames => Some(ElementId::Frame(key)),
            TableId::Maps => Some(ElementId::Area(key)),
            _ => None,
        }
    }
}

/// Returns a row in words: each column and its value.
fn sentence(table: &Table, row: &[Cell]) -> String {
    let names = table.groups.iter().flatten();
    let cells = names.zip(row).filter(|(_, cell)| !cell.text.is_empty());
    let words: Vec<String> = cells
        .map(|(name, cell)| format!("{name} {}", cell.text.trim_end()))
        .collect();
    format!("{}.", words.join(", "))
}
