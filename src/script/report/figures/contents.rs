//! `figure tlb` and the other tables, as a textbook prints them: a frame, and a line between the ways of a set.

use crate::report::columns::{Column, Fitted, fitted};
use crate::report::doc::{Block, Cell, Table};
use crate::report::scene::{ElementId, PartClass, Place, Scene, Stroke, width};
use crate::run::table::{Rows, TableId};

/// Maximum width in characters. A wider table is drawn in several parts below each other.
const ROOM: usize = 100;

/// Maximum number of rows that fit on a page in two halves.
const ROWS: usize = 128;

/// Draws a table with the lines of text below it, or returns `None` if the table is too long for a page.
pub(crate) fn scene(of: &Rows, below: &[Block]) -> Option<Scene> {
    if of.rows.len() > ROWS {
        return None;
    }
    let mut scene = Scene::new(of.title.as_str());
    let whole = Table::from(of);
    let mut bottom = 0;
    let fitted = fitted(&whole, ROOM);
    for groups in &fitted.pieces {
        bottom = Grid::new(&fitted, groups, of).draw(&mut scene, bottom);
    }
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
    Some(scene)
}

/// The drawn columns of a table.
struct Grid<'t> {
    of: &'t Rows,
    table: &'t Table,
    /// The left end, the format, and the index of each column.
    columns: Vec<(u32, Column, usize)>,
    /// The places of the vertical lines.
    bars: Vec<u32>,
}

impl<'t> Grid<'t> {
    fn new(fitted: &'t Fitted, groups: &[Vec<usize>], of: &'t Rows) -> Self {
        let (mut columns, mut bars, mut x) = (Vec::new(), vec![0], 0);
        for group in groups {
            // A blank follows each line and each cell.
            x += 2;
            for at in group {
                let column = fitted.columns[*at];
                columns.push((x, column, *at));
                x += column.width as u32 + 1;
            }
            bars.push(x);
        }
        let table = &fitted.table;
        Self {
            of,
            table,
            columns,
            bars,
        }
    }

    /// Draws the frame, the lines, and the cells, and returns the row below the table.
    fn draw(&self, scene: &mut Scene, top: u32) -> u32 {
        let (right, rows) = (self.bars[self.bars.len() - 1], self.table.rows.len() as u32);
        let (head, bottom) = (top + 2, top + 3 + rows);
        scene.frame((0, top), (right + 1, rows + 4), Stroke::Thin);
        scene.line(&[(0, head), (right, head)], Stroke::Thin);
        for bar in &self.bars[1..self.bars.len() - 1] {
            scene.line(&[(*bar, top), (*bar, bottom)], Stroke::Thin);
        }
        let names: Vec<&String> = self.table.groups.iter().flatten().collect();
        // A tall table is drawn in two halves.
        let half = self.of.groups.iter().flatten().count().max(1);
        for (x, column, at) in &self.columns {
            let fit = |text: &str, row: u32| -> Place {
                let fill = if column.words {
                    0
                } else {
                    column.width as u32 - width(text)
                };
                (x + fill, row)
            };
            scene.head(fit(names[*at], top + 1), names[*at].as_str());
            for (number, row) in self.table.rows.iter().enumerate() {
                let Some(cell) = row.get(*at) else {
                    continue;
                };
                scene.part(self.part(number + at / half * self.table.rows.len()));
                let place = fit(&cell.text, head + 1 + number as u32);
                if cell.changed {
                    scene.head(place, cell.text.as_str());
                } else {
                    scene.write(place, cell.text.as_str());
                }
            }
            scene.part(None);
        }
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
