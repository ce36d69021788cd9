//! Spaces between two pieces on a line.

use super::piece::{Piece, PieceKind};

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
pub(super) fn mark(list: &mut [Piece]) {
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
