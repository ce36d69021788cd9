//! Splits a script into pieces.

use std::borrow::Cow;

use super::cell::{Cell, Row};
use super::piece::{Piece, PieceKind, Pieces};
use super::spacing;
use super::width::behind;
use crate::lang::layout::{Token, TokenKind, tokens};

/// Splits a script into pieces.
pub(super) fn pieces(text: &str) -> Pieces<'_> {
    let tokens = tokens(text).list;
    let mut cutter = Cutter {
        text,
        tokens: &tokens,
        next: 0,
        at: 0,
        column: 0,
        head: true,
        list: Vec::new(),
        rows: Vec::new(),
    };
    if text.starts_with('\u{feff}') {
        cutter.at = '\u{feff}'.len_utf8();
    }
    while cutter.piece() {}
    let semicolon = text.get(cutter.at..).is_some_and(|rest| rest.contains(';'));
    let (mut list, rows) = (cutter.list, cutter.rows);
    spacing::mark(&mut list);
    Pieces {
        list,
        rows,
        semicolon,
    }
}

struct Cutter<'a, 't> {
    text: &'a str,
    tokens: &'t [Token],
    /// The index of the current token.
    next: usize,
    /// The byte after the last piece, and its column.
    at: usize,
    column: usize,
    /// Whether the next piece begins a statement.
    head: bool,
    list: Vec<Piece<'a>>,
    rows: Vec<Row>,
}

impl<'a> Cutter<'a, '_> {
    /// Consumes one token, or several tokens that form one piece. Returns false at the end of the script.
    fn piece(&mut self) -> bool {
        let Some(token) = self.tokens.get(self.next).copied() else {
            return false;
        };
        self.next += 1;
        match token.kind {
            TokenKind::End => self.head = true,
            TokenKind::Bar => self.row(token),
            TokenKind::Prose => {
                let end = self.end_of_prose(token.end);
                self.push(PieceKind::Prose, token.start, end);
            }
            _ => {
                if let Some(kind) = kind(token.kind) {
                    self.push(kind, token.start, token.end);
                }
            }
        }
        true
    }

    /// Returns the byte after the quotes that close the prose, and skips the prose's tokens.
    fn end_of_prose(&mut self, mut end: usize) -> usize {
        while let Some(token) = self.tokens.get(self.next) {
            self.next += 1;
            end = token.end;
            if token.kind == TokenKind::Prose && token.text(self.text).ends_with("\"\"\"") {
                break;
            }
        }
        end
    }

    fn push(&mut self, kind: PieceKind, start: usize, end: usize) {
        let piece = self.cut(kind, start, end);
        self.list.push(piece);
    }

    fn cut(&mut self, kind: PieceKind, start: usize, end: usize) -> Piece<'a> {
        let between = self.text.get(self.at..start).unwrap_or("");
        let text = self.text.get(start..end).unwrap_or("");
        let lines = between.matches('\n').count();
        let column = behind(self.column, between);
        let comment = kind == PieceKind::Comment;
        // A statement ends before the brace that closes its block, and no statement begins with that brace.
        let closes = matches!(kind, PieceKind::Close(_));
        let piece = Piece {
            kind,
            text: Cow::Borrowed(if comment { text.trim_end() } else { text }),
            lines,
            semicolon: between.contains(';'),
            touches: between.is_empty(),
            column,
            gap: if lines > 0 { 0 } else { column - self.column },
            head: self.head && !comment && !closes,
            space: false,
        };
        if !comment {
            self.head = kind == PieceKind::Open(b'{');
        }
        (self.at, self.column) = (end, behind(column, text));
        piece
    }

    /// Consumes a row from its first bar to its end: cells and bars.
    fn row(&mut self, first: Token) {
        let mut piece = self.cut(PieceKind::Row(self.rows.len()), first.start, first.end);
        // A row without a first bar starts at the beginning of the line.
        let begin = if first.start < first.end {
            piece.column
        } else {
            0
        };
        let mut row = Row {
            begin,
            bars: vec![0],
            ..Row::default()
        };
        let mut end = first.end;
        while let Some(token) = self.tokens.get(self.next).copied() {
            let between = self.text.get(self.at..token.start).unwrap_or("");
            let ends = matches!(
                token.kind,
                TokenKind::End | TokenKind::Comment | TokenKind::Open(b'{') | TokenKind::Close(_)
            );
            if ends || between.contains(['\n', ';']) {
                break;
            }
            self.next += 1;
            if token.kind == TokenKind::Bar {
                self.cut(PieceKind::Operator, token.start, token.end);
                row.bars.push(row.cells.len());
            } else if token.kind == TokenKind::Prose {
                // The grammar treats these quotes as strings. For example, six quotes are three empty strings.
                row.verbatim = true;
                let end = self.end_of_prose(token.end);
                self.cut(PieceKind::Prose, token.start, end);
            } else if token.kind == TokenKind::Open(b'(') {
                row.verbatim |= self.expression(token, &mut row.cells);
            } else {
                let cell = self.cut(PieceKind::Value, token.start, token.end);
                let (from, to) = (cell.column, self.column);
                row.cells.push(Cell {
                    text: cell.text.into_owned(),
                    from,
                    to,
                });
            }
            end = self.at;
        }
        row.end = self.column;
        self.text
            .get(first.start..end)
            .unwrap_or("")
            .clone_into(&mut row.source);
        piece.head = true;
        self.head = false;
        self.list.push(piece);
        self.rows.push(row);
    }

    /// Consumes a computed cell, beginning with its bracket. Returns true if the cell contains a comment.
    fn expression(&mut self, open: Token, cells: &mut Vec<Cell>) -> bool {
        let mut inner = vec![self.cut(PieceKind::Open(b'('), open.start, open.end)];
        let (from, mut depth) = (inner[0].column, 1);
        while let Some(token) = self.tokens.get(self.next).copied().filter(|_| depth > 0) {
            self.next += 1;
            match token.kind {
                TokenKind::Open(_) => depth += 1,
                TokenKind::Close(_) => depth -= 1,
                _ => {}
            }
            let (kind, end) = match token.kind {
                TokenKind::Prose => (PieceKind::Prose, self.end_of_prose(token.end)),
                other => (kind(other).unwrap_or(PieceKind::Value), token.end),
            };
            inner.push(self.cut(kind, token.start, end));
        }
        spacing::mark(&mut inner);
        let mut text = String::new();
        for piece in &inner {
            if piece.space {
                text.push(' ');
            }
            text += &piece.text;
        }
        cells.push(Cell {
            text,
            from,
            to: self.column,
        });
        inner
            .iter()
            .any(|piece| piece.kind == PieceKind::Comment || piece.text.contains('\n'))
    }
}

/// Returns the kind of piece that a token becomes, or `None` if the token has no width.
fn kind(token: TokenKind) -> Option<PieceKind> {
    Some(match token {
        TokenKind::Comment => PieceKind::Comment,
        TokenKind::Word => PieceKind::Word,
        TokenKind::Operator => PieceKind::Operator,
        TokenKind::Open(bracket) => PieceKind::Open(bracket),
        TokenKind::Close(bracket) => PieceKind::Close(bracket),
        TokenKind::Prose => PieceKind::Prose,
        TokenKind::Number
        | TokenKind::String { .. }
        | TokenKind::Bar
        | TokenKind::Cell
        | TokenKind::Other => PieceKind::Value,
        TokenKind::Hole | TokenKind::End => return None,
    })
}
