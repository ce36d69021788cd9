//! Positions as editors count them: lines and UTF-16 units from 0.

use lsp_types::{Position, Range};

/// The line starts of a text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lines {
    /// The first byte of each line, and whether the line is ASCII, so that bytes are units.
    lines: Vec<(usize, bool)>,
    length: usize,
}

impl Lines {
    /// The lines of a text. As in the protocol, `\n`, `\r\n` and a lone `\r` end a line.
    pub(crate) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut lines = vec![(0, true)];
        for (at, byte) in bytes.iter().enumerate() {
            let ends = *byte == b'\n' || *byte == b'\r' && bytes.get(at + 1) != Some(&b'\n');
            if ends {
                lines.push((at + 1, true));
            } else if !byte.is_ascii()
                && let Some(last) = lines.last_mut()
            {
                last.1 = false;
            }
        }
        Self { lines, length: text.len() }
    }

    /// The line of a byte, from 0.
    pub(crate) fn line_of(&self, at: usize) -> usize {
        self.lines.partition_point(|(first, _)| *first <= at).saturating_sub(1)
    }

    /// The bytes of a line with its end; empty after the last line.
    pub(crate) fn bytes_of(&self, line: usize) -> std::ops::Range<usize> {
        let start = self.lines.get(line).map_or(self.length, |(first, _)| *first);
        let end = self.lines.get(line + 1).map_or(self.length, |(first, _)| *first);
        start..end
    }

    /// The position of a byte, at most the end of the text.
    pub(crate) fn position(&self, text: &str, at: usize) -> Position {
        let at = at.min(text.len());
        let line = self.line_of(at);
        let (first, ascii) = self.lines.get(line).copied().unwrap_or((0, true));
        let units = if ascii {
            at - first
        } else {
            let before = text.get(first..at).unwrap_or("");
            before.chars().map(char::len_utf16).sum()
        };
        Position { line: line as u32, character: units as u32 }
    }

    /// The byte at a position, at most the end of the line. Within a character, its first byte.
    pub(crate) fn byte(&self, text: &str, position: Position) -> usize {
        let bytes = self.bytes_of(position.line as usize);
        let Some((start, ascii)) = self.lines.get(position.line as usize).copied() else { return text.len() };
        let line = text.get(bytes).unwrap_or("").trim_end_matches(['\n', '\r']);
        let units = position.character as usize;
        if ascii {
            return start + units.min(line.len());
        }
        let mut seen = 0;
        for (at, c) in line.char_indices() {
            seen += c.len_utf16();
            if seen > units {
                return start + at;
            }
        }
        start + line.len()
    }

    /// The positions of a range of bytes.
    pub(crate) fn range(&self, text: &str, bytes: std::ops::Range<usize>) -> Range {
        Range { start: self.position(text, bytes.start), end: self.position(text, bytes.end) }
    }
}

#[cfg(test)]
mod tests {
    use lsp_types::Position;
    use proptest::prelude::*;

    use super::Lines;

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn units_are_those_of_utf_16() {
        let text = "a\n– 𝕏x\r\nc";
        let lines = Lines::new(text);
        // The dash is one unit of three bytes, 𝕏 is two units of four bytes.
        let cases =
            [(0, at(0, 0)), (2, at(1, 0)), (5, at(1, 1)), (6, at(1, 2)), (10, at(1, 4)), (13, at(2, 0))];
        for (byte, position) in cases {
            assert_eq!(lines.position(text, byte), position);
            assert_eq!(lines.byte(text, position), byte);
        }
    }

    #[test]
    fn positions_that_are_none_are_the_nearest() {
        let text = "a\n– 𝕏x\r\nc";
        let lines = Lines::new(text);
        // Within the surrogate pair, after the line's end (before its `\r`), after the text.
        assert_eq!(lines.byte(text, at(1, 3)), 6);
        assert_eq!(lines.byte(text, at(1, 99)), 11);
        assert_eq!(lines.byte(text, at(7, 0)), text.len());
        assert_eq!(lines.position(text, 999), at(2, 1));
    }

    proptest! {
        #[test]
        fn every_character_is_found_again(text in "[a–𝕏\n\r ]{0,40}") {
            let lines = Lines::new(&text);
            for (byte, c) in text.char_indices() {
                // No position is within a line's end.
                if !"\r\n".contains(c) {
                    prop_assert_eq!(lines.byte(&text, lines.position(&text, byte)), byte);
                }
            }
        }
    }
}
