//! Checks the geometry of drawn address spaces.

use super::draw;
use crate::exam::formats::drawing::shapes::{
    Anchor, CHARACTER, Canvas, Drawing, DrawnShape, Point,
};
use crate::report::doc::{Block, Layout};
use crate::report::narrate::view;
use crate::report::playing::records;
use crate::run::record::Did;

/// The address space of the lecture (lectures.md, sections 4 and 5), after `execve`.
const SLIDE: &str = "machine core-i7
executable \"a.out\" {
  entry 0x400400
  | section | start  | size | perms |
  | .text   | 400000 | 1800 | r-x   |
  | .data   | 602000 | 0400 | rw-   |
  | .bss    | 603000 | 2000 | rw-   |
  library \"libc.so\"
}
process P1
execve(\"a.out\")
sbrk(0x1800)
read 0x500000
read 0x602004
write 0x400000 = 1
fetch 0x900000000000
";

/// The last address spaces that a script draws.
fn layouts(script: &str, figures: usize) -> Vec<Layout> {
    let mut layouts = Vec::new();
    for record in records(script) {
        let Did::Shown(views) = &*record.did else {
            continue;
        };
        for block in views.iter().flat_map(view::blocks) {
            if let Block::Layout(layout) = block {
                layouts.push(layout);
            }
        }
    }
    layouts.split_off(layouts.len() - figures)
}

/// The corners of a text's characters, without the part of a line that is always empty.
fn extent(at: Point, size: f64, anchor: Anchor, text: &str) -> (Point, Point) {
    let wide = text.chars().count() as f64 * CHARACTER * size;
    let left = match anchor {
        Anchor::Left => at.0,
        Anchor::Middle => at.0 - wide / 2.0,
        Anchor::Right => at.0 - wide,
    };
    ((left, at.1 - size * 0.74), (left + wide, at.1 + size * 0.2))
}

fn meet(a: (Point, Point), b: (Point, Point)) -> bool {
    let overlap = |a: (f64, f64), b: (f64, f64)| a.0 < b.1 && b.0 < a.1;
    overlap((a.0.0, a.1.0), (b.0.0, b.1.0)) && overlap((a.0.1, a.1.1), (b.0.1, b.1.1))
}

/// Returns each label that touches a line, an arrow, the edge of a box, or another label, or that leaves the drawing.
fn touching(drawing: &Drawing) -> Vec<String> {
    let mut texts = Vec::new();
    let mut strokes = Vec::new();
    for shape in &drawing.shapes {
        match shape {
            DrawnShape::Text {
                at,
                size,
                anchor,
                text,
                ..
            } => {
                texts.push((extent(*at, *size, *anchor, text), text.clone()));
            }
            DrawnShape::Line { from, to, .. } => strokes.push((*from, *to)),
            DrawnShape::Arrow { from, to, .. } => {
                // The point of the arrow, whose wings are on both sides of the line.
                let ((x, y), (dx, dy)) =
                    (*to, ((to.0 - from.0).signum(), (to.1 - from.1).signum()));
                let is_across = (from.1 - to.1).abs() < 0.01;
                let wings = if is_across {
                    ((x - 1.6 * dx, y - 0.7), (x, y + 0.7))
                } else {
                    ((x - 0.7, y - 1.6 * dy), (x + 0.7, y))
                };
                strokes.extend([(*from, *to), wings]);
            }
            DrawnShape::Box {
                at: (x, y),
                size: (wide, high),
                ..
            } => {
                let (right, bottom) = (x + wide, y + high);
                strokes.extend([
                    ((*x, *y), (right, *y)),
                    ((*x, bottom), (right, bottom)),
                    ((*x, *y), (*x, bottom)),
                    ((right, *y), (right, bottom)),
                ]);
            }
        }
    }
    let ordered = |((ax, ay), (bx, by)): (Point, Point)| {
        (
            (f64::min(ax, bx) - 0.1, f64::min(ay, by) - 0.1),
            (f64::max(ax, bx) + 0.1, f64::max(ay, by) + 0.1),
        )
    };
    let mut wrong = Vec::new();
    for (at, (extent, text)) in texts.iter().enumerate() {
        if let Some(stroke) = strokes
            .iter()
            .find(|stroke| meet(*extent, ordered(**stroke)))
        {
            // A blank line is itself a line, so it may be close to an edge.
            if !text.starts_with('_') {
                wrong.push(format!("{text} touches {stroke:?}"));
            }
        }
        let others = texts[..at]
            .iter()
            .filter(|(other, _)| meet(*extent, *other));
        wrong.extend(others.map(|(_, other)| format!("{text} touches {other}")));
        let ((left, top), (right, bottom)) = *extent;
        if left < -0.01 || top < -0.01 || right > drawing.width + 0.01 || bottom > drawing.height {
            wrong.push(format!("{text} leaves the drawing"));
        }
    }
    wrong
}

fn check(layouts: &[Layout]) -> Vec<Drawing> {
    let canvas = Canvas::for_page(174.0, false);
    let drawings = draw(layouts, canvas);
    for drawing in &drawings {
        assert_eq!(touching(drawing), [""; 0], "{}", drawing.title);
        assert!(drawing.width <= canvas.room + 0.5 && drawing.height <= 205.0);
    }
    drawings
}

#[test]
fn labels_touch_nothing() {
    for words in ["", "accesses", "chain", "accesses chain"] {
        check(&layouts(&format!("{SLIDE}figure layout P1 {words}"), 1));
    }
    // Many areas, a small machine, and a process that has ended.
    let many = "process P1\nfor i in 0..45 { mmap(0x10000000 + i * 8192, 4096, PROT_READ, \
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) }\nfigure layout P1 chain";
    check(&layouts(many, 1));
    let small = "machine { virtual 14 bits, physical 12 bits, page 64 B }\nprocess P1 {\n| area | start | end | perms |\n\
                 | data | 0 | 400 | rw-p |\n}\nread 0\nfigure layout P1 accesses chain";
    check(&layouts(small, 1));
    check(&layouts("process P1\nexit(0)\nfigure layout P1 chain", 1));
    // Forty accesses to one area fit on a page.
    check(&layouts(
        &format!("{SLIDE}repeat 40 {{ read 0x602000 }}\nfigure layout P1 accesses"),
        1,
    ));
}

#[test]
fn two_address_spaces_are_side_by_side() {
    let script =
        format!("{SLIDE}figure layout P1\nsbrk(0x1000)\nread 0x603000\nfigure layout P1 accesses");
    let drawings = check(&layouts(&script, 2));
    let wide: f64 = drawings.iter().map(|drawing| drawing.width).sum();
    assert!(wide + 4.0 <= 174.5, "{wide}");
}

#[test]
fn each_structure_has_one_arrow_to_its_area() {
    let drawing = &check(&layouts(&format!("{SLIDE}figure layout P1 chain"), 1))[0];
    let arrows = drawing.shapes.iter().filter_map(|shape| match shape {
        DrawnShape::Arrow { from, to, .. } => Some((*from, *to)),
        _ => None,
    });
    let (across, down): (Vec<_>, Vec<_>) =
        arrows.partition(|(from, to): &(Point, Point)| (from.1 - to.1).abs() < 0.01);
    // Seven areas (three sections, two of the library, the heap, and the stack), and `mmap`.
    assert_eq!(across.len(), 8);
    // From `task_struct` to `mm_struct`, and six times `vm_next`, which leads to the next higher area.
    assert_eq!(down.len(), 7);
    assert_eq!(down.iter().filter(|(from, to)| to.1 < from.1).count(), 6);
    // No two arrows to areas cross, because all are horizontal and none is at the same height.
    let mut heights: Vec<f64> = across.iter().map(|(from, _)| from.1).collect();
    heights.sort_by(f64::total_cmp);
    heights.dedup_by(|a, b| (*a - *b).abs() < 1.0);
    assert_eq!(
        heights.len(),
        7,
        "only `mmap` and the lowest area have the same height"
    );
}
