//! The width of a text in columns.

/// The distance between tab stops.
const TAB: usize = 8;

/// Characters that are two columns wide (East Asian wide, full-width, and emoji), by the ranges of Unicode's
/// `EastAsianWidth`.
const WIDE: &[(u32, u32)] = &[
    (0x1100, 0x115F),
    (0x2E80, 0x303E),
    (0x3041, 0xA4CF),
    (0xA960, 0xA97C),
    (0xAC00, 0xD7A3),
    (0xF900, 0xFAFF),
    (0xFE30, 0xFE6F),
    (0xFF00, 0xFF60),
    (0xFFE0, 0xFFE6),
    (0x1F300, 0x1F64F),
    (0x1F900, 0x1F9FF),
    (0x20000, 0x3FFFD),
];

/// Combining characters, which are zero columns wide.
const NONE: &[(u32, u32)] = &[
    (0x300, 0x36F),
    (0x200B, 0x200F),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
];

/// Returns the column after a text that begins at a column. Only the part of the text after the last newline
/// affects the result.
pub(super) fn behind(column: usize, text: &str) -> usize {
    let (mut column, text) = match text.rfind('\n') {
        Some(newline) => (0, &text[newline + 1..]),
        None => (column, text),
    };
    if text.bytes().all(|byte| (b' '..0x7F).contains(&byte)) {
        return column + text.len();
    }
    for character in text.chars() {
        column = if character == '\t' {
            (column / TAB + 1) * TAB
        } else {
            column + char_width(character)
        };
    }
    column
}

fn char_width(character: char) -> usize {
    let within = |ranges: &[(u32, u32)]| {
        ranges
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&(character as u32)))
    };
    match character {
        '\r' => 0,
        ' '..='~' => 1,
        _ if within(NONE) => 0,
        _ if within(WIDE) => 2,
        _ => 1,
    }
}
