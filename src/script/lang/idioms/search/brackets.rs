//! Repairs of brackets that are not in pairs, and removals of doubled tokens.

use super::{Statement, bounds, is_function};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::idioms::tokens::line_at;
use crate::lang::layout::{Token, TokenKind};
use crate::lang::span::Span;

impl Statement<'_> {
    /// Returns the removals of tokens that are twice at the error or at the beginning of its statement. Short cells of a row
    /// may be equal.
    pub(in crate::lang::idioms) fn doubled(&self, of: &Diagnostic) -> Vec<Fix> {
        let row = of.code == Code::BadTable;
        let all = &self.all;
        let text = |token: Token| token.text(self.text);
        let mut near = self.near.saturating_sub(2)..(self.near + 2).min(all.len() - 1);
        if row && !of.message.contains("twice") {
            let line = line_at(self.text, all[self.near].start);
            let on_line = |token: &Token| line.contains(&token.start);
            let first = all.iter().position(on_line).unwrap_or(self.near);
            near = first..all.iter().rposition(on_line).unwrap_or(first);
        }
        // A list may lack a value.
        let in_list = |index: usize| {
            let mut depth = 0;
            let open = all[..index].iter().rev().find(|token| {
                match token.kind {
                    TokenKind::Open(_) => depth -= 1,
                    TokenKind::Close(_) => depth += 1,
                    _ => {}
                }
                depth < 0
            });
            open.is_some_and(|open| open.kind == TokenKind::Open(b'['))
        };
        let twice = |index: &usize| {
            let token = all[*index];
            let single = match token.kind {
                TokenKind::Bar => false,
                // `&&` is one operator.
                TokenKind::Operator if text(token) == "," => !in_list(*index),
                TokenKind::Operator if token.end == all[index + 1].start => false,
                TokenKind::Cell => row && text(token).len() > 1,
                _ => true,
            };
            single && text(token) == text(all[index + 1]) && token.end > token.start
        };
        let removal = |index: usize| {
            let place = Span::new(of.span.file, all[index + 1].start..all[index + 1].end);
            Fix::write(place, text(all[index]), "")
        };
        let (first, _) = bounds(all, self.near);
        let head = (first + 1 < all.len() && !near.contains(&first)).then_some(first);
        head.into_iter()
            .chain(near)
            .filter(twice)
            .map(removal)
            .collect()
    }

    /// Returns the removal of an unclosed bracket with a space after it, which an author of `f(x)` does not write.
    pub(in crate::lang::idioms) fn loose(&self, of: &Diagnostic) -> Option<Fix> {
        let bracket = |token: &&Token| {
            of.code == Code::Unclosed && matches!(token.kind, TokenKind::Open(b'(' | b'['))
        };
        self.all.get(self.near).filter(bracket)?;
        // The bracket that closes the outer one may close an inner one instead.
        let mut inner = self.tokens[self.at..].iter().filter(bracket);
        let open = inner.find(|open| self.text[open.end..].starts_with(' '))?;
        let place = Span::new(of.span.file, open.start..open.end);
        Some(Fix::write(place, open.text(self.text), ""))
    }

    /// Returns the insertions of a bracket before a closing bracket that closes nothing. A bracket with a space before it
    /// is superfluous.
    pub(in crate::lang::idioms) fn openings(&self, closing: &Fix) -> Vec<Fix> {
        let open = match closing.was.as_deref() {
            Some(")") => "(",
            Some("]") => "[",
            _ => return Vec::new(),
        };
        let at = closing.span.start as usize;
        if self.text[..at].ends_with(' ') {
            return Vec::new();
        }
        let put = |at: usize| Fix::put_in(closing.span.file, at as u32, open);
        let before = self.tokens.iter().filter(|token| token.end <= at);
        let halves = before.clone().flat_map(|token| {
            let word = token.text(self.text);
            let parts = word.char_indices().skip(1).map(|(at, _)| word.split_at(at));
            let called = parts.filter(|(name, _)| is_function(name) && open == "(");
            called.map(|(name, _)| token.start + name.len())
        });
        halves
            .chain(before.clone().map(|token| token.start))
            .map(put)
            .collect()
    }

    /// Returns the repairs of an unclosed bracket by another token in place of the one that closes it.
    pub(in crate::lang::idioms) fn closings(&self, of: &Diagnostic) -> Option<Fix> {
        let (open, from) = (self.all.get(self.near)?, self.near + 1);
        let written = |token: &Token, sign: &str| {
            let place = Span::new(of.span.file, token.start..token.end);
            Fix::write(place, token.text(self.text), sign)
        };
        let wanted = match open.kind {
            _ if of.code != Code::Unclosed => return None,
            TokenKind::Open(b'(') => ")",
            TokenKind::Open(b'[') => "]",
            TokenKind::Open(b'{') => {
                // A word alone on its line, or before `else`, is where the brace belongs.
                let at = of
                    .fix
                    .as_ref()
                    .filter(|fix| fix.text.trim() == "}")?
                    .span
                    .start;
                let index = self
                    .all
                    .iter()
                    .position(|token| token.start > at as usize)?;
                let line = &self.text[line_at(self.text, self.all[index].start)];
                let word = self.all[index].text(self.text);
                let rest = line.trim().strip_prefix(word)?.trim_start();
                let alone = rest.is_empty() || rest.starts_with(['#', ';']);
                return (alone || rest.starts_with("else")).then(|| written(&self.all[index], "}"));
            }
            _ => return None,
        };
        let mut depth = 0;
        let close = self.all[from..].iter().find(|token| {
            match token.kind {
                TokenKind::Open(_) => depth += 1,
                TokenKind::Close(_) => depth -= 1,
                _ => {}
            }
            depth < 0
        })?;
        // The two closing brackets are in the wrong order.
        if self.text[close.end..].starts_with(wanted) && close.text(self.text) != wanted {
            let both = Span::new(of.span.file, close.start..close.end + 1);
            let was = &self.text[both.bytes()];
            return Some(Fix::write(
                both,
                was,
                format!("{wanted}{}", close.text(self.text)),
            ));
        }
        (close.text(self.text) != wanted).then(|| written(close, wanted))
    }
}
