//! Pages of one process on the left, pages of another on the right, and their frames in the middle.

use super::shapes::{Anchor, CHARACTER, Canvas, Drawing};
use crate::exam::formats::tree::Sharing;

/// Height of a box, relative to the text size.
const BOX: f64 = 1.6;
/// Distance between two columns, in characters. The arrows turn in this space.
const BETWEEN: f64 = 12.0;

/// Draws pages and frames, scaled down if they are wide.
pub fn draw(of: &Sharing, canvas: Canvas) -> Drawing {
    let wide = |text: &String| text.chars().count() as f64 + 2.0;
    let frame = of.frames.iter().map(wide).fold(wide(&"frames".to_owned()), f64::max);
    let pages: Vec<f64> = of
        .processes
        .iter()
        .map(|(name, pages)| pages.iter().map(|(page, _)| wide(page)).fold(wide(name), f64::max))
        .collect();
    let whole = frame + pages.iter().map(|width| width + BETWEEN).sum::<f64>() + 1.0;
    let size = (canvas.room / (whole * CHARACTER)).min(canvas.text);
    let unit = CHARACTER * size;
    let step = BOX * size;
    let rows = of.processes.iter().map(|(_, pages)| pages.len()).chain([of.frames.len()]).max().unwrap_or(0);
    let mut drawing = Drawing {
        width: whole * unit,
        height: (rows as f64 + 1.5) * step,
        title: of.title.clone(),
        alt: words(of),
        ..Drawing::default()
    };
    let left = pages.first().copied().unwrap_or(0.0);
    let frames = (left + BETWEEN) * unit + 0.2;
    // Frames are centered vertically.
    let top = step * (1.2 + (rows - of.frames.len().min(rows)) as f64 / 2.0);
    column(&mut drawing, "frames", of.frames.iter(), (frames, top), (frame * unit, step));
    for (at, ((name, pages), width)) in of.processes.iter().zip(&pages).enumerate() {
        let x = if at == 0 { 0.2 } else { frames + (frame + BETWEEN) * unit };
        column(&mut drawing, name, pages.iter().map(|(page, _)| page), (x, step * 1.2), (width * unit, step));
        let (from, to) = if at == 0 { (x + width * unit, frames) } else { (x, frames + frame * unit) };
        for (row, (_, place)) in pages.iter().enumerate() {
            let lane = from + (to - from) * (row as f64 + 1.0) / (pages.len() as f64 + 1.0);
            let (start, end) = (step * (1.7 + row as f64), top + step * (0.5 + *place as f64));
            drawing.line((from, start), (lane, start), false);
            if (start - end).abs() > 0.01 {
                drawing.line((lane, start), (lane, end), false);
            }
            drawing.arrow((lane, end), (to, end));
        }
    }
    drawing
}

/// Draws a column of boxes with its name above it.
fn column<'t>(
    drawing: &mut Drawing,
    name: &str,
    boxes: impl Iterator<Item = &'t String>,
    (x, y): (f64, f64),
    (width, step): (f64, f64),
) {
    let size = step / BOX;
    drawing.write((x + width / 2.0, y - size * 0.4), size, Anchor::Middle, true, name);
    for (row, text) in boxes.enumerate() {
        let over = y + step * row as f64;
        drawing.outline((x, over), (width, step), false);
        drawing.write((x + width / 2.0, over + step * 0.7), size, Anchor::Middle, false, text);
    }
}

/// Describes the drawing as text.
fn words(of: &Sharing) -> String {
    let each = of.processes.iter().flat_map(|(name, pages)| {
        pages.iter().filter_map(move |(page, frame)| {
            Some(format!("{name}: page {page} is in frame {}", of.frames.get(*frame)?))
        })
    });
    format!("{}: {}", of.title, each.collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use super::draw;
    use crate::exam::formats::drawing::shapes::{Canvas, DrawnShape};
    use crate::exam::formats::tree::Sharing;

    #[test]
    fn pages_of_two_processes_lead_to_one_frame() {
        let page = |text: &str| vec![(text.to_owned(), 0)];
        let of = Sharing {
            title: "pages and frames".to_owned(),
            text: String::new(),
            frames: vec!["0x03".to_owned()],
            processes: vec![("P1".to_owned(), page("0x10")), ("P2".to_owned(), page("0x10"))],
        };
        let drawing = draw(&of, Canvas::for_page(174.0, false));
        let arrows: Vec<_> = drawing
            .shapes
            .iter()
            .filter_map(|shape| match shape {
                DrawnShape::Arrow { from, to, .. } => Some((*from, *to)),
                _ => None,
            })
            .collect();
        // One arrow from the left and one from the right meet the frame at the same height, on opposite
        // edges.
        let [left, right] = arrows.as_slice() else { panic!("{arrows:?}") };
        assert!(left.0.0 < left.1.0 && right.0.0 > right.1.0 && left.1.0 < right.1.0, "{arrows:?}");
        assert!((left.1.1 - right.1.1).abs() < 0.01);
        assert!(drawing.alt.contains("P2: page 0x10 is in frame 0x03"), "{}", drawing.alt);
    }
}
