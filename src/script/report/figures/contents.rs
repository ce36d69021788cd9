//! `figure tlb` and the other tables, as a textbook prints them: a frame, and a line between the ways of a set.

use crate::report::doc::{Block, Cell, Table};
use crate::report::scene::{Place, Scene, Stroke, width};

/// Draws a table with the lines of text below it.
pub(crate) fn scene(table: &Table, below: &[Block]) -> Scene {
    let mut scene = Scene::new(table.title.as_str());
    let halves = table.halves();
    let table = halves.as_ref().unwrap_or(table);
    scene.head((0, 0), table.title.as_str());
    let bottom = draw(&mut scene, table, (0, 1));
    let lines = below.iter().filter_map(|block| match block {
        Block::Paragraph { text, .. } => Some(text),
        _ => None,
    });
    for (row, line) in (bottom..).zip(lines) {
        scene.write((0, row), line.as_str());
    }
    for row in &table.rows {
        scene.say(sentence(table, row), false);
    }
    scene
}

/// Draws the frame, the lines, and the cells, and returns the row below the table.
fn draw(scene: &mut Scene, table: &Table, (left, top): Place) -> u32 {
    let names: Vec<&String> = table.groups.iter().flatten().collect();
    let widths: Vec<u32> = (0..)
        .zip(&names)
        .map(|(at, name)| table.width_of(at, name) as u32)
        .collect();
    // A blank follows each bar and each cell.
    let mut begins = Vec::new();
    let (mut x, mut at, mut bars) = (left, 0, vec![left]);
    for group in &table.groups {
        x += 2;
        for _ in group {
            begins.push(x);
            x += widths[at] + 1;
            at += 1;
        }
        bars.push(x);
    }
    let rows = table.rows.len() as u32;
    let (head, bottom) = (top + 2, top + 3 + rows);
    scene.frame((left, top), (x + 1 - left, bottom + 1 - top), Stroke::Thin);
    scene.line(&[(left, head), (x, head)], Stroke::Thin);
    for bar in &bars[1..bars.len() - 1] {
        scene.line(&[(*bar, top), (*bar, bottom)], Stroke::Thin);
    }
    let fit = |at: usize, text: &str, word: bool| {
        let fill = if word { 0 } else { widths[at] - width(text) };
        begins[at] + fill
    };
    for (at, name) in names.iter().enumerate() {
        let words = table.rows.iter().any(|row| row.get(at).is_some_and(|cell| cell.word));
        scene.head((fit(at, name, words), top + 1), name.as_str());
    }
    for (y, row) in (head + 1..).zip(&table.rows) {
        for (at, cell) in row.iter().enumerate() {
            let place = (fit(at, &cell.text, cell.word), y);
            if cell.changed {
                scene.head(place, cell.text.as_str());
            } else {
                scene.write(place, cell.text.as_str());
            }
        }
    }
    bottom + 1
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
