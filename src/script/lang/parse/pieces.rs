//! The pieces of a parsed file. When the text changes, the parser parses only the changed pieces again.

use std::ops::Range;

use super::Tree;
use crate::lang::ast::{Block, Stmt};
use crate::lang::layout::Layout;
use crate::lang::shift::Shift as _;

/// Statements are parsed in pieces of about this many bytes. Small pieces need little memory at a time, and an edit
/// affects few statements.
const PIECE: usize = if cfg!(test) { 1 << 6 } else { 1 << 12 };

/// A parsed file and its pieces.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pieces {
    /// The text of the file after the layout pass.
    text: String,
    pub(super) body: Block,
    /// The pieces that have no errors and include no files, in text order. The statements of these pieces depend only
    /// on the piece's text and position.
    pub(super) kept: Vec<Piece>,
}

/// A piece of a file.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    bytes: Range<usize>,
    /// Indexes into the statements of the file.
    statements: Range<usize>,
    /// The maximum depth of nested blocks.
    depth: usize,
}

/// A piece of an earlier text that is also a piece of the current text.
struct Same<'p> {
    /// The end of the piece in the current text.
    end: usize,
    /// The number of bytes by which the piece has moved.
    by: isize,
    statements: &'p [Stmt],
    depth: usize,
}

impl Pieces {
    /// Finds a piece with the same text as the current text at byte `at`. The piece has the same distance from the
    /// start or from the end of the file as before.
    fn find(&self, layout: &Layout, at: usize) -> Option<Same<'_>> {
        let (text, ends) = (&layout.text, &layout.ends);
        let longer = text.len() as isize - self.text.len() as isize;
        [0, longer].into_iter().find_map(|by| {
            let start = at.checked_add_signed(-by)?;
            let piece = self.kept.binary_search_by_key(&start, |piece| piece.bytes.start).ok()?;
            let Piece { bytes, statements, depth } = self.kept.get(piece)?;
            let end = bytes.end.checked_add_signed(by)?;
            let same = text.get(at..end)? == self.text.get(bytes.clone())?;
            let is_end = end == text.len() || ends.binary_search(&end).is_ok();
            let statements = self.body.get(statements.clone()).filter(|_| same && is_end)?;
            Some(Same { end, by, statements, depth: *depth })
        })
    }

    /// Returns the end of the piece to parse from byte `at`.
    fn next_end(&self, layout: &Layout, at: usize) -> usize {
        let later = layout.ends.partition_point(|end| *end <= at);
        let mut ends = layout.ends[later..].iter().copied();
        ends.find(|end| end - at >= PIECE || self.find(layout, *end).is_some()).unwrap_or(layout.text.len())
    }
}

impl Tree<'_> {
    /// Parses a file piece by piece. Takes the statements of unchanged pieces from the earlier text.
    pub(super) fn pieces(&mut self, layout: Layout, earlier: &Pieces) -> Pieces {
        let (mut body, mut kept) = (Vec::new(), Vec::new());
        let mut start = 0;
        loop {
            let first = body.len();
            let errors = (self.diagnostics.len(), self.broken);
            let deepest = std::mem::take(&mut self.deepest);
            let end = if let Some(same) = earlier.find(&layout, start) {
                body.extend_from_slice(same.statements);
                if same.by != 0 {
                    body[first..].iter_mut().for_each(|stmt| stmt.shift(same.by as i32));
                }
                self.deepest = same.depth;
                same.end
            } else {
                let end = earlier.next_end(&layout, start);
                self.base = start;
                body.extend(self.piece(&layout.text[start..end]));
                end
            };
            let includes = std::mem::take(&mut self.has_include);
            if errors == (self.diagnostics.len(), self.broken) && !includes && start < end {
                kept.push(Piece { bytes: start..end, statements: first..body.len(), depth: self.deepest });
            }
            self.deepest = self.deepest.max(deepest);
            start = end;
            if start == layout.text.len() {
                return Pieces { text: layout.text, body: body.into(), kept };
            }
        }
    }
}
