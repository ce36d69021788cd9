//! The messages of an access as arrows between lifelines, numbered as in the list below them.

use super::shapes::{Anchor, Canvas, Drawing, width};
use crate::exam::formats::tree::Sequence;

/// Height of a message and of a line of the list, relative to the text size.
const ROW: f64 = 1.5;
const LINE: f64 = 1.35;

/// Draws a sequence of messages.
pub fn draw(of: &Sequence, canvas: Canvas) -> Drawing {
    let text = canvas.text;
    let actors = actors(of);
    let column = canvas.room / actors.len().max(1) as f64;
    let widest = actors
        .iter()
        .map(|actor| width(actor, text))
        .fold(0.0, f64::max);
    let size = text.min(text * column / (widest + text));
    let middle = |actor: &str| {
        let at = actors.iter().position(|known| *known == actor).unwrap_or(0);
        column * (at as f64 + 0.5)
    };
    let mut drawing = Drawing {
        width: canvas.room,
        title: of.title.clone(),
        alt: format!("{}: {}", of.title, listed(of).join("; ")),
        ..Drawing::default()
    };
    drawing.write((0.2, text), text, Anchor::Left, true, &of.title);
    let (head, high) = (text * 1.8, size * 1.8);
    let first = head + high;
    let end = first + text * ROW * (of.messages.len() as f64 + 0.5);
    for actor in &actors {
        let (x, wide) = (middle(actor), width(actor, size) + size);
        drawing.outline((x - wide / 2.0, head), (wide, high), true);
        drawing.write((x, head + high * 0.68), size, Anchor::Middle, true, *actor);
        drawing.line((x, first), (x, end), true);
    }
    for (at, message) in of.messages.iter().enumerate() {
        let y = first + text * ROW * (at as f64 + 0.8);
        let number = (at + 1).to_string();
        let from = middle(&message.from);
        if let Some(to) = message.to.as_deref().map(middle) {
            drawing.arrow((from, y), (to, y));
            // The number is beside the sender, where no other lifeline crosses it.
            let beside = text * 0.5 * (to - from).signum();
            let anchor = if to > from {
                Anchor::Left
            } else {
                Anchor::Right
            };
            drawing.write(
                (from + beside, y - text * 0.25),
                text * 0.9,
                anchor,
                true,
                number,
            );
        } else {
            // The actor itself does something.
            let side = text * 0.9;
            drawing.outline((from - side / 2.0, y - side), (side, side), false);
            drawing.write(
                (from + side, y - side * 0.1),
                text * 0.9,
                Anchor::Left,
                true,
                number,
            );
        }
    }
    let room = (canvas.room / width("x", text)).floor() as usize;
    let mut base = end + text * LINE;
    for line in listed(of).iter().flat_map(|line| wrapped(line, room)) {
        let words = line.trim_start();
        let indent = width(" ", text) * (line.len() - words.len()) as f64;
        drawing.write((0.2 + indent, base), text, Anchor::Left, false, words);
        base += text * LINE;
    }
    drawing.height = base - text * (LINE - 0.4);
    drawing
}

/// Returns the actors in the order of their first message.
fn actors(of: &Sequence) -> Vec<&str> {
    let mut actors: Vec<&str> = Vec::new();
    let all = of.messages.iter();
    for actor in all.flat_map(|message| std::iter::once(&message.from).chain(&message.to)) {
        if !actors.contains(&&**actor) {
            actors.push(actor);
        }
    }
    actors
}

/// Returns the list of messages, one line each.
fn listed(of: &Sequence) -> Vec<String> {
    of.messages
        .iter()
        .enumerate()
        .map(|(at, message)| format!("{}. {}", at + 1, message.what))
        .collect()
}

/// Wraps a line at spaces, with an indent after the first line.
fn wrapped(line: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in line.split(' ') {
        match lines.last_mut() {
            Some(last) if last.chars().count() + 1 + word.chars().count() <= room => {
                last.push(' ');
                last.push_str(word);
            }
            Some(_) => lines.push(format!("   {word}")),
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::draw;
    use crate::exam::formats::drawing::Canvas;
    use crate::exam::formats::drawing::shapes::{Anchor, DrawnShape, width};
    use crate::exam::formats::tree::Sequence;
    use crate::report::doc::Step;
    use crate::report::scene::Stroke;

    fn message(from: &str, to: Option<&str>, what: &str) -> Step {
        Step {
            from: from.to_owned(),
            to: to.map(str::to_owned),
            what: what.to_owned(),
        }
    }

    #[test]
    fn arrows_connect_lifelines_and_no_text_leaves_the_page() {
        let messages = vec![
            message(
                "CPU",
                Some("MMU"),
                "virtual address 0x03D4 (VPN 0x0F, VPO 0x14)",
            ),
            message(
                "MMU",
                Some("page table in memory"),
                &"a long message ".repeat(20),
            ),
            message("MMU", None, "physical address 0x354"),
            message("handler", Some("disk"), "evicts page 0x40"),
        ];
        let of = Sequence {
            title: "steps".to_owned(),
            messages,
        };
        for large in [false, true] {
            let drawing = draw(&of, Canvas::for_page(174.0, large));
            let lifelines: Vec<f64> = drawing
                .shapes
                .iter()
                .filter_map(|shape| match shape {
                    DrawnShape::Line {
                        from,
                        stroke: Stroke::Dashed,
                        ..
                    } => Some(from.0),
                    _ => None,
                })
                .collect();
            assert_eq!(lifelines.len(), 5);
            for shape in &drawing.shapes {
                match shape {
                    DrawnShape::Arrow { from, to, .. } => {
                        assert!(lifelines.contains(&from.0) && lifelines.contains(&to.0));
                        assert!((from.1 - to.1).abs() < 0.01);
                    }
                    DrawnShape::Text {
                        at,
                        size,
                        anchor,
                        text,
                        ..
                    } => {
                        let wide = width(text, *size);
                        let left = match anchor {
                            Anchor::Left => at.0,
                            Anchor::Middle => at.0 - wide / 2.0,
                            Anchor::Right => at.0 - wide,
                        };
                        assert!(
                            left >= -0.1 && left + wide <= 174.1 && at.1 <= drawing.height,
                            "{text}"
                        );
                    }
                    _ => {}
                }
            }
        }
    }
}
