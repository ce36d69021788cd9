//! Repairs of signs: removals of tokens, signs in place of other signs, and insertions of signs.

use super::{Statement, is_flag};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::idioms::rows::is_keyword;
use crate::lang::idioms::spelled::{TABLE, unit};
use crate::lang::layout::TokenKind;

/// Signs and words with a fixed place in statements.
const SIGNS: &[&str] = &[
    ",", "=", "=>", "==", ":", ".", "..", "(", ")", "[", "]", "{", "}", "in", "let", "where", "and",
];

const COMPARISONS: &[&str] = &["==", "!=", "<", "<=", ">", ">="];

/// Whether a statement has a condition.
fn checks(head: &str) -> bool {
    let heads = ["expect", "if", "else", "while", "where", "choose", "option"];
    heads.contains(&head)
}

impl Statement<'_> {
    /// The index of the word that begins the statement after the name of its process.
    fn begin(&self) -> usize {
        if self.tokens.len() > 2 && self.word(1) == ":" {
            2
        } else {
            0
        }
    }

    /// Whether a sign can be missing before the token with an index.
    fn may_follow(&self, sign: &str, index: usize) -> bool {
        let (head, called) = (self.word(self.begin()), |at: usize| self.word(at) == "(");
        match sign {
            "let" => index == self.begin(),
            ":" => index == 1,
            "=" => matches!(head, "let" | "write" | "file" | "ask" | "row"),
            "=>" if head == "let" => (0..index.min(self.tokens.len())).any(called),
            "=>" => is_keyword(head) && !TABLE.lists("without facts", head),
            "in" => matches!(head, "for" | "choose"),
            "where" => matches!(head, "choose" | "option"),
            ".." => (0..self.tokens.len()).any(|at| self.word(at) == "in"),
            "==" => checks(head),
            // Both sides compare something.
            "and" => {
                let compares = |at: usize| COMPARISONS.contains(&self.word(at));
                checks(head) && (0..index).any(compares) && (index..self.tokens.len()).any(compares)
            }
            _ => true,
        }
    }

    /// Returns the insertion of commas between different values in brackets, such as `[1 2 3]`.
    pub(super) fn separated(&self, file: u32) -> Option<Fix> {
        let mut open = Vec::new();
        for (index, token) in self.tokens[..self.at].iter().enumerate() {
            match token.kind {
                TokenKind::Open(_) => open.push(index),
                TokenKind::Close(_) => drop(open.pop()),
                _ => {}
            }
        }
        let opening = *open.last()?;
        let inside = &self.tokens[opening + 1..];
        let length = inside
            .iter()
            .position(|token| matches!(token.kind, TokenKind::Open(_) | TokenKind::Close(_)))?;
        let is_unit = |index| unit(self.word(index)).is_some();
        let begins = |index: usize| match self.tokens[index].kind {
            TokenKind::Number | TokenKind::String { .. } => true,
            TokenKind::Word => !is_keyword(self.word(index)) && !is_unit(index),
            _ => false,
        };
        let gaps = (opening + 1..opening + length).filter(|at| {
            let ends = begins(*at) || is_unit(*at);
            ends && begins(at + 1) && self.word(*at) != self.word(at + 1)
        });
        let gaps: Vec<usize> = gaps.collect();
        let (first, last) = (*gaps.first()?, *gaps.last()?);
        if !matches!(self.word(opening), "[" | "(") || !gaps.contains(&self.at.checked_sub(1)?) {
            return None;
        }
        // Among numbers, a name may be superfluous.
        let number = |index: &usize| self.tokens[*index].kind == TokenKind::Number;
        let numbers = (opening + 1..=opening + length).filter(number).count();
        if self.word(opening) == "[" && numbers > 2 && number(&first) != number(&(first + 1)) {
            return None;
        }
        let flags = |at: &usize| is_flag(self.word(*at)) && is_flag(self.word(at + 1));
        if first == last {
            let sign = if flags(&first) { " |" } else { "," };
            return Some(Fix::put_in(file, self.tokens[first].end as u32, sign));
        }
        let mut text = String::new();
        for at in first..=last + 1 {
            let end = self.tokens.get(at + 1).map_or(0, |next| next.start);
            let token = &self.tokens[at];
            text += self.word(at);
            text += if gaps.contains(&at) { "," } else { "" };
            if at <= last {
                text += &self.text[token.end..end];
            }
        }
        let place = self.place(file, first, last + 1);
        Some(Fix::write(place, &self.text[place.bytes()], text))
    }

    pub(super) fn edits(&self, of: &Diagnostic) -> Vec<Fix> {
        let file = of.span.file;
        let (from, to) = (
            self.at.saturating_sub(4),
            (self.at + 4).min(self.tokens.len()),
        );
        let mut fixes = Vec::new();
        let (from, to) = match of.code {
            Code::BadTable => self.row(),
            _ => (from, to),
        };
        let has_facts = (0..self.tokens.len()).any(|index| self.word(index) == "=>");
        let surplus = (of.code == Code::BadTable)
            .then(|| self.surplus())
            .flatten();
        for index in from..to {
            let (word, place) = (self.word(index), self.place(file, index, index));
            if self.may_be_removed(index, of)
                && match surplus {
                    Some(only) => only == index,
                    // Among numbers, only their places show which one is superfluous.
                    None => of.code != Code::BadTable || !is_hexadecimal(word),
                }
                && !(of.code == Code::BadTable && self.lacks_column())
            {
                fixes.push(Fix::write(place, word, ""));
            }
            // A sign may replace another sign.
            let sign = matches!(
                self.tokens[index].kind,
                TokenKind::Operator | TokenKind::Open(_) | TokenKind::Close(_)
            );
            // The value between the braces is missing.
            let empty = word == "}" && index > 0 && self.word(index - 1).ends_with('{');
            let fits = |sign: &&&str| {
                let other = sign.starts_with(char::is_alphabetic) || has_facts && **sign == "=>";
                !other && self.may_follow(sign, index)
            };
            for sign in SIGNS.iter().filter(|other| {
                let before = index + 1 == self.at && self.block().is_some() && **other == ",";
                sign && !empty && (index == self.at || before) && fits(other)
            }) {
                let compares = self.block().is_some() && matches!(*sign, "=" | "==");
                let joins = compares
                    || *sign == "."
                    || matches!(*sign, "==" | "=" | ".." | "in") && word == ",";
                if !(joins || index == 0 && *sign == ",") {
                    fixes.push(Fix::write(place, word, *sign));
                }
            }
        }
        // A sign would be another cell.
        if of.code == Code::BadTable {
            return fixes;
        }
        for index in from..=to {
            let at = match index.checked_sub(1) {
                Some(before) => self.tokens[before].end,
                None => self.tokens[0].start,
            };
            for sign in SIGNS.iter().filter(|sign| {
                let first = index == 0 && **sign == ","
                    || self.block().is_some() && matches!(**sign, "=" | "==");
                !first && self.may_follow(sign, index) && !(has_facts && **sign == "=>")
            }) {
                let before = if index == 0 || matches!(*sign, "," | ")" | "]" | "." | "(" | ":") {
                    ""
                } else {
                    " "
                };
                let after = if self.text[at..].starts_with([' ', '\n']) || at == self.text.len() {
                    ""
                } else {
                    " "
                };
                fixes.push(Fix::put_in(
                    file,
                    at as u32,
                    format!("{before}{sign}{after}"),
                ));
            }
        }
        fixes
    }
}

fn is_hexadecimal(word: &str) -> bool {
    word.bytes().all(|c| c.is_ascii_hexdigit())
}
