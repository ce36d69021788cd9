//! Breaks lines to fit the width of a terminal. Tables and drawings keep their shape.

use super::broken::broken;
use super::doc::{Blank, Block};

/// Minimum width of wrapped lines.
const LEAST: usize = 20;

/// Indentation of a line.
const INDENT: usize = 2;

/// Minimum width of values that are printed next to their names.
const BESIDE: usize = 20;

/// Wraps sentences and worksheets at word boundaries to at most `width` columns.
pub fn fitted(blocks: Vec<Block>, width: usize) -> Vec<Block> {
    let room = width.max(LEAST) - INDENT;
    let mut fitted = Vec::with_capacity(blocks.len());
    for block in blocks {
        match block {
            Block::Paragraph { tone, text } => {
                fitted.push(Block::Paragraph {
                    tone,
                    text: broken(&text, room),
                });
            }
            Block::Worksheet(blanks) => {
                fitted.extend(rows(blanks, room).into_iter().map(Block::Worksheet));
            }
            Block::Pairs { title, pairs } => fitted.extend(named(title, pairs, room)),
            other => fitted.push(other),
        }
    }
    fitted
}

/// Wraps values next to their names, or below the names if there is not enough room.
fn named(title: String, pairs: Vec<(String, String)>, room: usize) -> Vec<Block> {
    let column = pairs
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(0);
    let indent = if title.is_empty() { 0 } else { INDENT };
    let beside = room.saturating_sub(indent + column + 2);
    if pairs
        .iter()
        .all(|(_, value)| value.chars().count() <= beside)
    {
        return vec![Block::Pairs { title, pairs }];
    }
    if beside >= BESIDE {
        let lines = pairs.into_iter().flat_map(|(name, value)| {
            let lines = broken(&value, beside);
            let mut name = Some(name);
            let lines: Vec<_> = lines
                .lines()
                .map(|line| (name.take().unwrap_or_default(), line.to_owned()))
                .collect();
            lines
        });
        return vec![Block::Pairs {
            title,
            pairs: lines.collect(),
        }];
    }
    let values = pairs.into_iter().map(|(name, value)| {
        let value = broken(&value, room.saturating_sub(INDENT).max(1));
        let lines = value.lines().map(|line| format!("\n{:INDENT$}{line}", ""));
        Block::line(name + &lines.collect::<String>())
    });
    Some(title)
        .filter(|title| !title.is_empty())
        .map(Block::line)
        .into_iter()
        .chain(values)
        .collect()
}

/// Distributes blanks over lines, with two columns of space between the blanks.
fn rows(blanks: Vec<Blank>, room: usize) -> Vec<Vec<Blank>> {
    let mut rows: Vec<Vec<Blank>> = Vec::new();
    let mut used = 0;
    for blank in blanks {
        let width = blank.label.chars().count() + 1 + blank.value.chars().count();
        if let Some(row) = rows.last_mut().filter(|_| used + 2 + width <= room) {
            used += 2 + width;
            row.push(blank);
        } else {
            used = width;
            rows.push(vec![blank]);
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::fitted;
    use crate::report::doc::{Blank, Block};
    use crate::report::text::text;

    #[test]
    fn values_are_broken_beside_or_below_their_names() {
        let pairs = || {
            vec![(
                "name".to_owned(),
                "some words that take more than a line".to_owned(),
            )]
        };
        let text = |width| {
            text(
                &fitted(
                    vec![Block::Pairs {
                        title: String::new(),
                        pairs: pairs(),
                    }],
                    width,
                ),
                false,
            )
        };
        assert_eq!(text(45), "  name  some words that take more than a line\n");
        assert_eq!(
            text(32),
            "  name  some words that take\n        more than a line\n"
        );
        assert_eq!(
            text(24),
            "  name\n    some words that take\n    more than a line\n"
        );
    }

    #[test]
    fn worksheets_are_broken_between_blanks() {
        let blank = |label: &str| Blank {
            label: label.to_owned(),
            value: "0x0F".to_owned(),
        };
        let sheet = || Block::Worksheet(vec![blank("VPN"), blank("TLBI"), blank("TLBT")]);
        // "VPN 0x0F  TLBI 0x0F  TLBT 0x0F" is 30 columns.
        assert_eq!(fitted(vec![sheet()], 32).len(), 1);
        assert_eq!(fitted(vec![sheet()], 31).len(), 2);
        assert_eq!(fitted(vec![sheet()], 0).len(), 3);
    }
}
