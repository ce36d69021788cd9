//! An address divided into fields: one box per field, with the numbers of its first and last bits.

use super::shapes::{Anchor, Canvas, Drawing, width};
use crate::report::doc::Ruler;
use crate::run::fields::BitField;

/// Draws a ruler.
pub fn draw(ruler: &Ruler, canvas: Canvas) -> Drawing {
    let text = canvas.text;
    let labels = ruler
        .rows
        .iter()
        .map(|row| width(&row.label, text))
        .fold(0.0, f64::max);
    let labels = if labels > 0.0 { labels + text } else { 0.0 };
    let bit = ((canvas.room - labels) / f64::from(ruler.bits.max(1))).min(text * 2.2);
    let high = text * 2.0;
    // The digits have their own boxes with bit numbers above the fields, which then need no numbers.
    let has_digits = !ruler.digits.is_empty();
    let numbers = if has_digits { text * 0.5 } else { text * 1.3 };
    let pitch = high + numbers + if has_digits { 0.0 } else { text * 0.4 };
    let digits = if has_digits { high + text * 1.2 } else { 0.0 };
    let title = format!("{} ({} bits)", ruler.title, ruler.bits);
    let mut drawing = Drawing {
        width: bit * f64::from(ruler.bits) + labels + 0.4,
        height: text * 1.6 + digits + pitch * ruler.rows.len() as f64,
        alt: alt(&title, ruler),
        title: title.clone(),
        ..Drawing::default()
    };
    drawing.write((0.2, text), text, Anchor::Left, true, title);
    for (at, digit) in ruler.digits.chars().enumerate() {
        let left = 0.2 + bit * at as f64;
        let number = (ruler.bits as usize - 1 - at).to_string();
        let small = (text * 0.85).min(text * 0.85 * bit / width("00", text));
        let middle = left + bit / 2.0;
        drawing.write((middle, text * 2.4), small, Anchor::Middle, false, number);
        drawing.outline((left, text * 2.7), (bit, high), false);
        if digit != '_' {
            let size = text.min(text * bit / width("0", text * 1.3));
            let base = text * 2.7 + high / 2.0 + size * 0.35;
            drawing.write(
                (middle, base),
                size,
                Anchor::Middle,
                true,
                digit.to_string(),
            );
        }
    }
    for (at, row) in ruler.rows.iter().enumerate() {
        let top = text * 1.6 + digits + pitch * at as f64;
        for field in &row.fields {
            let of =
                |bit_number: u32| 0.2 + bit * f64::from(ruler.bits.saturating_sub(1 + bit_number));
            let (left, right) = (of(field.high), of(field.low) + bit);
            if !has_digits {
                numbered(&mut drawing, field, (left, right), top + text, text);
            }
            boxed(
                &mut drawing,
                field,
                (left, right),
                (top + numbers, high),
                text,
            );
        }
        let base = top + numbers + high / 2.0 + text * 0.35;
        drawing.write(
            (bit * f64::from(ruler.bits) + text, base),
            text,
            Anchor::Left,
            false,
            &row.label,
        );
    }
    drawing
}

/// Writes the numbers of a field's first and last bits.
fn numbered(
    drawing: &mut Drawing,
    field: &BitField,
    (left, right): (f64, f64),
    base: f64,
    text: f64,
) {
    let small = text * 0.85;
    let (first, last) = (field.high.to_string(), field.low.to_string());
    if field.high == field.low || width(&first, small) + width(&last, small) + small > right - left
    {
        drawing.write(
            (f64::midpoint(left, right), base),
            small,
            Anchor::Middle,
            false,
            first,
        );
    } else {
        drawing.write((left + 0.3, base), small, Anchor::Left, false, first);
        drawing.write((right - 0.3, base), small, Anchor::Right, false, last);
    }
}

/// Draws the box of a field with its name.
fn boxed(
    drawing: &mut Drawing,
    field: &BitField,
    (left, right): (f64, f64),
    (top, high): (f64, f64),
    text: f64,
) {
    let (name, room) = (field.full_name(), right - left);
    drawing.outline((left, top), (room, high), false);
    let size = text.min(text * room / (width(&name, text) + 0.6).max(0.1));
    let base = top + high / 2.0 + size * 0.35;
    drawing.write(
        (f64::midpoint(left, right), base),
        size,
        Anchor::Middle,
        false,
        name,
    );
}

