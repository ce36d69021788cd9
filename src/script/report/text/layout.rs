//! Draws an address space as boxes, with addresses to the left of the edges and notes to the right of the
//! boxes.

use super::lines::{line, padded, width};
use super::theme::{Ink, Theme};
use crate::report::doc::{Layout, Slab};
use crate::report::excerpt::visible;

/// Minimum width of a box.
const LEAST: usize = 44;

/// Draws an address space.
pub fn draw(text: &mut String, layout: &Layout, theme: Theme) {
    line(text, 2, &theme.paint(Ink::Strong, &visible(&layout.title)));
    let tops = layout.slabs.iter().map(|slab| width(&slab.top)).chain([width(&layout.bottom)]);
    let margin = tops.max().unwrap_or(0);
    let inner = layout.slabs.iter().flat_map(|slab| &slab.lines).map(|(left, right)| {
        width(&visible(left)) + width(&visible(right)) + if right.is_empty() { 0 } else { 2 }
    });
    let room = inner.max().unwrap_or(0).max(LEAST);
    for (at, slab) in layout.slabs.iter().enumerate() {
        let (left, right) = if at == 0 { ('┌', '┐') } else { ('├', '┤') };
        edge(text, margin, (left, right), room, (&slab.top, &slab.mark), theme);
        sides(text, margin, room, slab, theme);
    }
    edge(text, margin, ('└', '┘'), room, (&layout.bottom, ""), theme);
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
    let mark = if mark.is_empty() { String::new() } else { format!(" ← {}", visible(mark)) };
    line(
        text,
        2,
        &format!("{address} {left}{}{right}{}", "─".repeat(room + 2), theme.paint(Ink::Strong, &mark)),
    );
}

fn sides(text: &mut String, margin: usize, room: usize, slab: &Slab, theme: Theme) {
    let wall = if slab.gap { '┆' } else { '│' };
    for (at, (left, right)) in slab.lines.iter().enumerate() {
        let (left, right) = (visible(left), visible(right));
        let left = padded(&left, room - width(&right));
        let inside = if slab.gap {
            theme.paint(Ink::Faint, &format!("{left}{right}"))
        } else {
            format!("{left}{right}")
        };
        let note = if at == 0 { theme.paint(Ink::Faint, &visible(&slab.note)) } else { String::new() };
        line(text, 2, &format!("{:margin$} {wall} {inside} {wall} {note}", ""));
    }
}
