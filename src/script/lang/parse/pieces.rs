//! The pieces of a parsed file. When the text changes, the parser parses only the changed pieces
//! again. A piece ends where the layout pass ends a statement, so that the grammar alone decides
//! what a statement is.

use std::ops::Range;
use std::sync::Arc;

use crate::lang::ast::{Block, Stmt};
use crate::lang::layout::Layout;

/// Statements are parsed in pieces of about this many bytes. Small pieces need little memory at a time, and an edit
/// affects few statements.
const PIECE: usize = if cfg!(test) { 1 << 6 } else { 1 << 12 };

/// A parsed file and its pieces.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    /// The text of the file.
    pub(super) source: Arc<str>,
    pub(super) layout: Layout,
    pub(super) body: Block,
    /// The pieces that have no errors and include no files, in text order. The statements of these pieces depend only
    /// on the piece's text and position.
    pub(super) kept: Vec<Piece>,
}

/// A piece of a file.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) bytes: Range<usize>,
    /// Indexes into the statements of the file.
    pub(super) statements: Range<usize>,
    /// The maximum depth of nested blocks.
    pub(super) depth: usize,
}

/// A piece of an earlier text that is also a piece of the current text.
pub(super) struct Same<'p> {
    /// The end of the piece in the current text.
    pub(super) end: usize,
    /// The number of bytes by which the piece has moved.
    pub(super) by: isize,
    pub(super) statements: &'p [Stmt],
    pub(super) depth: usize,
}

impl Pieces {
    /// Finds a piece with the same text as the current text at byte `at`. The piece has the same distance from the
    /// start or from the end of the file as before.
    pub(super) fn find(&self, layout: &Layout, at: usize) -> Option<Same<'_>> {
        let (text, ends) = (&layout.text, &layout.ends);
        let earlier = &self.layout.text;
        let longer = text.len() as isize - earlier.len() as isize;
        [0, longer].into_iter().find_map(|by| {
            let start = at.checked_add_signed(-by)?;
            let piece = self
                .kept
                .binary_search_by_key(&start, |piece| piece.bytes.start)
                .ok()?;
            let Piece {
                bytes,
                statements,
                depth,
            } = self.kept.get(piece)?;
            let end = bytes.end.checked_add_signed(by)?;
            let same = text.get(at..end)? == earlier.get(bytes.clone())?;
            let is_end = end == text.len() || ends.binary_search(&end).is_ok();
            let statements = self
                .body
                .get(statements.clone())
                .filter(|_| same && is_end)?;
            Some(Same {
                end,
                by,
                statements,
                depth: *depth,
            })
        })
    }

    /// Returns the end of the piece to parse from byte `at`.
    pub(super) fn next_end(&self, layout: &Layout, at: usize) -> usize {
        let later = layout.ends.partition_point(|end| *end <= at);
        let mut ends = layout.ends[later..].iter().copied();
        ends.find(|end| end - at >= PIECE || self.find(layout, *end).is_some())
            .unwrap_or(layout.text.len())
    }
}
