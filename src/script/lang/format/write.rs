//! Writes lines, indents them, and aligns the comments at their ends.

use super::columns::REACH;
use super::piece::{Line, Piece, PieceKind, Pieces, behind, last, lead};

/// Number of spaces of indentation per block. More would leave less room for tables.
const INDENT: usize = 2;

/// Number of spaces before a comment at the end of a line.
const BEFORE_COMMENT: usize = 2;

/// Statements that continue after a comma even without facts. In a block, a comma ends a setting unless one
/// of these words begins the statement.
const LISTS: &[&str] = &["given", "reference", "ask", "choose", "where"];

/// An open bracket or block on a line.
#[derive(Debug, Clone)]
struct Frame {
    /// The start column of the line with the opening bracket, before that line was shifted for alignment.
    base: usize,
    /// The start column of the lines inside.
    inner: usize,
    /// The start column of the line with the closing bracket.
    close: usize,
    /// Whether the frame is a block or the whole file, and not a bracket.
    block: bool,
    /// The start column of rows, if the first row follows the brace.
    rows: Option<usize>,
    /// The current statement: its column, the index of its first piece, and its last arrow.
    base_of_statement: usize,
    head: usize,
    arrow: Option<Arrow>,
}

/// The last arrow of a statement.
#[derive(Debug, Clone, Copy)]
struct Arrow {
    column: usize,
    /// Whether facts follow the arrow on its line.
    followed: bool,
}

impl Frame {
    fn block(base: usize, inner: usize) -> Self {
        Self {
            base,
            inner,
            close: base,
            block: true,
            rows: None,
            base_of_statement: inner,
            head: 0,
            arrow: None,
        }
    }
}

/// A written line, without its comment.
struct Written {
    text: String,
    width: usize,
    indent: usize,
}

/// Writes the lines of a script, with these additional spaces before the pieces.
pub(super) fn write(pieces: &Pieces, lines: &[Line], blanks: &[usize]) -> String {
    let mut writer = Writer {
        list: &pieces.list,
        blanks,
        frames: vec![Frame::block(0, 0)],
        text: String::new(),
        column: 0,
    };
    let written: Vec<Written> = lines.iter().map(|line| writer.line(line)).collect();
    let columns = columns(&pieces.list, lines, &written);
    let mut out = String::new();
    for ((line, written), column) in lines.iter().zip(&written).zip(columns) {
        if line.blank {
            out.push('\n');
        }
        out += &written.text;
        if let Some(comment) = line.comment {
            out.extend(std::iter::repeat_n(' ', column - written.width));
            out += &pieces.list[comment].text;
        }
        out.push('\n');
    }
    if pieces.semicolon && last(&pieces.list).is_some_and(Piece::goes_on) {
        out.insert(out.len() - 1, ';');
    }
    out
}

/// Returns the column of each line's comment. Comments on adjacent lines are aligned.
fn columns(list: &[Piece], lines: &[Line], written: &[Written]) -> Vec<usize> {
    let mut columns: Vec<usize> = written
        .iter()
        .map(|line| line.width + BEFORE_COMMENT)
        .collect();
    let prose = |line: &Line| {
        list[line.first..line.end]
            .iter()
            .any(|piece| piece.text.contains('\n'))
    };
    let mut first = 0;
    while first < lines.len() {
        let mut end = first + 1;
        let in_line = |at: usize| lines[at].comment.is_some() && !prose(&lines[at]);
        while end < lines.len()
            && in_line(first)
            && in_line(end)
            && !lines[end].blank
            && written[end].indent == written[first].indent
        {
            end += 1;
        }
        let (least, most) = columns[first..end]
            .iter()
            .fold((usize::MAX, 0), |(least, most), at| {
                (least.min(*at), most.max(*at))
            });
        if most - least <= REACH {
            columns[first..end].fill(most);
        }
        first = end;
    }
    columns
}

struct Writer<'a> {
    list: &'a [Piece<'a>],
    blanks: &'a [usize],
    frames: Vec<Frame>,
    /// The current line and its width.
    text: String,
    column: usize,
}

