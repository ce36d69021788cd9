//! Checks whether the grammar parses two texts identically. The texts must have the same tokens and statement
//! starts, and the same brackets and dots must touch the preceding token.

use super::piece::{Piece, PieceKind, Pieces, Row};

/// Whether two scripts have the same pieces in the same roles.
pub(super) fn alike(one: &Pieces, other: &Pieces) -> bool {
    one.list.len() == other.list.len()
        && one
            .list
            .iter()
            .zip(&other.list)
            .all(|(one, other)| pieces(one, other))
        && one
            .list
            .windows(2)
            .zip(other.list.windows(2))
            .all(|(one, other)| touches(one) == touches(other))
        && rows(one).zip(rows(other)).all(|(one, other)| {
            let texts = one
                .cells
                .iter()
                .zip(&other.cells)
                .all(|(one, other)| one.text == other.text);
            one.cells.len() == other.cells.len() && texts
        })
}

/// Returns the rows that are not removed.
fn rows<'a>(pieces: &'a Pieces) -> impl Iterator<Item = &'a Row> {
    let number = |piece: &Piece| {
        if let PieceKind::Row(number) = piece.kind {
            Some(number)
        } else {
            None
        }
    };
    pieces
        .list
        .iter()
        .filter_map(move |piece| pieces.rows.get(number(piece)?))
}

fn pieces(one: &Piece, other: &Piece) -> bool {
    let rows = matches!(
        (one.kind, other.kind),
        (PieceKind::Row(_), PieceKind::Row(_))
    );
    one.head == other.head && (rows || one.kind == other.kind && one.text == other.text)
}

/// Whether the second of two pieces touches the first, for pairs in which touching is significant: `f(x)`,
/// `xs[i]`, `a.b`.
fn touches(pair: &[Piece]) -> bool {
    let [first, second] = pair else { return false };
    let bracket = matches!(second.kind, PieceKind::Open(b'(' | b'['))
        && matches!(
            first.kind,
            PieceKind::Word | PieceKind::Value | PieceKind::Prose | PieceKind::Close(_)
        )
        && !first.goes_on();
    second.touches && (bracket || first.is(".") || second.is("."))
}
