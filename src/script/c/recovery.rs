//! Continues after a mistake in a text, so that it hides no other one, and leaves out the mistakes that follow from it.

use std::rc::Rc;

use super::lexer::{KEYWORDS, Token, TokenKind};
use super::messages::{Mistake, Parsed};
use super::parser::Parser;

/// The maximum number of mistakes that a text is searched for.
const MOST_MISTAKES: usize = 20;
/// The maximum number of mistakes after which the parser continues, because each skips a part of the text that it reads again.
const MOST_RECOVERIES: u32 = 100;

/// What a mistake leaves as it was at the start of a statement.
pub(super) struct Before {
    pub at: usize,
    scopes: usize,
    loops: u32,
    switches: usize,
}

impl Parser {
    pub fn before_statement(&self) -> Before {
        Before {
            at: self.at,
            scopes: self.scopes.len(),
            loops: self.loops,
            switches: self.switches.len(),
        }
    }

    /// Reports a mistake, and skips the rest of its statement or declaration.
    ///
    /// # Errors
    /// Returns the mistake if the text ends first, or after too many mistakes.
    pub fn recover(&mut self, before: &Before, mistake: Mistake) -> Parsed<()> {
        self.recoveries += 1;
        if self.recoveries > MOST_RECOVERIES || self.wrong.len() >= MOST_MISTAKES {
            return Err(mistake);
        }
        self.scopes.truncate(before.scopes);
        self.switches.truncate(before.switches);
        self.loops = before.loops;
        let end = if self.is_whole_before(before.at) {
            Some(self.at)
        } else {
            self.end_of_statement(before.at)
        };
        let Some(end) = end else {
            return Err(mistake);
        };
        self.at = end.max(before.at + 1);
        self.report(before.at, mistake);
        Ok(())
    }

    /// Whether the next line begins after a statement without its `;`.
    fn is_whole_before(&self, start: usize) -> bool {
        let tokens = &self.tokens[start..self.at];
        let count = |marks: [&str; 3]| {
            let is_one =
                |one: &&Token| matches!(one.kind, TokenKind::Mark(mark) if marks.contains(&mark));
            tokens.iter().filter(is_one).count()
        };
        !tokens.is_empty()
            && self.place().line > self.last_place().line
            && count(["(", "[", "{"]) == count([")", "]", "}"])
    }

    /// Returns the position after a statement with a mistake before the next token, or the position of a block in it.
    /// Returns `None` if the text ends first.
    fn end_of_statement(&self, start: usize) -> Option<usize> {
        let first = |words: &[&str]| words.iter().any(|word| is_name(&self.tokens[start], word));
        let (is_for, has_head) = (first(&["for"]), first(&["for", "if", "while", "switch"]));
        let (mut at, mut open) = (start, 0_u32);
        loop {
            let is_after = at + 1 >= self.at;
            match &self.tokens.get(at)?.kind {
                TokenKind::End => return None,
                TokenKind::Mark("(" | "[") => open += 1,
                TokenKind::Mark("]") => open = open.saturating_sub(1),
                TokenKind::Mark(")") => {
                    open = open.saturating_sub(1);
                    if has_head && open == 0 && is_after {
                        return Some(at + 1);
                    }
                }
                TokenKind::Mark(";") if is_after && !(is_for && open == 1) => return Some(at + 1),
                TokenKind::Mark("}") => return Some(at),
                TokenKind::Mark("{") => {
                    let last = &self.tokens[at.saturating_sub(1)].kind;
                    let is_list = matches!(last, TokenKind::Mark("=" | "]"));
                    if is_after && !is_list && at > start && self.scopes.len() > 2 {
                        return Some(at);
                    }
                    at = self.end_of_braces(at)?;
                    let is_body = matches!(last, TokenKind::Mark(")"));
                    if is_body && self.scopes.len() <= 2 {
                        return Some(at + 1);
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// Skips `{ … }` in a declaration or an expression, so that it is not taken for a block.
    pub fn skip_braces(&mut self) {
        if let Some(end) = self.end_of_braces(self.at) {
            self.at = end + 1;
        }
    }

    /// Returns the position of the `}` for a `{`.
    fn end_of_braces(&self, start: usize) -> Option<usize> {
        let mut open = 0_u32;
        for (at, token) in (start..).zip(&self.tokens[start..]) {
            match token.kind {
                TokenKind::Mark("{") => open += 1,
                TokenKind::Mark("}") if open == 1 => return Some(at),
                TokenKind::Mark("}") => open -= 1,
                _ => {}
            }
        }
        None
    }

    /// Adds a mistake, unless it can follow from an earlier one, and notes the names that are unknown because of it.
    pub fn report(&mut self, start: usize, mistake: Mistake) {
        let tokens = &self.tokens[start..self.at];
        // Something is missing between two tokens.
        let is_missing = mistake.place.start == mistake.place.end;
        let is_doubtful = |token: &Token| match &token.kind {
            TokenKind::Name(name) => self.doubtful.contains(name),
            _ => false,
        };
        let is_at = |token: &&Token| token.place.start == mistake.place.start;
        let is_known = |one: &Mistake| {
            let is_part = one.place.start == one.place.end && one.place.line == mistake.place.line;
            one.place.start == mistake.place.start
                || one.message == mistake.message && !is_missing
                || is_part && is_missing
        };
        let follows = self.wrong.iter().any(is_known)
            || self.follows_from_token(start, &mistake)
            || tokens.iter().any(|one| is_doubtful(one) && is_at(&one))
            || !mistake.is_unknown && !is_missing && tokens.iter().any(is_doubtful);
        let names = tokens.iter().filter_map(|one| match &one.kind {
            TokenKind::Name(name) if !KEYWORDS.contains(&&**name) => Some(name.clone()),
            _ => None,
        });
        let unknown: Vec<Rc<str>> = names.filter(|name| self.find(name).is_none()).collect();
        self.doubtful.extend(unknown);
        if !follows {
            self.wrong.push(mistake);
        }
    }

    /// Whether a mistake in a statement can follow from a wrong token.
    fn follows_from_token(&self, start: usize, mistake: &Mistake) -> bool {
        let lexed = &self.lexed;
        let lines = self.tokens[start].place.line..=self.last_place().line;
        let has_wrong_token = |one: &Mistake| lines.contains(&one.place.line);
        let is_last =
            |one: &Token| one.kind == TokenKind::End || one.place.end <= mistake.place.end;
        let is_at_end = self.tokens.iter().rev().take(2).all(is_last);
        lexed.wrong.iter().any(has_wrong_token)
            || lexed.lacks_names && mistake.is_unknown
            || lexed.is_cut && is_at_end
    }
}

fn is_name(token: &Token, word: &str) -> bool {
    matches!(&token.kind, TokenKind::Name(name) if **name == *word)
}
