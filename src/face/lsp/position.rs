//! Protocol positions: lines and UTF-16 code units, both counted from 0.

use std::ops;

use lsp_types::{Position, Range};
use pagewalk_script::editor::{self, Encoding, LineIndex};

/// The byte offset of a position.
pub(crate) fn byte(lines: &LineIndex, Position { line, character }: Position) -> usize {
    lines.byte(
        editor::Position {
            line,
            column: character,
        },
        Encoding::Utf16,
    )
}

/// The byte offsets of a range, in ascending order.
pub(crate) fn bytes(lines: &LineIndex, range: Range) -> ops::Range<usize> {
    let (start, end) = (byte(lines, range.start), byte(lines, range.end));
    start.min(end)..start.max(end)
}

/// The positions of a byte range.
pub(crate) fn range(lines: &LineIndex, bytes: &ops::Range<usize>) -> Range {
    let position = |at| {
        let editor::Position { line, column } = lines.position(at, Encoding::Utf16);
        Position {
            line,
            character: column,
        }
    };
    Range {
        start: position(bytes.start),
        end: position(bytes.end),
    }
}

pub(crate) fn edits(lines: &LineIndex, edits: Vec<editor::Edit>) -> Vec<lsp_types::TextEdit> {
    let edit = |edit: editor::Edit| lsp_types::TextEdit::new(range(lines, &edit.range), edit.text);
    edits.into_iter().map(edit).collect()
}
