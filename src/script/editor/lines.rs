//! Lines and columns of a text in an editor's units.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// The unit of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units, as in JavaScript and the Language Server Protocol.
    Utf16,
}

/// A line and a column, both counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column, in units of an [`Encoding`].
    pub column: u32,
}

/// A text with an index of its lines. The index converts between byte offsets and positions.
///
/// As in the Language Server Protocol, `\n`, `\r\n`, and a lone `\r` end a line. The crate line-index ends lines
/// only at `\n`.
///
/// ```
/// use pagewalk_script::editor::{Encoding, LineIndex, Position};
///
/// let lines = LineIndex::new("a\n– b");
/// // The dash is three bytes, but one UTF-16 unit.
/// assert_eq!(lines.position(6, Encoding::Utf16), Position { line: 1, column: 2 });
/// assert_eq!(lines.position(6, Encoding::Utf8), Position { line: 1, column: 4 });
/// assert_eq!(lines.byte(Position { line: 1, column: 2 }, Encoding::Utf16), 6);
/// ```
#[derive(Debug, Clone)]
pub struct LineIndex {
    text: Arc<str>,
    lines: OnceLock<Vec<Line>>,
}

#[derive(Debug, Clone, Copy)]
struct Line {
    /// The first byte.
    start: usize,
    /// Whether all characters are ASCII, so that each byte is one unit.
    ascii: bool,
}

impl LineIndex {
    /// Creates the index of a text. Finds the lines on first use.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self {
            text: text.into(),
            lines: OnceLock::new(),
        }
    }

    /// Returns the text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    fn lines(&self) -> &[Line] {
        self.lines.get_or_init(|| {
            let bytes = self.text.as_bytes();
            let mut lines = vec![Line {
                start: 0,
                ascii: true,
            }];
            for (at, byte) in bytes.iter().enumerate() {
                let ends = *byte == b'\n' || *byte == b'\r' && bytes.get(at + 1) != Some(&b'\n');
                if ends {
                    lines.push(Line {
                        start: at + 1,
                        ascii: true,
                    });
                } else if !byte.is_ascii()
                    && let Some(last) = lines.last_mut()
                {
                    last.ascii = false;
                }
            }
            lines
        })
    }

    /// Returns the line of a byte, counted from 0.
    pub fn line_of(&self, at: usize) -> usize {
        self.lines()
            .partition_point(|line| line.start <= at)
            .saturating_sub(1)
    }

    /// Returns the bytes of a line without its line ending, or an empty range after the last line.
    pub fn bytes_of(&self, line: usize) -> Range<usize> {
        let start_of = |line: usize| {
            self.lines()
                .get(line)
                .map_or(self.text.len(), |line| line.start)
        };
        let start = start_of(line);
        let content = self.text[start..start_of(line + 1)].trim_end_matches(['\n', '\r']);
        start..start + content.len()
    }

    /// Returns the position of a byte. A byte past the end of the text has the position of the end.
    pub fn position(&self, at: usize, encoding: Encoding) -> Position {
        let at = at.min(self.text.len());
        let line = self.line_of(at);
        let Line { start, ascii } = self.lines()[line];
        let column = if ascii || encoding == Encoding::Utf8 {
            at - start
        } else {
            self.text
                .get(start..at)
                .unwrap_or("")
                .encode_utf16()
                .count()
        };
        Position {
            line: line as u32,
            column: column as u32,
        }
    }

    /// Returns the byte at a position. For a column past the end of a line, returns the byte at the end. For
    /// a position within a character, the result is the character's first byte.
    pub fn byte(&self, position: Position, encoding: Encoding) -> usize {
        let bytes = self.bytes_of(position.line as usize);
        let mut left = position.column as usize;
        for (at, c) in self.text[bytes.clone()].char_indices() {
            let width = if encoding == Encoding::Utf8 {
                c.len_utf8()
            } else {
                c.len_utf16()
            };
            match left.checked_sub(width) {
                Some(rest) => left = rest,
                None => return bytes.start + at,
            }
        }
        bytes.end
    }

    /// Returns the positions of the start and end of a range.
    pub fn range(&self, bytes: &Range<usize>, encoding: Encoding) -> Range<Position> {
        self.position(bytes.start, encoding)..self.position(bytes.end, encoding)
    }

    /// Splits a range into its non-empty parts, one per line, without the line endings.
    pub fn split(&self, bytes: Range<usize>) -> impl Iterator<Item = Range<usize>> + '_ {
        let lines = self.line_of(bytes.start)..=self.line_of(bytes.end);
        let parts = lines.map(move |line| {
            let line = self.bytes_of(line);
            line.start.max(bytes.start)..line.end.min(bytes.end)
        });
        parts.filter(|part| part.start < part.end)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Encoding, LineIndex, Position};

    const TEXT: &str = "a\n– 𝕏x\r\nc";

    fn at(line: u32, column: u32) -> Position {
        Position { line, column }
    }

    #[test]
    fn columns_are_in_units_of_the_encoding() {
        let lines = LineIndex::new(TEXT);
        // The dash is one unit of three bytes, and 𝕏 is two units of four bytes.
        let cases = [
            (0, 0, 0, 0),
            (2, 1, 0, 0),
            (5, 1, 1, 3),
            (6, 1, 2, 4),
            (10, 1, 4, 8),
            (13, 2, 0, 0),
        ];
        for (byte, line, utf16, utf8) in cases {
            for (encoding, column) in [(Encoding::Utf16, utf16), (Encoding::Utf8, utf8)] {
                assert_eq!(lines.position(byte, encoding), at(line, column));
                assert_eq!(lines.byte(at(line, column), encoding), byte);
            }
        }
    }

    #[test]
    fn invalid_positions_become_the_nearest_valid_ones() {
        let lines = LineIndex::new(TEXT);
        // The positions are within a character, after the end of the line (before its `\r`), and after the
        // text.
        assert_eq!(lines.byte(at(1, 3), Encoding::Utf16), 6);
        assert_eq!(lines.byte(at(1, 2), Encoding::Utf8), 2);
        assert_eq!(lines.byte(at(1, 99), Encoding::Utf16), 11);
        assert_eq!(lines.byte(at(7, 0), Encoding::Utf16), TEXT.len());
        assert_eq!(lines.position(999, Encoding::Utf16), at(2, 1));
    }

    #[test]
    fn a_range_is_split_at_line_ends() {
        let parts: Vec<&str> = LineIndex::new(TEXT)
            .split(0..TEXT.len())
            .map(|part| &TEXT[part])
            .collect();
        assert_eq!(parts, ["a", "– 𝕏x", "c"]);
        assert_eq!(LineIndex::new("a\n\nb").split(1..3).count(), 0);
    }

    proptest! {
        #[test]
        fn every_character_is_found_again(text in "[a–𝕏\n\r ]{0,40}") {
            let lines = LineIndex::new(text.as_str());
            for (byte, c) in text.char_indices() {
                // No position is within a line ending.
                if !"\r\n".contains(c) {
                    for encoding in [Encoding::Utf8, Encoding::Utf16] {
                        prop_assert_eq!(lines.byte(lines.position(byte, encoding), encoding), byte);
                    }
                }
            }
        }
    }
}
