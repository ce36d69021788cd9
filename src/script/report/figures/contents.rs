//! `figure tlb` and the other tables, as a textbook prints them: a frame, and a line between the ways of a set.

use crate::report::columns::{Column, Fitted, fitted, width_of};
use crate::report::doc::{Block, Cell, Table};
use crate::report::scene::{ElementId, PartClass, Place, Scene, Stroke, width};
use crate::run::table::{Rows, TableId};

/// Maximum width in characters. A wider table is drawn in several parts below each other.
const ROOM: usize = 100;

/// Maximum number of rows that fit on a page in two halves.
const ROWS: usize = 128;
/// Maximum number of sets with a line between them.
const SETS: u32 = 16;

/// Draws a table with the lines of text below it, or returns `None` if the table is too long for a page.
pub(crate) fn scene(of: &Rows, below: &[Block]) -> Option<Scene> {
    if of.rows.len() > ROWS {
        return None;
    }
    let mut scene = Scene::new(of.title.as_str());
    // If there is room, each cell has a place for its mark at its right, so that changes move no cell.
    let mut whole = Table::unmarked(of);
    let places = |fitted: &Fitted| fitted.columns.len() + fitted.table.groups.len();
    let wide = |fitted: &Fitted| width_of(&fitted.columns, fitted.table.groups.len());
    let room = Some(fitted(&whole, ROOM)).filter(|fitted| wide(fitted) + places(fitted) <= ROOM);
    let loose = u32::from(room.is_some());
    if loose == 0 {
        whole = Table::from(of);
    }
    let mut bottom = 0;
    let fitted = fitted(&whole, ROOM);
    for groups in &fitted.pieces {
        bottom = Grid::new(&fitted, groups, of, loose).draw(&mut scene, bottom);
    }
    let lines = below.iter().filter_map(|block| match block {
        Block::Paragraph { text, .. } => Some(text),
        _ => None,
    });
    for (row, line) in (bottom..).zip(lines) {
        scene.write((0, row), line.as_str());
    }
    for row in &whole.rows {
        scene.say(sentence(&whole, row));
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
    /// The number of columns for the mark of a cell.
    loose: u32,
}

impl<'t> Grid<'t> {
    fn new(fitted: &'t Fitted, groups: &[Vec<usize>], of: &'t Rows, loose: u32) -> Self {
        let (mut columns, mut bars, mut x) = (Vec::new(), vec![0], 0);
        for group in groups {
            // A blank follows each line and each cell.
            x += 2 + loose;
            for at in group {
                let column = fitted.columns[*at];
                columns.push((x, column, *at));
                x += column.width as u32 + 1 + loose;
            }
            bars.push(x);
        }
        let table = &fitted.table;
        Self {
            of,
            table,
            columns,
            bars,
            loose,
        }
    }

    /// Draws the frame, the lines, and the cells, and returns the row below the table.
    fn draw(&self, scene: &mut Scene, top: u32) -> u32 {
        let (right, rows) = (self.bars[self.bars.len() - 1], self.table.rows.len() as u32);
        let is_set = matches!(self.of.id, TableId::Tlb(_) | TableId::Cache(_));
        let step = if is_set && rows <= SETS { 2 } else { 1 };
        let head = top + 2;
        let bottom = head + 2 + (step * rows).saturating_sub(step);
        scene.frame((0, top), (right + 1, bottom - top + 1), Stroke::Thin);
        for row in 1..if step == 2 { rows } else { 0 } {
            let row = head + step * row;
            scene.line(&[(0, row), (right, row)], Stroke::Thin);
        }
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
                let place = fit(&cell.text, head + 1 + step * number as u32);
                if cell.changed {
                    let mark = if self.loose > 0 { "*" } else { "" };
                    scene.head(place, format!("{}{mark}", cell.text));
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

#[cfg(test)]
mod tests {
    use super::scene;
    use crate::report::playing::records;
    use crate::report::scene::{Draws, Place, Scene, text, width};
    use crate::run::record::{Did, View};
    use std::collections::BTreeMap;

    /// Returns the texts of a scene by the place of their last character, without a mark.
    fn labels(scene: &Scene) -> BTreeMap<Place, String> {
        let label = |draws: &Draws| match draws {
            Draws::Label { at, text, .. } => Some((
                (at.0 + width(text.trim_end_matches('*')), at.1),
                text.clone(),
            )),
            _ => None,
        };
        let draws = scene.shapes.iter().map(|shape| &shape.draws);
        draws.filter_map(label).collect()
    }

    /// The TLB in CS:APP figure 9.20a has lines between its sets. An access that fills an entry marks cells, and moves none. The
    /// script does not set the dirty bit, so the figure has no column for it.
    #[test]
    fn an_access_moves_no_cell() {
        let script = "machine simple
set page_table { | vpn ppn |; | 0A 09 | }
set tlb {
  | set | tag ppn v | tag ppn v |
  |  0  | 03  -   0 | 09  0D  1 |
  |  2  | 02  -   0 | 08  -   0 |
}
figure tlb
read 0x28F
figure tlb
";
        let shown = records(script)
            .into_iter()
            .flat_map(|record| match &*record.did {
                Did::Shown(views) => views.clone(),
                _ => Vec::new(),
            });
        let drawn = shown.map(|view| match view {
            View::Table(table) => scene(&table, &[]).expect("a small table"),
            other => panic!("{other:?}"),
        });
        let drawn: Vec<Scene> = drawn.collect();
        let [before, after] = [&drawn[0], &drawn[1]].map(labels);
        assert!(before.keys().eq(after.keys()), "{}", text(&drawn[1]));
        let changes = after
            .values()
            .zip(before.values())
            .filter(|(now, was)| now != was);
        let changes: Vec<&str> = changes.map(|(now, _)| now.as_str()).collect();
        assert_eq!(changes, ["09*", "1*"]);
        let is_line = |draws: &Draws| matches!(draws, Draws::Path { points, .. } if points[0].1 == points[1].1);
        let lines = drawn[0].shapes.iter().filter(|shape| is_line(&shape.draws));
        // Below the heading, and between four sets.
        assert_eq!(lines.count(), 4);
    }
}