impl Writer<'_> {
    fn line(&mut self, line: &Line) -> Written {
        let (indent, base) = self.indent(line.first);
        self.text = " ".repeat(indent);
        self.column = indent;
        for at in line.first..line.end {
            self.piece(at, at == line.first, base);
        }
        let next = line.comment.unwrap_or(line.end);
        let ended = self.list.get(next).is_some_and(|piece| piece.semicolon);
        let follows =
            line.comment.is_some() || self.list.get(next).is_some_and(|piece| piece.lines > 0);
        if ended && follows && self.list[line.end - 1].goes_on() {
            self.put(";");
        }
        Written {
            text: std::mem::take(&mut self.text),
            width: self.column,
            indent,
        }
    }

    fn put(&mut self, text: &str) {
        self.text += text;
        self.column = behind(self.column, text);
    }

    fn top(&mut self) -> &mut Frame {
        // The file's frame is never closed.
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    /// Returns the column of a line that begins with this piece, and the base column for brackets opened on
    /// the line.
    fn indent(&self, at: usize) -> (usize, usize) {
        let top = &self.frames[self.frames.len() - 1];
        let Some(piece) = self.list.get(at) else {
            return (top.inner, top.inner);
        };
        let base = top.base_of_statement;
        match piece.kind {
            PieceKind::Close(_) => (top.close, top.base),
            PieceKind::Row(_) => (top.rows.unwrap_or(top.inner), top.inner),
            PieceKind::Comment => {
                match self.list[at..]
                    .iter()
                    .position(|piece| piece.kind != PieceKind::Comment)
                {
                    Some(next) if !matches!(self.list[at + next].kind, PieceKind::Close(_)) => {
                        self.indent(at + next)
                    }
                    _ => (top.inner, top.inner),
                }
            }
            _ if !top.block => (top.inner, top.base),
            _ if piece.head || self.is_setting(at) => (top.inner, top.inner),
            PieceKind::Open(b'{') => (base, base),
            PieceKind::Word if piece.text == "else" => (base, base),
            PieceKind::Word if piece.text == "where" => (base + INDENT, base + INDENT),
            _ => match top.arrow {
                Some(arrow) if piece.is("=>") => (arrow.column, base),
                Some(arrow) if arrow.followed => (arrow.column + 3, base),
                _ => (base + INDENT, base + INDENT),
            },
        }
    }

    /// Whether a piece that begins a line is the next setting after a comma.
    fn is_setting(&self, at: usize) -> bool {
        let top = &self.frames[self.frames.len() - 1];
        let after_comma = last(&self.list[..at]).is_some_and(|last| last.is(","));
        let word = |at: usize| self.list.get(at).map_or("", |piece| &piece.text);
        let head = if word(top.head + 1) == ":" {
            word(top.head + 2)
        } else {
            word(top.head)
        };
        after_comma && self.frames.len() > 1 && top.arrow.is_none() && !LISTS.contains(&head)
    }

    /// Writes a piece. Brackets opened by the piece are indented from `base`.
    fn piece(&mut self, at: usize, first: bool, base: usize) {
        let list = self.list;
        let piece = &list[at];
        if let (PieceKind::Close(_), true) = (piece.kind, self.frames.len() > 1) {
            self.frames.pop();
        }
        if first {
            self.put(lead(list, at));
        } else {
            self.between(at);
        }
        if piece.head {
            let begun = if first { self.column } else { base };
            let top = self.top();
            (top.head, top.arrow, top.base_of_statement) = (at, None, begun.max(top.base));
        }
        let column = self.column;
        if piece.is("=>") {
            let followed = list
                .get(at + 1)
                .is_some_and(|next| next.lines == 0 && next.kind != PieceKind::Comment);
            self.top().arrow = Some(Arrow { column, followed });
        } else if piece.is_word("where") {
            self.top().arrow = None;
        } else if matches!(piece.kind, PieceKind::Row(_))
            && list
                .get(at.wrapping_sub(1))
                .is_some_and(|brace| brace.kind == PieceKind::Open(b'{'))
            && !first
        {
            self.top().rows = Some(column);
        }
        self.put(&piece.text);
        if let PieceKind::Open(bracket) = piece.kind {
            self.open(at, bracket, base, column);
        }
    }

    /// Writes the text between a piece and the preceding piece on its line.
    fn between(&mut self, at: usize) {
        let (list, blanks) = (self.list, self.blanks);
        let (before, piece) = (&list[at - 1], &list[at]);
        if before.keeps_semicolon(piece) {
            self.put(";");
        }
        let blanks = blanks[at] + usize::from(piece.space || piece.semicolon);
        self.text.extend(std::iter::repeat_n(' ', blanks));
        self.column += blanks;
    }

    fn open(&mut self, at: usize, bracket: u8, base: usize, column: usize) {
        let mut frame = Frame::block(base, base + INDENT);
        if bracket != b'{' {
            frame.block = false;
            let followed = self
                .list
                .get(at + 1)
                .is_some_and(|next| next.lines == 0 && next.kind != PieceKind::Comment);
            if followed {
                (frame.inner, frame.close) = (column + 1, column);
            }
        }
        self.frames.push(frame);
    }
}
