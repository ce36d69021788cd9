//! A page walk: the fields of the address above, the table of each level below, and arrows from the indexes to the
//! entries and from the entries to the next table.

use super::shapes::{Anchor, CHARACTER, Canvas, Drawing, width};
use crate::exam::formats::tree::{Walk, WalkColumn};

/// Draws a walk.
pub fn draw(of: &Walk, canvas: Canvas) -> Drawing {
    let columns = of.levels.max(1) as f64;
    // CR3 is to the left of the first table.
    let slots = columns + 1.55;
    let longest = of.room as f64 + 2.0;
    let wide = (longest * CHARACTER * canvas.text * 1.2).min(canvas.room / slots);
    let text = canvas.text.min(wide / (longest * CHARACTER * 1.2));
    let left = wide * 0.55;
    let boxed = longest * CHARACTER * text;
    let right = left + wide * (columns + 1.0);
    let mut drawing = Drawing {
        width: right,
        height: text * 19.0,
        title: of.title.clone(),
        alt: alt(of),
        ..Drawing::default()
    };
    drawing.write((0.2, text), text, Anchor::Left, true, &of.title);
    let (fields, tables) = (text * 2.0, text * 9.0);
    let entry = tables + text * 3.6;
    // The field of the address, with the number of its bits.
    let mut field = |x: f64, wide: f64, [name, bits, value]: [&str; 3]| {
        let middle = x + wide / 2.0;
        drawing.write(
            (middle, fields + text),
            text * 0.9,
            Anchor::Middle,
            false,
            bits,
        );
        drawing.outline((x, fields + text * 1.3), (wide, text * 3.4), false);
        drawing.write(
            (middle, fields + text * 2.6),
            text,
            Anchor::Middle,
            true,
            name,
        );
        drawing.write(
            (middle, fields + text * 4.1),
            text,
            Anchor::Middle,
            false,
            value,
        );
    };
    let x = |at: usize| left + wide * at as f64;
    for (at, column) in of.columns.iter().enumerate() {
        field(x(at), wide, [&column.name, &column.bits, &column.value]);
    }
    // The offset in a huge page takes the room of the indexes that the page does not have.
    let offset = (x(of.columns.len()), right - x(of.columns.len()));
    field(offset.0, offset.1, of.offset.each_ref().map(String::as_str));
    let tables_of = of.columns.iter().filter(|column| column.has_table);
    let mut last = left;
    for (at, column) in tables_of.enumerate() {
        let x = x(at);
        let middle = x + boxed / 2.0;
        last = x + boxed;
        // The table, with the entry that the walk fetches.
        drawing.write(
            (middle, tables - text * 0.4),
            text,
            Anchor::Middle,
            true,
            &column.head,
        );
        drawing.outline((x, tables), (boxed, text * 6.2), true);
        drawing.outline((x, tables + text * 1.9), (boxed, text * 3.4), false);
        drawing.write(
            (middle, tables + text * 3.2),
            text,
            Anchor::Middle,
            false,
            &column.entry,
        );
        drawing.write(
            (middle, tables + text * 4.8),
            text,
            Anchor::Middle,
            false,
            &column.target,
        );
        drawing.write(
            (middle, tables + text * 7.6),
            text * 0.9,
            Anchor::Middle,
            false,
            &column.covers,
        );
        // The index selects the entry. The arrow ends beside the box, whose text it must not cross.
        let side = x + boxed + (wide - boxed) * 0.3;
        drawing.line(
            (side, fields + text * 4.7),
            (side, entry - text * 0.9),
            false,
        );
        drawing.arrow((side, entry - text * 0.9), (x + boxed, entry - text * 0.9));
        if at + 1 < of.columns.len() && column.leads_on {
            let lane = x + boxed + (wide - boxed) * 0.65;
            drawing.line(
                (x + boxed, entry + text * 0.6),
                (lane, entry + text * 0.6),
                false,
            );
            drawing.line((lane, entry + text * 0.6), (lane, tables), false);
            drawing.arrow((lane, tables), (x + wide, tables));
        }
    }
    drawing.write((0.2, tables - text * 0.4), text, Anchor::Left, true, "CR3");
    drawing.arrow((0.2 + width("CR3", text) / 2.0, tables), (left, tables));
    // The page number comes from the last entry, and the offset from the address.
    let below = text * 17.4;
    let lane = last + (wide - boxed) * 0.65;
    drawing.line(
        (last, entry + text * 0.6),
        (lane, entry + text * 0.6),
        false,
    );
    drawing.arrow((lane, entry + text * 0.6), (lane, below));
    if !of.faults {
        let middle = offset.0 + offset.1 / 2.0;
        drawing.arrow((middle, fields + text * 4.7), (middle, below));
    }
    // The result is below the arrows.
    let (x, anchor) = if of.faults {
        (lane, Anchor::Middle)
    } else if right - width(&of.result, text) > lane {
        (lane - text, Anchor::Left)
    } else {
        (right, Anchor::Right)
    };
    drawing.write((x, text * 18.6), text, anchor, false, &of.result);
    drawing
}

fn alt(of: &Walk) -> String {
    let column = |column: &WalkColumn| {
        let parts = [
            &column.name,
            &column.bits,
            &column.value,
            &column.head,
            &column.entry,
            &column.target,
            &column.covers,
        ];
        let parts: Vec<&str> = parts[..if column.has_table { 7 } else { 3 }]
            .iter()
            .map(|part| part.as_str())
            .filter(|part| !part.is_empty())
            .collect();
        parts.join(", ")
    };
    let columns: Vec<String> = of.columns.iter().map(column).collect();
    format!(
        "{}: {}; {}. {}",
        of.title,
        columns.join("; "),
        of.offset.join(", "),
        of.result
    )
}
