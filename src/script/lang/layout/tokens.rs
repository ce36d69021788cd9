//! The tokens of a text as scanned by the layout pass, and the end of the text. Every text has tokens, even
//! if its brackets and strings have errors.

use super::level::LevelKind;
use super::note::{LONG, Token, TokenKind, Tokens};
use super::{After, Scan};

impl Scan<'_> {
    /// Scans one token or a piece of prose, and records it if tokens are requested.
    pub(super) fn step(&mut self) {
        let (from, before) = (self.at, self.top().kind);
        if before == LevelKind::Prose {
            self.prose();
        } else {
            self.token();
        }
        if self.notes.is_none() {
            return;
        }
        if self.at < from {
            // The pass went back to this position.
            let at = self.at;
            self.noted(|tokens| tokens.list.retain(|token| token.end <= at));
            return;
        }
        self.note(from, before);
    }

    fn noted(&mut self, change: impl FnOnce(&mut Tokens)) {
        if let Some(notes) = &mut self.notes {
            change(&mut notes.tokens);
        }
    }

    /// Records that the current string is unclosed at the end of its line.
    pub(super) fn note_open_string(&mut self) {
        if let Some(notes) = &mut self.notes {
            notes.open = true;
        }
    }

    fn string_kind(&mut self) -> TokenKind {
        let open = self
            .notes
            .as_mut()
            .is_some_and(|notes| std::mem::take(&mut notes.open));
        TokenKind::String { closed: !open }
    }

    fn note(&mut self, from: usize, before: LevelKind) {
        let (text, end) = (self.text, self.at.min(self.text.len()));
        let Some(byte) = text.as_bytes().get(from).copied().filter(|_| from < end) else {
            return;
        };
        let kind = if before == LevelKind::Prose {
            TokenKind::Prose
        } else {
            self.kind(byte, from)
        };
        let hole = before == LevelKind::Prose && self.top().kind == LevelKind::Hole;
        if before != LevelKind::Prose && (b" \t\r\n;".contains(&byte) || self.is_blank(from)) {
            return;
        }
        self.noted(|tokens| {
            if let Some(last) = tokens.list.last_mut()
                && (last.kind, kind) == (TokenKind::Operator, TokenKind::Operator)
                && last.end == from
                && LONG.contains(&&text[last.start..end])
            {
                last.end = end;
                return;
            }
            tokens.list.push(Token {
                kind,
                start: from,
                end,
            });
            if hole {
                tokens.list.push(Token {
                    kind: TokenKind::Hole,
                    start: end,
                    end,
                });
            }
        });
    }

    /// Whether a no-break space begins at this byte.
    fn is_blank(&self, at: usize) -> bool {
        self.text
            .get(at..)
            .is_some_and(|rest| rest.starts_with('\u{a0}') || rest.starts_with('\u{feff}'))
    }

    fn kind(&mut self, byte: u8, from: usize) -> TokenKind {
        match byte {
            b'#' if self.out.get(from) == Some(&b' ') => TokenKind::Comment,
            b'"' if self.text[from..].starts_with("\"\"\"") => TokenKind::Prose,
            b'"' | b'\'' => self.string_kind(),
            b'(' | b'{' => TokenKind::Open(byte),
            b')' | b'}' => TokenKind::Close(byte),
            b'|' if self.in_row() => TokenKind::Bar,
            _ if self.in_row() => TokenKind::Cell,
            b'[' => TokenKind::Open(byte),
            b']' => TokenKind::Close(byte),
            b'_' => TokenKind::Word,
            _ if byte.is_ascii_alphabetic() => TokenKind::Word,
            _ if byte.is_ascii_digit() => TokenKind::Number,
            _ if b"+-*/%<>&^|~!=,.:?".contains(&byte) => TokenKind::Operator,
            _ => TokenKind::Other,
        }
    }

    /// Records a zero-width bar at the start of a row without bars.
    pub(super) fn note_row(&mut self, at: usize) {
        self.noted(|tokens| {
            tokens.list.push(Token {
                kind: TokenKind::Bar,
                start: at,
                end: at,
            });
        });
    }

    /// Records the end of a statement before this byte.
    pub(super) fn note_end(&mut self, at: usize) {
        self.noted(|tokens| {
            tokens.list.push(Token {
                kind: TokenKind::End,
                start: at,
                end: at,
            });
        });
    }

    /// On first reaching the end of the text, records whether more text must follow and whether the current
    /// statement could be complete.
    pub(super) fn note_last(&mut self) {
        let top = self.top();
        let goes_on = self.after != After::Nothing && top.statement.is_some() && !top.row();
        let unfinished = self.levels.len() > 1 || goes_on;
        let over =
            !goes_on && top.kind.is_block() && top.statement.is_some() && !self.pending.is_empty();
        let end = self.text.len();
        if over {
            self.note_end(end);
        }
        let open = self
            .levels
            .iter()
            .filter_map(|level| level.kind.ends().0.bytes().next())
            .collect();
        self.noted(|tokens| (tokens.unfinished, tokens.open) = (unfinished, open));
    }
}
