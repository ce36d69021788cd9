//! The pieces of a script to format: tokens with the text before them, prose, and table rows.

use std::borrow::Cow;

use super::cell::Row;
use crate::lang::layout::is_operator;

/// A token, prose with its quotes, or a row of a table.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each flag is an independent property of the piece"
)]
pub(super) struct Piece<'a> {
    pub(super) kind: PieceKind,
    /// The new text of a row, or the original text of any other piece.
    pub(super) text: Cow<'a, str>,
    /// The number of newlines before the piece.
    pub(super) lines: usize,
    /// Whether a `;` precedes the piece.
    pub(super) semicolon: bool,
    /// Whether this piece touches the preceding piece.
    pub(super) touches: bool,
    /// The original column.
    pub(super) column: usize,
    /// The width of the spaces before the piece on its line, in columns.
    pub(super) gap: usize,
    /// Whether the piece begins a statement, a setting, or a row.
    pub(super) head: bool,
    /// Whether a space belongs before the piece, unless the piece begins a line.
    pub(super) space: bool,
}

/// The kinds of pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PieceKind {
    Word,
    /// A number or a string.
    Value,
    /// Text in triple quotes, including the quotes.
    Prose,
    /// An operator, a comma, a colon, or a dot.
    Operator,
    /// `(`, `[`, `{`
    Open(u8),
    /// `)`, `]`, `}`
    Close(u8),
    /// A comment.
    Comment,
    /// A row of a table, by its number.
    Row(usize),
}

impl Piece<'_> {
    pub(super) fn is(&self, operator: &str) -> bool {
        self.kind == PieceKind::Operator && self.text == operator
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        self.kind == PieceKind::Word && self.text == word
    }

    /// Whether the `;` between this piece and the next one on its line is needed.
    pub(super) fn keeps_semicolon(&self, next: &Piece) -> bool {
        let ends = self.kind == PieceKind::Open(b'{') || next.kind == PieceKind::Close(b'}');
        next.semicolon && (!ends || self.goes_on())
    }

    /// Whether a line continues after this piece.
    pub(super) fn goes_on(&self) -> bool {
        match self.kind {
            PieceKind::Operator => !matches!(&*self.text, "." | ":" | "?"),
            PieceKind::Word => is_operator(&self.text),
            _ => false,
        }
    }
}

/// A script in pieces.
#[derive(Debug)]
pub(super) struct Pieces<'a> {
    pub(super) list: Vec<Piece<'a>>,
    /// The rows of all tables.
    pub(super) rows: Vec<Row>,
    /// Whether a `;` follows the last piece.
    pub(super) semicolon: bool,
}

/// Returns the last piece that is not a comment.
pub(super) fn last<'a, 'b>(list: &'b [Piece<'a>]) -> Option<&'b Piece<'a>> {
    list.iter()
        .rev()
        .find(|piece| piece.kind != PieceKind::Comment)
}

/// Returns the text before a piece that begins a line. The text is `; ` if the piece would otherwise continue
/// the statement before a comment, and empty in all other cases.
pub(super) fn lead(list: &[Piece], at: usize) -> &'static str {
    let kept = list[at].semicolon && at > 0 && list[at - 1].kind == PieceKind::Comment;
    if kept && last(&list[..at]).is_some_and(Piece::goes_on) {
        "; "
    } else {
        ""
    }
}
