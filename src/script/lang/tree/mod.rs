//! The tokens of a text with its statements and brackets, which all services for editors share.
//!
//! The tokens and the ends of statements come from the layout pass, so that every text has a tree. The grammar alone decides
//! what a statement is: `lang/parse` reads the statements between these ends.

#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use super::layout::tokens::tokens_after;
use super::layout::{Token, TokenKind, Tokens, tokens_from};

/// The tokens of a text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tree {
    text: Arc<str>,
    all: Tokens,
}

impl Tree {
    /// Scans a text that may resemble an earlier text. The result does not depend on the earlier text.
    pub fn parse(text: impl Into<Arc<str>>, before: Option<&Self>) -> Self {
        let text = text.into();
        let all = before
            .and_then(|before| tokens_after(&text, (&before.text, &before.all)))
            .unwrap_or_else(|| tokens_from(&text, 0));
        Self { text, all }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn shared_text(&self) -> Arc<str> {
        self.text.clone()
    }

    /// Returns the tokens in the order of the scan. A comment after a statement precedes the end of the statement.
    pub fn tokens(&self) -> &[Token] {
        &self.all.list
    }

    /// Returns the numbers of the tokens of the statement outside all blocks that contains a token.
    pub fn statement(&self, token: usize) -> Range<usize> {
        if self.all.is_guess {
            return 0..self.all.list.len();
        }
        let next = self.all.ends.partition_point(|end| *end < token);
        let end = self.all.ends.get(next).copied();
        self.begin(next)..end.map_or(self.all.list.len(), |end| end + 1)
    }

    /// Returns the numbers of the tokens of the statements outside all blocks around these bytes.
    pub fn statements(&self, bytes: &Range<usize>) -> Range<usize> {
        let list = &self.all.list;
        let number = |at: usize| list.partition_point(|token| token.start < at);
        // A comment precedes the end of the statement above it, so the first byte may belong to the statement before.
        let first = self.statement(number(bytes.start).saturating_sub(1)).start;
        let last = self.statement(number(bytes.end)).end;
        self.statement(first.saturating_sub(1)).start..self.statement(last).end
    }

    fn begin(&self, statement: usize) -> usize {
        statement
            .checked_sub(1)
            .map_or(0, |last| self.all.ends[last] + 1)
    }

    /// Returns the tokens of the statement before a byte and of the statement before that one, scanned as if the text ended
    /// at the byte.
    pub fn until(&self, at: usize) -> Vec<Token> {
        let from = self.all.settled_before(at).map_or(0, |(_, from)| from);
        tokens_from(&self.text[..at], from).list
    }

    /// Returns the number of the token that contains or touches a byte. Of two tokens that meet there, returns the second.
    pub fn token_at(&self, at: usize, wanted: impl Fn(TokenKind) -> bool) -> Option<usize> {
        let list = &self.all.list;
        let after = list.partition_point(|token| token.start <= at);
        let is_there = |number: &usize| {
            list.get(*number)
                .is_some_and(|token| wanted(token.kind) && token.end >= at)
        };
        (after.saturating_sub(3)..after).rev().find(is_there)
    }

    /// Returns the pairs of brackets, also those of expressions in prose, in the order of the closing brackets.
    pub fn brackets(&self) -> Vec<(Range<usize>, Range<usize>)> {
        let (mut open, mut found) = (Vec::new(), Vec::new());
        for token in self.tokens() {
            match token.kind {
                TokenKind::Open(_) => open.push(token.start..token.end),
                TokenKind::Hole => open.push(token.start.saturating_sub(1)..token.end),
                TokenKind::Close(_) => {
                    found.extend(open.pop().map(|open| (open, token.start..token.end)));
                }
                _ => {}
            }
        }
        found
    }
}
