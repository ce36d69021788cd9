//! The bits of an address as boxes with the bit numbers above them.

use super::shapes::{Anchor, Canvas, Drawing, width};

/// Maximum width of a box, relative to the text size.
const BOX: f64 = 2.2;

/// Draws the bits of an address, at most 32 per row.
pub fn draw(title: &str, bits: &[(u32, Option<char>)], canvas: Canvas) -> Drawing {
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
        alt: alt(title, bits),
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

fn alt(title: &str, bits: &[(u32, Option<char>)]) -> String {
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
    use super::draw;
    use crate::exam::formats::drawing::shapes::{Canvas, DrawnShape};

    fn boxes(bits: u32, digit: Option<char>, large: bool) -> Vec<(f64, f64)> {
        let bits: Vec<_> = (0..bits).rev().map(|bit| (bit, digit)).collect();
        let drawing = draw("address", &bits, Canvas::for_page(174.0, large));
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
