//! The lines of a script, with the author's line breaks.

use super::piece::{Piece, PieceKind};

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
