//! Superfluous tokens: which token of a statement, or which cell of a table, a repair may remove.

use super::{Statement, is_flag, is_function, starts_with_unit};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::idioms::rows::{is_keyword, keywords};
use crate::lang::idioms::spelled::{TABLE, unit};
use crate::lang::idioms::tokens::line_at;
use crate::lang::layout::{Token, TokenKind};
use crate::lang::nearest::nearest;
use crate::lang::parse::VERBS;

impl Statement<'_> {
    /// Whether a sign is missing in a word, because it begins or ends with another word.
    fn is_glued(&self, word: &str) -> bool {
        let known = |part: &str| part.len() > 2 && self.is_known(part, 1);
        let halves = || (1..word.len()).map(|at| word.split_at(at));
        let digits = |part: &str| {
            let hexadecimal = part.strip_prefix("0x");
            let digits = hexadecimal.unwrap_or(part);
            let digit =
                |c: u8| c.is_ascii_digit() || hexadecimal.is_some() && c.is_ascii_hexdigit();
            !digits.is_empty() && digits.bytes().all(digit)
        };
        // A number with a word before or after it, such as `P0` in a script with a process `P`.
        let numbered = |(a, b): (&str, &str)| {
            let used = |token: &Token| token.text(self.text) == a;
            digits(a) && b.starts_with(|c: char| c.is_ascii_lowercase() && c != 'x')
                || digits(b) && (unit(a).is_some() || self.all.iter().any(used))
        };
        word.is_ascii()
            && !self.is_known(word, 2)
            && halves().any(|(a, b)| {
                let both = self.is_known(a, 1) && self.is_known(b, 1);
                both || known(a) || known(b) || numbered((a, b))
            })
    }

    /// Whether a word resembles a name with a `:` at the beginning of another statement.
    fn misspells_process(&self, word: &str) -> bool {
        let named = self
            .all
            .windows(2)
            .filter(|pair| pair[1].text(self.text) == ":");
        nearest(word, named.map(|pair| pair[0].text(self.text))).is_some()
    }

    /// Whether a token can be superfluous.
    pub(super) fn may_be_removed(&self, index: usize, of: &Diagnostic) -> bool {
        let (code, token, word) = (of.code, self.tokens[index], self.word(index));
        let table = code == Code::BadTable;
        // `this row has 2 cells, but the header has 3 columns`
        let counts: Vec<usize> = numbers(&of.message).collect();
        let long = matches!(counts[..], [cells, columns] if cells > columns);
        let (before, after) = (&self.text[..token.start], &self.text[token.end..]);
        let kind = |index: usize| self.tokens.get(index).map(|token| token.kind);
        let word_before = index > 0 && kind(index - 1) == Some(TokenKind::Word);
        match token.kind {
            // The missing facts follow the `ask`.
            _ if code == Code::NoBlank => false,
            // The name before the dot is missing, and the rest of it is another name.
            _ if word == "."
                && !before.ends_with(char::is_alphanumeric)
                && after.starts_with(char::is_alphabetic) =>
            {
                false
            }
            // A wrong index has another value, and a wrong column of an `ask` another name.
            _ if code == Code::BadIndex => false,
            // A number that is too large, or in another unit, is not superfluous: without it or its unit, the value is another
            // one.
            _ if matches!(code, Code::Overflow | Code::WrongUnit) => false,
            // `1E-3` is one number.
            _ if code == Code::BadNumber && after.starts_with(['-', '+']) => false,
            // Without the value, its index would be a list.
            _ if code == Code::WrongType && after.starts_with('[') => false,
            TokenKind::Word if code == Code::UnknownColumn => false,
            // The blank of a cell lacks its answer.
            _ if word == "?" && code == Code::Syntax => false,
            // A foreign character has a meaning.
            _ if !word.is_ascii() => false,
            TokenKind::Word | TokenKind::Number if self.is_glued(word) => false,
            // Without this word, the cache would be private.
            TokenKind::Word if word == "shared" => false,
            // A brace that begins a line ends a block.
            TokenKind::Close(b'}') => !before.trim_end_matches([' ', '\t']).ends_with('\n'),
            TokenKind::Prose | TokenKind::Hole => false,
            TokenKind::Cell if code == Code::UnknownColumn => true,
            // A placeholder is not superfluous. The header may lack a column.
            TokenKind::Cell => {
                // The bars around a cell would enclose nothing.
                let alone = before.trim_end().ends_with('|') && after.trim_start().starts_with('|');
                table && long && !alone && !matches!(word, "-" | "*")
            }
            TokenKind::String { .. } if table => long,
            _ if table => false,
            // A word after a block is not a statement.
            _ if self.tokens.len() == 1 => {
                let ended = before.trim_end_matches([' ', '\t']).ends_with('}');
                ended || !matches!(token.kind, TokenKind::Word | TokenKind::Number)
            }
            // The value of a setting is missing, not the setting superfluous.
            TokenKind::Word
                if code == Code::WrongCount
                    && before.trim_end().ends_with([',', '{'])
                    && after.trim_start().starts_with([',', '}']) =>
            {
                false
            }
            // `4 words` has a unit that the language lacks.
            TokenKind::Word
                if code == Code::WrongCount
                    && index > 0
                    && kind(index - 1) == Some(TokenKind::Number)
                    && !self.is_known(word, 2) =>
            {
                false
            }
            // A misspelled word is wrong, not superfluous.
            TokenKind::Word
                if !is_keyword(word)
                    && nearest(
                        word,
                        keywords().chain(TABLE.section("clauses").split_whitespace()),
                    )
                    .is_some() =>
            {
                false
            }
            // The only word of a block lacks its setting or its value.
            _ if index > 0
                && kind(index - 1) == Some(TokenKind::Open(b'{'))
                && kind(index + 1) == Some(TokenKind::Close(b'}')) =>
            {
                false
            }
            // `log2 64` lacks parentheses, and `(read 4) == 3` is a statement in the place of a value.
            TokenKind::Word if is_function(word) => false,
            TokenKind::Word
                if VERBS.contains(&word) && index > 0 && self.word(index - 1) == "(" =>
            {
                false
            }
            // The name of a fact, or `points`, with its value after an operator or another word.
            TokenKind::Word
                if index > 0
                    && kind(index + 1) == Some(TokenKind::Number)
                    && (word == "points"
                        || kind(index - 1) == Some(TokenKind::Operator)
                            && self.word(index - 1) != ",") =>
            {
                false
            }
            // An operator is missing between a name and a bracket with a space before it.
            TokenKind::Word if code == Code::Syntax && after.starts_with(" (") => false,
            // The word for the points is missing, not a number superfluous.
            TokenKind::Number
                if matches!(
                    self.word(0),
                    "ask" | "choice" | "essay" | "question" | "part"
                ) =>
            {
                false
            }
            // The name of a process lacks its `:`.
            TokenKind::Word if index == 0 && self.misspells_process(word) => false,
            // An open quote contains the rest of the statement.
            TokenKind::String { .. } if word.contains("=>") => false,
            // Without it, the statement says the opposite.
            TokenKind::Word if matches!(word, "not" | "exactly" | "off" | "no" | "false") => false,
            _ if word == "!" => false,
            // `cache none` removes all caches, not the misspelled one.
            TokenKind::Word if after.trim_start().starts_with("none") => false,
            // Without the value, the sign before it has none.
            _ if index > 0 && self.word(index - 1) == "-" && before.ends_with('-') => false,
            // A misspelled number, or the name of a function, is wrong, not superfluous.
            TokenKind::Word if word.contains("x0") => false,
            // A sign between two flags is missing.
            TokenKind::Word if word_before && is_flag(word) && is_flag(self.word(index - 1)) => {
                false
            }
            TokenKind::Word if after.starts_with('(') => {
                // A call with too few values is not superfluous.
                word_before && !matches!(code, Code::UnknownFunction | Code::WrongCount)
            }
            // Brackets around nothing lack a value, and so does `points` before a block.
            _ if index > 0
                && matches!(kind(index - 1), Some(TokenKind::Open(b'(' | b'[')))
                && matches!(kind(index + 1), Some(TokenKind::Close(_))) =>
            {
                false
            }
            TokenKind::Word if word == "points" && after.trim_start().starts_with('{') => false,
            // A sign between two flags is missing.
            TokenKind::Word
                if is_flag(word)
                    && self
                        .tokens
                        .get(index + 1)
                        .is_some_and(|next| is_flag(next.text(self.text))) =>
            {
                false
            }
            // A misspelled process is wrong, not superfluous, and so is a list before its index.
            TokenKind::Word if code == Code::UnknownProcess => false,
            TokenKind::Word if code == Code::UnknownName && after.starts_with('[') => false,
            // The name of a path is before its dot.
            TokenKind::Word if before.ends_with('.') => false,
            // The number of a unit may be missing.
            TokenKind::Word if word_before && starts_with_unit(word) => false,
            // Without the verb, the access is another one, unless there are two verbs.
            TokenKind::Word if matches!(word, "read" | "write" | "fetch" | "translate") => {
                let beside = [index.checked_sub(1), Some(index + 1)]
                    .into_iter()
                    .flatten();
                let mut beside = beside.filter(|index| *index < self.tokens.len());
                beside.any(|index| VERBS.contains(&self.word(index)))
            }
            TokenKind::Word
                if VERBS.contains(&word)
                    && index > 0
                    && matches!(self.word(index - 1), "ask" | "probe" | ":") =>
            {
                false
            }
            // The value of a clause is missing.
            TokenKind::Word
                if TABLE.lists("clauses", word)
                    && self
                        .tokens
                        .get(index + 1)
                        .is_none_or(|next| next.text(self.text) == "=>") =>
            {
                false
            }
            // A title or a value without its name is not superfluous.
            TokenKind::String { .. } => {
                let beside = |index: usize| {
                    matches!(
                        kind(index),
                        Some(
                            TokenKind::Word
                                | TokenKind::Number
                                | TokenKind::String { .. }
                                | TokenKind::Close(b')' | b']')
                        )
                    )
                };
                let counted = matches!(code, Code::WrongCount | Code::BadNumber);
                // The text of a question belongs in its block.
                let in_head = index > 1 && matches!(self.word(0), "question" | "part");
                !in_head && index > 1 && !counted && (beside(index - 1) || beside(index + 1))
            }
            _ => true,
        }
    }

    /// Returns the removals of the values beside a value that a fix removes, if they differ from it.
    pub(in crate::lang::idioms) fn values_beside(&self, fix: &Fix) -> Vec<Fix> {
        let start = fix.span.start as usize;
        let Some(at) = self.tokens.iter().position(|token| token.end > start) else {
            return Vec::new();
        };
        let value = |index: usize| match self.tokens.get(index).map(|token| token.kind) {
            Some(TokenKind::Number) => true,
            Some(TokenKind::Word) => {
                !is_keyword(self.word(index)) && unit(self.word(index)).is_none()
            }
            _ => false,
        };
        let beside = [at.checked_sub(1), Some(at + 1)].into_iter().flatten();
        let differs =
            |index: &usize| *index > 0 && value(*index) && self.word(*index) != self.word(at);
        let others = beside.filter(|index| value(at) && differs(index));
        others
            .map(|index| {
                // A number has its unit with it.
                let next = (index + 1 < self.tokens.len()).then(|| self.word(index + 1));
                let last = index + usize::from(next.is_some_and(starts_with_unit));
                let place = self.place(fix.span.file, index, last);
                Fix::write(place, &self.text[place.bytes()], "")
            })
            .collect()
    }

    /// The indexes of the tokens on the line of the error.
    pub(super) fn row(&self) -> (usize, usize) {
        let breaks = |pair: &[Token]| self.text[pair[0].end..pair[1].start].contains('\n');
        let first = self.tokens[..=self.at].windows(2).rposition(breaks);
        let last = self.tokens[self.at..].windows(2).position(breaks);
        let end = last.map_or(self.tokens.len(), |last| self.at + last + 1);
        (first.map_or(0, |first| first + 1), end)
    }

    /// Whether the header of the table at the error has an empty column, or the next row has as many cells as the row at the
    /// error.
    pub(super) fn lacks_column(&self) -> bool {
        let open = |token: &Token| token.kind == TokenKind::Open(b'{');
        let brace = self.all[..=self.near].iter().rposition(open).unwrap_or(0);
        let rows = self.text[self.all[brace].end..].split('\n');
        let mut rows = rows.map(str::trim).filter(|row| !row.is_empty());
        let empty = |row: &str| {
            row.split('|')
                .map(str::trim)
                .rev()
                .skip(1)
                .skip_while(|cell| cell.is_empty())
                .any(str::is_empty)
        };
        let head = rows.next().unwrap_or_default();
        let inside = head.trim_start_matches('|');
        let mut counts = rows.take_while(|row| !row.starts_with('}')).map(|row| {
            row.split([' ', '|'])
                .filter(|cell| !cell.is_empty())
                .count()
        });
        let (first, second) = (counts.next(), counts.next());
        empty(inside) || second.is_some() && first == second
    }

    /// Returns the index of the only cell without which the row at the error has the columns of its header in the same
    /// places.
    pub(super) fn surplus(&self) -> Option<usize> {
        let brace = self.all[..=self.near]
            .iter()
            .rposition(|token| token.kind == TokenKind::Open(b'{'))?;
        let is_cell =
            |token: &&Token| matches!(token.kind, TokenKind::Cell | TokenKind::String { .. });
        let cells = |at: usize| {
            let line = line_at(self.text, at);
            let on_line = self
                .all
                .iter()
                .filter(move |token| line.contains(&token.start));
            let start = line_at(self.text, at).start;
            let places = on_line
                .filter(is_cell)
                .map(move |token| token.start - start..token.end - start);
            places.collect::<Vec<_>>()
        };
        let first = self.all[brace..].iter().find(is_cell)?.start;
        let (head, row) = (cells(first), cells(self.tokens[self.at].start));
        if row.len() != head.len() + 1 {
            return None;
        }
        // If the next row is as long, the header lacks a column.
        let end = line_at(self.text, self.tokens[self.at].start).end;
        let next = self.all.iter().find(|token| token.start > end)?;
        if is_cell(&next) && cells(next.start).len() == row.len() {
            return None;
        }
        let fit = |without: usize| {
            let width = row[without].len() + 1;
            let ahead = row[..without].iter().cloned();
            let behind = row[without + 1..]
                .iter()
                .map(|cell| cell.start - width..cell.end - width);
            let pairs = ahead.chain(behind).zip(&head);
            let fits = pairs.map(|(cell, name)| {
                let overlaps = cell.start < name.end && name.start < cell.end;
                let aligned = cell.start == name.start || cell.end == name.end;
                usize::from(overlaps) + usize::from(aligned)
            });
            fits.sum::<usize>()
        };
        let fits: Vec<usize> = (0..row.len()).map(fit).collect();
        let most = *fits.iter().max()?;
        let best = fits.iter().position(|fit| *fit == most)?;
        let only = fits.iter().filter(|fit| **fit == most).count() == 1 && most > head.len();
        let start = line_at(self.text, self.tokens[self.at].start).start + row[best].start;
        let index = self.tokens.iter().position(|token| token.start == start);
        index.filter(|_| only)
    }
}

fn numbers(text: &str) -> impl Iterator<Item = usize> {
    text.split(' ').filter_map(|word| word.parse().ok())
}