fn alt(title: &str, ruler: &Ruler) -> String {
    let rows = ruler.rows.iter().map(|row| {
        let fields = row
            .fields
            .iter()
            .map(|field| format!("{} bits {} to {}", field.full_name(), field.high, field.low));
        let fields = fields.collect::<Vec<_>>().join(", ");
        if row.label.is_empty() {
            fields
        } else {
            format!("{}: {fields}", row.label)
        }
    });
    let digits = match ruler.digits.as_str() {
        "" => String::new(),
        digits if digits.contains('_') => ", with an empty box for each bit".to_owned(),
        digits => format!(", {digits}"),
    };
    format!("{title}{digits}: {}", rows.collect::<Vec<_>>().join("; "))
}

/// Maximum width of a box, relative to the text size.
const BOX: f64 = 2.2;

/// Draws the bits of an address, at most 32 per row.
pub fn draw_bits(title: &str, bits: &[(u32, Option<char>)], canvas: Canvas) -> Drawing {
    let text = canvas.text;
    // Neighboring bit numbers must not touch.
    let least = width("00", text) * 1.25;
    let fit = ((canvas.room / least).floor() as usize).clamp(1, 32);
    let fit = [32, 24, 16, 8, 4, 2]
        .into_iter()
        .find(|row| *row <= fit)
        .unwrap_or(1);
    let rows = bits.len().div_ceil(fit).max(1);
    let longest = bits.len().div_ceil(rows).max(1);
    // Leave room for the line width.
    let room = canvas.room - 0.6;
    let side = (room / longest as f64).min(BOX * text).min(room / 8.0);
    let pitch = side.max(text * 1.9) + text * 2.2;
    let high = side.max(text * 1.9);
    let mut drawing = Drawing {
        width: side * longest as f64 + 0.6,
        height: rows as f64 * pitch,
        title: title.to_owned(),
        alt: bits_alt(title, bits),
        ..Drawing::default()
    };
    for (at, row) in bits.chunks(longest).enumerate() {
        let top = at as f64 * pitch;
        // Short rows are aligned at bit 0.
        let left = 0.3 + side * (longest - row.len()) as f64;
        for (place, (number, digit)) in row.iter().enumerate() {
            let x = left + side * place as f64;
            let middle = x + side / 2.0;
            drawing.write(
                (middle, top + text),
                text,
                Anchor::Middle,
                false,
                number.to_string(),
            );
            drawing.outline((x, top + text * 1.5), (side, high), false);
            if let Some(digit) = digit {
                let base = top + text * 1.5 + high / 2.0 + text * 0.4;
                drawing.write(
                    (middle, base),
                    text * 1.15,
                    Anchor::Middle,
                    true,
                    digit.to_string(),
                );
            }
        }
    }
    drawing
}

fn bits_alt(title: &str, bits: &[(u32, Option<char>)]) -> String {
    let (Some((high, _)), Some((low, _))) = (bits.first(), bits.last()) else {
        return title.to_owned();
    };
    let digits: String = bits.iter().filter_map(|(_, digit)| *digit).collect();
    let inside = if digits.is_empty() {
        "empty".to_owned()
    } else {
        format!("filled in: {digits}")
    };
    format!("{title}: one box for each bit from {high} down to {low}, {inside}")
}

#[cfg(test)]
mod tests {
    use super::draw_bits;
    use crate::exam::formats::drawing::shapes::{Canvas, DrawnShape};

    fn boxes(bits: u32, digit: Option<char>, large: bool) -> Vec<(f64, f64)> {
        let bits: Vec<_> = (0..bits).rev().map(|bit| (bit, digit)).collect();
        let drawing = draw_bits("address", &bits, Canvas::for_page(174.0, large));
        assert!(drawing.width <= 174.0, "{}", drawing.width);
        let boxes = drawing.shapes.iter().filter_map(|shape| match shape {
            DrawnShape::Box { at, .. } => Some(*at),
            _ => None,
        });
        boxes.collect()
    }

    #[test]
    fn wide_addresses_take_rows_of_equal_length() {
        let rows = |bits, large| {
            let mut tops: Vec<f64> = boxes(bits, None, large).iter().map(|at| at.1).collect();
            tops.dedup();
            tops.len()
        };
        assert_eq!(
            (
                rows(14, false),
                rows(32, false),
                rows(48, false),
                rows(64, false)
            ),
            (1, 1, 2, 2)
        );
        assert_eq!((rows(14, true), rows(64, true)), (1, 4));
    }

    #[test]
    fn the_key_has_the_boxes_of_the_paper() {
        assert_eq!(boxes(48, None, false), boxes(48, Some('1'), false));
    }
}
