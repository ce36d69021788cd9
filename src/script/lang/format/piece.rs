//! The pieces of a script to format: tokens with the text before them, prose, and table rows.

use std::borrow::Cow;

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

/// A row as written.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    /// The column of the first bar.
    pub(super) begin: usize,
    /// The column after the row.
    pub(super) end: usize,
    pub(super) cells: Vec<Cell>,
    /// The indexes of the cells that follow a bar. For a bar after the last cell, the index is the number of
    /// cells.
    pub(super) bars: Vec<usize>,
    /// The whole row, as written.
    pub(super) source: String,
    /// Whether the row stays as written because a cell contains a comment or spans several lines.
    pub(super) verbatim: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub(super) text: String,
    /// The column in which the cell begins.
    pub(super) from: usize,
    /// The column after the cell.
    pub(super) to: usize,
}

#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) first: usize,
    /// The index after the last piece of the line, excluding a comment at its end.
    pub(super) end: usize,
    /// The comment at the end of the line.
    pub(super) comment: Option<usize>,
    /// Whether a blank line precedes this line.
    pub(super) blank: bool,
    /// The number of the block in which the line begins.
    pub(super) block: usize,
    /// The number of the paragraph within that block. A blank line ends a paragraph, and blocks do not share
    /// paragraphs.
    pub(super) paragraph: usize,
    /// Whether the line begins with a statement or a setting.
    pub(super) head: bool,
}

/// Returns the lines of these pieces.
pub(super) fn lines(list: &[Piece]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    // The open blocks, each with its current paragraph.
    let mut blocks = vec![(0, 0)];
    let (mut made, mut paragraphs) = (0, 0);
    for (at, piece) in list.iter().enumerate() {
        if at == 0 || piece.lines > 0 {
            let opened = lines
                .last()
                .is_some_and(|line| list[line.end - 1].kind == PieceKind::Open(b'{'));
            let closes = matches!(piece.kind, PieceKind::Close(_));
            let head = piece.head
                && !closes
                && !matches!(piece.kind, PieceKind::Comment | PieceKind::Row(_));
            let blank = at > 0 && piece.lines > 1 && !opened && !closes;
            if let Some((_, paragraph)) = blocks.last_mut().filter(|_| blank) {
                paragraphs += 1;
                *paragraph = paragraphs;
            }
            let (block, paragraph) = blocks.last().copied().unwrap_or((0, 0));
            lines.push(Line {
                first: at,
                end: at,
                comment: None,
                blank,
                block,
                paragraph,
                head,
            });
        }
        match piece.kind {
            PieceKind::Open(b'{') => {
                (made, paragraphs) = (made + 1, paragraphs + 1);
                blocks.push((made, paragraphs));
            }
            PieceKind::Close(b'}') if blocks.len() > 1 => {
                blocks.pop();
            }
            _ => {}
        }
        if let Some(line) = lines.last_mut() {
            if piece.kind == PieceKind::Comment && line.first < at {
                line.comment = Some(at);
            } else {
                line.end = at + 1;
            }
        }
    }
    lines
}

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
