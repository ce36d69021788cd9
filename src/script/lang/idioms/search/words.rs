//! Repairs of words: missing, misspelled, exchanged, and joined words. Other tokens may also be exchanged.

use super::{Statement, is_function};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::idioms::rows::{is_keyword, keywords};
use crate::lang::idioms::spelled::{TABLE, unit};
use crate::lang::layout::{Token, TokenKind, is_operator};
use crate::lang::nearest::nearest;
use crate::lang::parse::VERBS;
use crate::lang::value::UNITS;

impl Statement<'_> {
    /// Inserts a word of the language near the error: a verb at the beginning, a setting in a block of settings, or a part of
    /// the machine before a table.
    pub(super) fn missing(&self, file: u32) -> Vec<Fix> {
        let in_settings = self.block().is_some();
        let mut fixes = Vec::new();
        for index in (0..self.tokens.len())
            .filter(|index| *index == 0 || (self.at.saturating_sub(1)..self.at + 2).contains(index))
        {
            let before = index.checked_sub(1).map(|before| self.word(before));
            let begins = matches!(before, None | Some(":"));
            let words = match self.tokens[index].kind {
                _ if in_settings && matches!(before, None | Some(",")) => "missing settings",
                TokenKind::Bar | TokenKind::Cell => continue,
                // A statement has one verb.
                _ if begins && VERBS.contains(&self.word(index)) => continue,
                _ if begins && self.tokens.len() > 1 => "missing verbs",
                TokenKind::Open(b'{') => "missing parts",
                _ => continue,
            };
            let at = self.tokens[index].start as u32;
            let put = |word: &str| Fix::put_in(file, at, format!("{word} "));
            // A setting before the brace is in the wrong place.
            let head = self.around.0.lines().next_back().unwrap_or_default();
            let new =
                |word: &&str| !in_settings || !head.split_whitespace().any(|own| own == *word);
            let words = || TABLE.section(words).split_whitespace().filter(new);
            fixes.extend(words().map(put));
            let sign = matches!(
                self.tokens[index].kind,
                TokenKind::Operator | TokenKind::Close(_) | TokenKind::Number
            );
            let calls =
                (self.tokens.get(index + 1)).is_some_and(|next| next.text(self.text) == "(");
            if sign && begins && !calls {
                let place = self.place(file, index, index);
                let write = |word: &str| Fix::write(place, self.word(index), word);
                fixes.extend(words().map(write));
            }
        }
        fixes
    }

    /// Returns the keywords that misspelled words near the error resemble.
    pub(super) fn keywords(&self, file: u32) -> impl Iterator<Item = Fix> {
        let near = self.at.saturating_sub(2)..(self.at + 2).min(self.tokens.len());
        let head = (near.start > 0).then_some(0);
        head.into_iter().chain(near).filter_map(move |index| {
            let word = self.word(index);
            let unit = index > 0
                && (word.len() > 1 || self.block().is_some())
                && self.tokens[index - 1].kind == TokenKind::Number
                && !TABLE.lists("ours", word);
            let units = UNITS.iter().map(|unit| unit.name).filter(|_| unit);
            let clauses = TABLE.section("clauses").split_whitespace();
            let keyword = nearest(word, keywords().chain(clauses).chain(units))?;
            let rest = word
                .strip_prefix(keyword)
                .or_else(|| word.strip_suffix(keyword));
            if rest.is_some_and(|rest| self.is_known(rest, 1) || rest.len() == 1) {
                return None;
            }
            (keyword != word).then(|| Fix::write(self.place(file, index, index), word, keyword))
        })
    }

    /// Returns the exchanges of two words, and of other tokens.
    pub(super) fn exchanges(&self, of: &Diagnostic) -> (Vec<Fix>, Vec<Fix>) {
        let file = of.span.file;
        let cells = of.code == Code::UnknownColumn;
        let bare = |index: usize| {
            matches!(
                self.tokens[index].kind,
                TokenKind::Word | TokenKind::Number | TokenKind::Cell
            ) && !is_operator(self.word(index))
                && !matches!(self.word(index), "in" | "where")
        };
        let last = self.tokens.len().saturating_sub(1);
        let near = self.at.saturating_sub(5)..(self.at + 4).min(last);
        let head = (self.at > 3 && last > 0).then_some(0);
        let keyword = |index: usize| is_keyword(self.word(index));
        // A name before a bracket may be that of a function.
        let calls = |index: usize| {
            let kind = |index: usize| self.tokens[index].kind;
            let bracket = |index| matches!(kind(index), TokenKind::Open(_) | TokenKind::Close(_));
            let operator = |index| kind(index) == TokenKind::Operator && self.word(index) != ",";
            let beside =
                bracket(index) && operator(index + 1) || operator(index) && bracket(index + 1);
            let number = |index: usize| kind(index) == TokenKind::Number;
            // Two numbers would be one.
            let glued = number(index + 1)
                && index > 0
                && number(index - 1)
                && self.tokens[index].start == self.tokens[index - 1].end;
            // In `% ) 4`, the operator may be on the wrong side of the bracket.
            let after_operator = bracket(index) && index > 0 && operator(index - 1);
            // `let = malloc(8)` lacks a name.
            let assigns = self.word(index) == "="
                && kind(index + 1) == TokenKind::Word
                && self
                    .tokens
                    .get(index + 2)
                    .is_some_and(|next| next.kind == TokenKind::Open(b'('));
            beside
                || assigns
                || after_operator
                || glued
                || kind(index) == TokenKind::Word && kind(index + 1) == TokenKind::Open(b'(')
        };
        let cell = |index: usize| self.tokens[index].kind == TokenKind::Cell;
        let begins =
            |index: usize| keyword(index) || TABLE.lists("missing verbs", self.word(index));
        let moves = |index: &usize| {
            let starts = begins(1) || self.tokens[0].kind != TokenKind::Word;
            let not = self.word(*index) == "not" || self.word(index + 1) == "not";
            !not && !calls(*index) && (cells || !cell(*index)) && (*index > 0 || starts)
        };
        let both = head.into_iter().chain(near).filter(moves).map(|index| {
            let (both, next) = (self.place(file, index, index + 1), self.word(index + 1));
            let between = &self.text[self.tokens[index].end..self.tokens[index + 1].start];
            let text = &self.text[both.start as usize..both.end as usize];
            let fix = Fix::write(both, text, format!("{next}{between}{}", self.word(index)));
            (index, fix)
        });
        let both = both.filter(|(index, fix)| {
            let unit = |index: usize| unit(self.word(index)).is_some();
            let units = unit(*index) && unit(index + 1);
            let was = fix.was.as_deref().unwrap_or_default();
            !(units || unit_after_number(was))
        });
        let (words, others): (Vec<_>, Vec<_>) =
            both.partition(|(index, _)| bare(*index) && bare(index + 1));
        let fixes = |all: Vec<(usize, Fix)>| all.into_iter().map(|(_, fix)| fix).collect();
        (fixes(words), fixes(others))
    }

    /// Whether a token is between parentheses, where a value has neither commas nor a range.
    fn in_parentheses(&self, index: usize) -> bool {
        let depth = |token: &Token| match token.kind {
            TokenKind::Open(b'(') => 1,
            TokenKind::Close(b')') => -1,
            _ => 0,
        };
        self.tokens[..index].iter().map(depth).sum::<i32>() > 0
    }

    /// Divides a word near the error, because a sign is missing between two names or numbers.
    pub(super) fn divided(&self, file: u32) -> Vec<Fix> {
        let mut fixes = Vec::new();
        for index in self.at.saturating_sub(1)..(self.at + 1).min(self.tokens.len()) {
            let word = self.word(index);
            let kind = self.tokens[index].kind;
            if !matches!(kind, TokenKind::Word | TokenKind::Number) || !word.is_ascii() {
                continue;
            }
            let place = self.place(file, index, index);
            // The quote is before the last letters of the string.
            let touches = |last: &usize| self.tokens[*last].end == self.tokens[index].start;
            if let Some(last) = index.checked_sub(1).filter(touches)
                && let Some(string) = self.word(last).strip_suffix('"')
            {
                let both = self.place(file, last, index);
                let was = &self.text[both.bytes()];
                fixes.push(Fix::write(both, was, format!("{string}{word}\"")));
            }
            if let Some(digits) = misspelled_hex(word) {
                fixes.push(Fix::write(place, word, format!("0x{digits}")));
            }
            let number = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
            let known = |part: &str| self.is_known(part, 1) || number(part);
            for (a, b) in (1..word.len()).map(|at| word.split_at(at)) {
                if !known(a) || !known(b) || number(a) && (number(b) || is_keyword(b)) {
                    continue;
                }
                let signs: &[&str] = if is_function(a) {
                    &["("]
                } else if is_keyword(a) {
                    &["(", ", ", ": "]
                } else if number(a) && self.in_parentheses(index) {
                    continue;
                } else if number(a) {
                    &[", ", "..", ": "]
                } else if number(b) {
                    &["(", ", ", ".", ": "]
                } else {
                    &["(", ", ", ".", "..", ": "]
                };
                let join = |sign: &&str| Fix::write(place, word, format!("{a}{sign}{b}"));
                fixes.extend(signs.iter().map(join));
                // The sign is on the wrong side of the second word.
                if index + 1 < self.tokens.len() && matches!(self.word(index + 1), "," | "." | ":")
                {
                    let both = self.place(file, index, index + 1);
                    let was = &self.text[both.start as usize..both.end as usize];
                    let sign = self.word(index + 1);
                    let space = if sign == "." { "" } else { " " };
                    fixes.push(Fix::write(both, was, format!("{a}{sign}{space}{b}")));
                }
            }
        }
        fixes
    }
}

/// Returns the digits of a hexadecimal number with a wrong letter in its prefix.
fn misspelled_hex(word: &str) -> Option<&str> {
    let (prefix, digits) = word.split_at_checked(2)?;
    let hexadecimal = |digits: &str| {
        digits.bytes().all(|c| c.is_ascii_hexdigit())
            && digits.contains(|c: char| !c.is_lowercase())
    };
    let wrong = match prefix.as_bytes() {
        // `0o17` is octal.
        [b'0', b'o' | b'q'] => false,
        [b'0', letter] => letter.is_ascii_alphabetic() && !letter.is_ascii_hexdigit(),
        [letter, b'x'] => letter.is_ascii_alphabetic(),
        b"x0" => true,
        _ => false,
    };
    (wrong && prefix != "0x" && !digits.is_empty() && hexadecimal(digits)).then_some(digits)
}

/// Whether a text is a number with its unit.
fn unit_after_number(text: &str) -> bool {
    let word = text.split_whitespace().nth(1).unwrap_or_default();
    text.starts_with(|c: char| c.is_ascii_digit())
        && (unit(word).is_some() || UNITS.iter().any(|known| known.name == word))
}
