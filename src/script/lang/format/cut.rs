//! Splits a script into pieces.

use std::borrow::Cow;

use super::piece::{Cell, Piece, PieceKind, Pieces, Row, behind};
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
    mark_spaces(&mut list);
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
        mark_spaces(&mut inner);
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

/// Whether a value after this verb may begin with a sign.
fn is_access(word: &str) -> bool {
    matches!(
        word,
        "translate" | "read" | "write" | "fetch" | "invlpg" | "probe" | "if"
    )
}

/// Whether the last of these pieces is the word that begins an exam statement: `part`, `given`, or `ask`.
fn begins_exam(before: &[Piece]) -> bool {
    let [rest @ .., last] = before else {
        return false;
    };
    let begins = last.head || rest.last().is_some_and(|colon| colon.is(":"));
    begins
        && ["part", "given", "ask"]
            .iter()
            .any(|word| last.is_word(word))
}

/// Marks each piece that needs a space before it.
fn mark_spaces(list: &mut [Piece]) {
    let mut marker = Marker {
        depth: 0,
        named: false,
        wants: true,
        sign: false,
        pages: false,
    };
    for at in 0..list.len() {
        let (before, rest) = list.split_at_mut(at);
        let Some((piece, after)) = rest.split_first_mut() else {
            break;
        };
        piece.space = marker.space(before, piece, after);
        marker.pass(before, piece);
    }
}

/// The state after the pieces so far.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each flag is an independent property of the pieces so far"
)]
struct Marker {
    /// Number of open parentheses and square brackets.
    depth: usize,
    /// Whether the last piece is a verb, or the name of a setting or a fact.
    named: bool,
    /// Whether a value must follow the last piece. In that position, `-` is a sign, not an operator.
    wants: bool,
    /// Whether the last piece is a unary operator, which touches its operand.
    sign: bool,
    /// Whether the pieces are the pages of a `reference`, where `7-a` is a word.
    pages: bool,
}

impl Marker {
    /// Whether a space belongs between the last piece and this piece.
    fn space(&self, before: &[Piece], piece: &Piece, after: &[Piece]) -> bool {
        let Some(last) = before.last() else {
            return false;
        };
        // If a space follows `part`, the word is a keyword. Otherwise, `part` is a name.
        if begins_exam(before) && piece.touches && piece.kind != PieceKind::Close(b'}') {
            return false;
        }
        let braced = last.kind == PieceKind::Open(b'{')
            || matches!(piece.kind, PieceKind::Open(b'{') | PieceKind::Close(b'}'));
        if braced || matches!(piece.kind, PieceKind::Comment | PieceKind::Row(_)) {
            return true;
        }
        if self.sign
            || matches!(last.kind, PieceKind::Open(_))
            || matches!(piece.kind, PieceKind::Close(_))
        {
            return false;
        }
        if self.pages && (piece.is("-") || last.is("-")) {
            return !piece.touches;
        }
        match (piece.kind, &*piece.text) {
            (PieceKind::Operator, "," | ":") => false,
            (PieceKind::Operator, ".") => !piece.touches,
            (PieceKind::Operator, ".." | "..=") => {
                !piece.touches
                    || after
                        .first()
                        .is_some_and(|next| !next.touches || next.kind == PieceKind::Comment)
            }
            // A bracket that touches the preceding text begins a call or an index.
            (PieceKind::Open(_), _) if last.kind != PieceKind::Operator && !last.goes_on() => {
                !piece.touches
            }
            _ if last.is(".") => !piece.touches,
            _ if last.is("..") || last.is("..=") => last.space,
            _ => true,
        }
    }

    /// Updates the state for a piece.
    fn pass(&mut self, before: &[Piece], piece: &Piece) {
        if piece.kind == PieceKind::Comment {
            return;
        }
        let last = before
            .iter()
            .rev()
            .find(|piece| piece.kind != PieceKind::Comment);
        let after = |words: &[&str]| last.is_some_and(|last| words.contains(&&*last.text));
        let begins = piece.head || self.depth == 0 && after(&["=>", ",", ":"]);
        let reads = is_access(&piece.text) && after(&["where", "probe", "ask", "else"]);
        self.sign = piece.is("~") || piece.is("!") || piece.is("-") && (self.wants || self.named);
        self.named = match piece.kind {
            PieceKind::Word => begins || reads || self.named && after(&["."]),
            _ => piece.is(".") && self.named,
        };
        self.pages = match piece.kind {
            PieceKind::Open(_) => false,
            _ => piece.is_word("reference") && self.depth == 0 || self.pages && !piece.head,
        };
        self.wants = match piece.kind {
            PieceKind::Operator => !matches!(&*piece.text, "?" | "."),
            PieceKind::Open(_) => true,
            _ => piece.goes_on(),
        };
        match piece.kind {
            PieceKind::Open(b'(' | b'[') => self.depth += 1,
            PieceKind::Close(b')' | b']') => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }
}
