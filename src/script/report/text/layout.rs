//! Draws an address space as boxes, with addresses to the left of the edges and notes to the right of the
//! boxes.

use super::theme::{Ink, Theme, line, padded, width};
use crate::report::doc::{AreaStruct, Layout, Slab};
use crate::report::excerpt::visible;

/// Minimum width of a box.
const LEAST: usize = 44;

/// Draws an address space.
pub fn draw(text: &mut String, layout: &Layout, theme: Theme) {
    line(text, 2, &theme.paint(Ink::Strong, &visible(&layout.title)));
    if let Some(chain) = &layout.chain {
        let process = visible(&chain.process);
        line(
            text,
            2,
            &format!("task_struct of {process} → mm → mm_struct"),
        );
        line(
            text,
            2,
            &format!("  pgd  → {} (level-1 page table)", chain.pgd),
        );
        line(text, 2, &format!("  mmap → {}", target(&chain.mmap)));
    }
    let tops = layout
        .slabs
        .iter()
        .map(|slab| width(&slab.top))
        .chain([width(&layout.bottom)]);
    let margin = tops.max().unwrap_or(0);
    let rows: Vec<Vec<Row>> = layout.slabs.iter().map(rows).collect();
    let room = rows
        .iter()
        .flatten()
        .map(Row::inside)
        .max()
        .unwrap_or(0)
        .max(LEAST);
    let beside = rows
        .iter()
        .flatten()
        .filter(|row| !row.structure.is_empty())
        .map(|row| width(&row.note));
    let beside = beside.max().unwrap_or(0);
    for (at, (slab, rows)) in layout.slabs.iter().zip(&rows).enumerate() {
        let (left, right) = if at == 0 {
            ('┌', '┐')
        } else {
            ('├', '┤')
        };
        edge(
            text,
            margin,
            (left, right),
            room,
            (&slab.top, &slab.mark),
            theme,
        );
        sides(text, (margin, room, beside), slab.gap, rows, theme);
    }
    edge(text, margin, ('└', '┘'), room, (&layout.bottom, ""), theme);
    for explanation in &layout.legend {
        line(text, 2, &format!("{:margin$} {explanation}", ""));
    }
}

/// A line of a box.
#[derive(Default)]
struct Row {
    /// The text at the left wall and at the right wall.
    left: String,
    right: String,
    /// The note beside the box.
    note: String,
    /// The line of the area's structure, to the right of the notes.
    structure: String,
}

impl Row {
    /// Returns the width of the text in the box.
    fn inside(&self) -> usize {
        width(&self.left) + width(&self.right) + if self.right.is_empty() { 0 } else { 2 }
    }
}

/// Returns the lines of a box: its own lines, a line for each access, and blank lines beside a longer structure.
fn rows(slab: &Slab) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (at, (left, right)) in slab.lines.iter().enumerate() {
        let changed = if at == 0 && slab.changed { "* " } else { "" };
        let note = if at == 0 {
            visible(&slab.note).into_owned()
        } else {
            String::new()
        };
        let left = format!("{changed}{}", visible(left));
        rows.push(Row {
            left,
            right: visible(right).into_owned(),
            note,
            ..Row::default()
        });
    }
    for mark in &slab.accesses {
        let (left, right) = (mark.operation.clone(), mark.result_or_blank());
        rows.push(Row {
            left,
            right,
            note: format!("← {}", mark.number),
            ..Row::default()
        });
    }
    let structure = slab.structure.iter().flat_map(structure);
    for (at, field) in structure.enumerate() {
        if at == rows.len() {
            rows.push(Row::default());
        }
        rows[at].structure = field;
    }
    rows
}

/// Returns the lines of a structure. The first line points to the area.
fn structure(of: &AreaStruct) -> Vec<String> {
    if of.next.is_empty() {
        return of
            .fields
            .iter()
            .map(|(remark, _)| format!("  {remark}"))
            .collect();
    }
    let fields = of
        .fields
        .iter()
        .map(|(name, value)| format!("    {name:<8} {value}"));
    let next = format!("    vm_next  → {}", target(&of.next));
    std::iter::once("← vm_area_struct".to_owned())
        .chain(fields)
        .chain([next])
        .collect()
}

/// Returns the structure that a pointer refers to, identified by the start of its area.
fn target(start: &str) -> String {
    if start == "NULL" {
        start.to_owned()
    } else {
        format!("vm_area_struct of {start}")
    }
}

/// Draws the line between two boxes, with its address.
fn edge(
    text: &mut String,
    margin: usize,
    (left, right): (char, char),
    room: usize,
    (address, mark): (&str, &str),
    theme: Theme,
) {
    let address = theme.paint(Ink::Faint, &format!("{address:>margin$}"));
    let mark = if mark.is_empty() {
        String::new()
    } else {
        format!(" ← {}", visible(mark))
    };
    line(
        text,
        2,
        &format!(
            "{address} {left}{}{right}{}",
            "─".repeat(room + 2),
            theme.paint(Ink::Strong, &mark)
        ),
    );
}

fn sides(
    text: &mut String,
    (margin, room, beside): (usize, usize, usize),
    gap: bool,
    rows: &[Row],
    theme: Theme,
) {
    let wall = if gap { '┆' } else { '│' };
    for Row {
        left,
        right,
        note,
        structure,
    } in rows
    {
        let left = padded(left, room - width(right));
        let inside = if gap {
            theme.paint(Ink::Faint, &format!("{left}{right}"))
        } else {
            format!("{left}{right}")
        };
        let note = if structure.is_empty() {
            theme.paint(Ink::Faint, note)
        } else {
            format!(
                "{}  {structure}",
                theme.paint(Ink::Faint, &padded(note, beside))
            )
        };
        line(
            text,
            2,
            &format!("{:margin$} {wall} {inside} {wall} {note}", ""),
        );
    }
}
