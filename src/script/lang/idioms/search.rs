//! Repairs of a statement in which one token is wrong: deletes, inserts, exchanges, or replaces a token near the error.

use super::familiar::Familiar;
use super::rows::{is_keyword, keywords};
use super::spelled::{TABLE, unit};
use super::tokens::line_at;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::edit::{TextEdit, edited};
use crate::lang::fix::Fix;
use crate::lang::layout::{Token, TokenKind, is_operator, tokens};
use crate::lang::nearest::nearest;
use crate::lang::parse::{VERBS, parse};
use crate::lang::sections::{lists, section};
use crate::lang::span::Span;
use crate::lang::value::UNITS;
use crate::lang::value::functions::FUNCTIONS;

/// Signs and words with a fixed place in statements.
const SIGNS: &[&str] = &[
    ",", "=", "=>", "==", ":", ".", "..", "(", ")", "[", "]", "{", "}", "in", "let", "where",
];

/// Maximum length in bytes of the text around an error, in a script of at most 64 times this length.
const LONGEST: usize = 1 << 10;

/// How likely each kind of repair is: a misspelled word of the language, exchanged or joined words, a superfluous token, a
/// wrong or missing sign, or a missing word of the language.
const WORD: i32 = 6;
const EXCHANGE: i32 = 4;
const REMOVAL: i32 = 2;
const SIGN: i32 = 0;
const MISSING: i32 = -6;

/// A repair of one token.
pub(super) struct Repair {
    pub(super) fix: Fix,
    /// The plausibility of the repair: that of its kind, and how familiar the pairs of tokens are that it makes.
    pub(super) score: i32,
    /// Whether the repair removes a sign whose value may be missing. Only the author knows the value.
    pub(super) lacks_value: bool,
}

/// The tokens of a text, and the statement that contains an error.
pub(super) struct Statement<'a> {
    text: &'a str,
    /// The tokens of the statement up to its block.
    tokens: Vec<Token>,
    /// The index of the token at the error.
    at: usize,
    /// All tokens of the text, and the index of the token at the error.
    all: Vec<Token>,
    near: usize,
    /// The text before and after the statement that makes it a script on its own: the heads of the blocks around it.
    around: (String, String),
}

/// Whether a word is a constant of a set of flags, such as `PROT_READ`.
fn is_flag(word: &str) -> bool {
    word.contains('_') && !word.contains(|c: char| c.is_ascii_lowercase())
}

impl<'a> Statement<'a> {
    /// Returns the statement with an error at a byte.
    pub(super) fn at(text: &'a str, byte: usize) -> Option<Self> {
        if text.len() > LONGEST << 6 {
            return None;
        }
        let all = tokens(text).list;
        let all: Vec<Token> = all
            .into_iter()
            .filter(|token| token.kind != TokenKind::Comment)
            .collect();
        let mut near = all
            .iter()
            .position(|token| token.end > byte)
            .unwrap_or(all.len().checked_sub(1)?);
        // An error at the end of a statement belongs to the statement before.
        if all[near].start > byte && near > 0 && all[near].start > all[near - 1].end
            || all[near].start == all[near].end
        {
            near = near.saturating_sub(usize::from(near > 0));
        }
        let (mut first, mut last) = bounds(&all, near);
        // An unclosed bracket makes the rest of the script a part of the statement.
        while all[last].end > all[near].end + LONGEST {
            last -= 1;
        }
        while all[first].start + LONGEST < all[near].start {
            first += 1;
        }
        let mut open = Vec::new();
        for (index, token) in all[..first].iter().enumerate() {
            match token.kind {
                TokenKind::Open(b'{') | TokenKind::Hole => open.push(index),
                TokenKind::Close(b'}') => drop(open.pop()),
                _ => {}
            }
        }
        let (mut before, mut after) = (String::new(), String::new());
        for brace in open {
            let (from, _) = bounds(&all, brace.checked_sub(1)?);
            before.extend([&text[all[from].start..all[brace].end], "\n"]);
            after += "\n}";
        }
        if first > 0 && matches!(all[first - 1].kind, TokenKind::Close(b'}')) {
            before += "if true { } ";
        }
        let mut tokens: Vec<Token> = all[first..=last]
            .iter()
            .filter(|token| token.end > token.start)
            .copied()
            .collect();
        // A line that begins with a keyword begins the next statement, so the line before it is unfinished.
        let begins = |token: &Token| {
            text[..token.start]
                .trim_end_matches([' ', '\t'])
                .ends_with('\n')
        };
        let next = |token: &Token| begins(token) && lists(TABLE, "begin", token.text(text));
        if let Some(next) = tokens.iter().skip(1).position(next) {
            tokens.truncate(next + 1);
        }
        let at = tokens
            .iter()
            .position(|token| token.start >= all[near].start)
            .unwrap_or(tokens.len().checked_sub(1)?);
        Some(Self {
            text,
            tokens,
            at,
            all,
            near,
            around: (before, after),
        })
    }

    fn word(&self, index: usize) -> &'a str {
        self.text
            .get(self.tokens[index].start..self.tokens[index].end)
            .unwrap_or("")
    }

    /// The span of the statement with a space before it, which disappears with its first token.
    fn span(&self, file: u32) -> Span {
        let start = self.tokens[0].start;
        let space = self.text[..start].ends_with(' ');
        Span::new(
            file,
            start - usize::from(space)..self.tokens[self.tokens.len() - 1].end,
        )
    }

    /// Returns the tokens of the statement after an edit, if it then has the form of a statement.
    pub(super) fn reads(&self, edit: &TextEdit) -> Option<String> {
        let (was, new) = self.edited(edit)?;
        let new_tokens = tokens(&new);
        let names_keyword = new_tokens.list.windows(2).any(|pair| {
            let (first, second) = (pair[0].text(&new), pair[1].text(&new));
            let names = matches!(first, "let" | "process" | "def" | "choose" | "for");
            let signed = second == "-" && matches!(first, "+" | "-" | "*" | "/" | "%");
            let empty = first == ","
                && matches!(
                    second,
                    "," | ")" | "]" | "}" | "{" | "|" | "&" | "+" | "*" | "/" | "=" | "==" | "=>"
                );
            names && is_keyword(second)
                || empty
                || signed && !was.contains(&format!("{first} {second}"))
        });
        let ends = |text: &str| text.trim_end().ends_with(',');
        if ends(&new) && !ends(was) {
            return None;
        }
        // A comparison has two sides.
        let mut conditions = new.split(" and ").flat_map(|part| part.split(" or "));
        if edit.replacement.trim() == "==" && conditions.any(|one| one.matches("==").count() > 1) {
            return None;
        }
        let ranges = |text: &str| text.matches("..").count();
        if ranges(&new) > ranges(was) && !edit.replacement.contains("..") {
            return None;
        }
        if names_keyword {
            return None;
        }
        let words = || {
            let words = new_tokens.list.iter().map(|token| token.text(&new));
            words.collect::<Vec<_>>().join(" ")
        };
        // The statement goes on in the block.
        if edit.replacement.contains('{') && edit.span.end >= self.span(0).end {
            return Some(words());
        }
        let opened = |byte: &u8| (*byte == b'{').then_some(" }");
        let closings: String = new_tokens.open.iter().filter_map(opened).collect();
        let whole = format!("{}{new}{}{}", self.around.0, closings, self.around.1);
        parse(0, &whole, &mut ()).diagnostics.is_empty().then(words)
    }

    /// Returns repairs of one token, the most plausible first.
    pub(super) fn repairs(&self, of: &Diagnostic) -> Vec<Repair> {
        let file = of.span.file;
        let (words, others) = self.exchanges(of);
        let (removed, others): (Vec<_>, Vec<_>) = others
            .into_iter()
            .chain(self.edits(of))
            .partition(|fix| fix.text.is_empty());
        let kinds = [
            (WORD, self.keywords(file).collect()),
            (EXCHANGE, words),
            (EXCHANGE, self.divided(file)),
            (REMOVAL, removed),
            (SIGN, others),
            (MISSING, self.missing(file)),
        ];
        let familiar = Familiar::of(&self.all, self.text);
        let mut all = Vec::new();
        for (prior, fixes) in kinds {
            for fix in fixes {
                if let Some(edit) = fix.edit(self.text)
                    && let Some((was, new)) = self.edited(&edit)
                {
                    all.push(Repair {
                        score: prior + familiar.gain(was, &new),
                        lacks_value: fix.text.is_empty() && self.lacks_value(&edit),
                        fix,
                    });
                }
            }
        }
        all.sort_by_key(|one| -one.score);
        all
    }

    /// Returns the text of the statement before and after an edit.
    fn edited(&self, edit: &TextEdit) -> Option<(&'a str, String)> {
        let span = self.span(edit.span.file);
        let was = self.text.get(span.start as usize..span.end as usize)?;
        Some((was, edited(was, span, std::slice::from_ref(edit))))
    }

    /// Whether the value beside a removed sign may be missing, so that the sign is not superfluous.
    fn lacks_value(&self, edit: &TextEdit) -> bool {
        let removed = |token: &&Token| {
            token.start >= edit.span.start as usize && token.end <= edit.span.end as usize
        };
        let Some(sign) = self.tokens.iter().find(removed) else {
            return false;
        };
        // A bar joins flags, and a comparison has its values before a comma.
        let (before, after) = (&self.text[..sign.start], &self.text[sign.end..]);
        let after = after.trim_start_matches(' ');
        let joins = match sign.text(self.text) {
            // The name after the dot is missing.
            "." => return before.ends_with(|c: char| c.is_alphanumeric()),
            "|" => is_flag(before.split_whitespace().next_back().unwrap_or_default()),
            "==" => !after.starts_with(',') && !starts_with_unit(after),
            ":" => !after.starts_with('{'),
            // A unit belongs to the number before the comma.
            "," if starts_with_unit(after) => false,
            _ => sign.kind == TokenKind::Operator,
        };
        if !joins {
            return false;
        }
        [sign.start, sign.end].into_iter().any(|at| {
            ["x", " 0 ", " x "].iter().any(|value| {
                let put = TextEdit::new(Span::new(edit.span.file, at..at), *value);
                self.reads(&put).is_some()
            })
        })
    }

    /// Returns the first word of the block of settings that contains the statement.
    fn block(&self) -> Option<&str> {
        let head = self
            .around
            .0
            .trim_end()
            .trim_end_matches('{')
            .lines()
            .next_back()?;
        let word = head.split_whitespace().next()?;
        lists(TABLE, "blocks", word).then_some(word)
    }

    /// Inserts a word of the language near the error: a verb at the beginning, a setting in a block of settings, or a part of
    /// the machine before a table.
    fn missing(&self, file: u32) -> Vec<Fix> {
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
            let words = || section(TABLE, words).split_whitespace().filter(new);
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
    fn keywords(&self, file: u32) -> impl Iterator<Item = Fix> {
        let near = self.at.saturating_sub(2)..(self.at + 2).min(self.tokens.len());
        let head = (near.start > 0).then_some(0);
        head.into_iter().chain(near).filter_map(move |index| {
            let word = self.word(index);
            let unit = index > 0
                && (word.len() > 1 || self.block().is_some())
                && self.tokens[index - 1].kind == TokenKind::Number
                && !lists(TABLE, "ours", word);
            let units = UNITS.iter().map(|unit| unit.name).filter(|_| unit);
            let clauses = section(TABLE, "clauses").split_whitespace();
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
    fn exchanges(&self, of: &Diagnostic) -> (Vec<Fix>, Vec<Fix>) {
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
            beside
                || after_operator
                || glued
                || kind(index) == TokenKind::Word && kind(index + 1) == TokenKind::Open(b'(')
        };
        let cell = |index: usize| self.tokens[index].kind == TokenKind::Cell;
        let begins =
            |index: usize| keyword(index) || lists(TABLE, "missing verbs", self.word(index));
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

    /// Returns the removals of tokens that are twice at the error or at the beginning of its statement. Short cells of a row
    /// may be equal.
    pub(super) fn doubled(&self, of: &Diagnostic) -> Vec<Fix> {
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

    fn place(&self, file: u32, first: usize, last: usize) -> Span {
        Span::new(file, self.tokens[first].start..self.tokens[last].end)
    }

    /// Whether a word is one of the language, or occurs at least `times` in the text.
    fn is_known(&self, part: &str, times: usize) -> bool {
        let used = |token: &&Token| token.text(self.text) == part;
        let ours = ["keywords", "ours", "latest", "values"];
        ours.iter().any(|list| lists(TABLE, list, part))
            || is_function(part)
            || part.len() > 1 && self.all.iter().filter(used).count() >= times
    }

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

    /// Whether a token can be superfluous.
    fn may_be_removed(&self, index: usize, of: &Diagnostic) -> bool {
        let (code, token, word) = (of.code, self.tokens[index], self.word(index));
        let table = code == Code::BadTable;
        // `this row has 2 cells, but the header has 3 columns`
        let counts: Vec<usize> = numbers(&of.message).collect();
        let long = matches!(counts[..], [cells, columns] if cells > columns);
        let (before, after) = (&self.text[..token.start], &self.text[token.end..]);
        let kind = |index: usize| self.tokens.get(index).map(|token| token.kind);
        let word_before = index > 0 && kind(index - 1) == Some(TokenKind::Word);
        match token.kind {
            // A foreign character has a meaning.
            _ if !word.is_ascii() => false,
            TokenKind::Word | TokenKind::Number if self.is_glued(word) => false,
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
            // A misspelled word is wrong, not superfluous.
            TokenKind::Word
                if !is_keyword(word)
                    && nearest(
                        word,
                        keywords().chain(section(TABLE, "clauses").split_whitespace()),
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
            // An open quote contains the rest of the statement.
            TokenKind::String { .. } if word.contains("=>") => false,
            // Without it, the statement says the opposite.
            TokenKind::Word if matches!(word, "not" | "exactly") => false,
            _ if word == "!" => false,
            // Without the value, the sign before it has none.
            _ if index > 0 && self.word(index - 1) == "-" && before.ends_with('-') => false,
            // A misspelled number, or the name of a function, is wrong, not superfluous.
            TokenKind::Word if word.contains("x0") => false,
            // A sign between two flags is missing.
            TokenKind::Word if word_before && is_flag(word) && is_flag(self.word(index - 1)) => {
                false
            }
            TokenKind::Word if after.starts_with('(') => {
                word_before && code != Code::UnknownFunction
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
                index > 1 && !counted && (beside(index - 1) || beside(index + 1))
            }
            _ => true,
        }
    }

    /// Returns the removal of an unclosed bracket with a space after it, which an author of `f(x)` does not write.
    pub(super) fn loose(&self, of: &Diagnostic) -> Option<Fix> {
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
    pub(super) fn openings(&self, closing: &Fix) -> Vec<Fix> {
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
    pub(super) fn closings(&self, of: &Diagnostic) -> Option<Fix> {
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
        (close.text(self.text) != wanted).then(|| written(close, wanted))
    }

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
            "=>" => is_keyword(head) && !lists(TABLE, "without facts", head),
            "in" => matches!(head, "for" | "choose"),
            "where" => matches!(head, "choose" | "option"),
            ".." => (0..self.tokens.len()).any(|at| self.word(at) == "in"),
            // A definition compares rarely, and `ask` has a `=` of its own.
            "==" => !matches!(head, "let" | "for" | "read" | "write"),
            _ => true,
        }
    }

    fn edits(&self, of: &Diagnostic) -> Vec<Fix> {
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
            let fits = |sign: &&&str| {
                let other = sign.starts_with(char::is_alphabetic) || has_facts && **sign == "=>";
                !other && self.may_follow(sign, index)
            };
            for sign in SIGNS.iter().filter(|other| {
                let before = index + 1 == self.at && self.block().is_some() && **other == ",";
                sign && (index == self.at || before) && fits(other)
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

    /// The indexes of the tokens on the line of the error.
    fn row(&self) -> (usize, usize) {
        let breaks = |pair: &[Token]| self.text[pair[0].end..pair[1].start].contains('\n');
        let first = self.tokens[..=self.at].windows(2).rposition(breaks);
        let last = self.tokens[self.at..].windows(2).position(breaks);
        let end = last.map_or(self.tokens.len(), |last| self.at + last + 1);
        (first.map_or(0, |first| first + 1), end)
    }

    /// Whether the header of the table at the error has an empty column, or the next row has as many cells as the row at the
    /// error.
    fn lacks_column(&self) -> bool {
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
    fn surplus(&self) -> Option<usize> {
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

    /// Divides a word near the error, because a sign is missing between two names or numbers.
    fn divided(&self, file: u32) -> Vec<Fix> {
        let mut fixes = Vec::new();
        for index in self.at.saturating_sub(1)..(self.at + 1).min(self.tokens.len()) {
            let word = self.word(index);
            let kind = self.tokens[index].kind;
            if !matches!(kind, TokenKind::Word | TokenKind::Number) || !word.is_ascii() {
                continue;
            }
            let place = self.place(file, index, index);
            if let Some(digits) = misspelled_hex(word) {
                fixes.push(Fix::write(place, word, format!("0x{digits}")));
            }
            let number = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
            let known = |part: &str| self.is_known(part, 1) || number(part);
            for (a, b) in (1..word.len()).map(|at| word.split_at(at)) {
                if !known(a) || !known(b) || number(a) && number(b) {
                    continue;
                }
                let signs: &[&str] = if is_function(a) {
                    &["("]
                } else if is_keyword(a) {
                    &["(", ", ", ": "]
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

fn starts_with_unit(text: &str) -> bool {
    let word = text.split(|c: char| !c.is_alphanumeric()).next();
    UNITS.iter().any(|known| Some(known.name) == word)
}

/// Whether a text is a number with its unit.
fn unit_after_number(text: &str) -> bool {
    let word = text.split_whitespace().nth(1).unwrap_or_default();
    text.starts_with(|c: char| c.is_ascii_digit())
        && (unit(word).is_some() || UNITS.iter().any(|known| known.name == word))
}

fn is_hexadecimal(word: &str) -> bool {
    word.bytes().all(|c| c.is_ascii_hexdigit())
}

fn is_function(word: &str) -> bool {
    FUNCTIONS.iter().any(|function| function.name == word)
}

fn numbers(text: &str) -> impl Iterator<Item = usize> {
    text.split(' ').filter_map(|word| word.parse().ok())
}

/// Returns the indexes of the first and last token of the statement that contains a token. A block belongs to no
/// statement, except for its opening brace.
fn bounds(all: &[Token], at: usize) -> (usize, usize) {
    let parts = |token: &Token| {
        matches!(
            token.kind,
            TokenKind::End | TokenKind::Open(b'{') | TokenKind::Close(b'}')
        )
    };
    let first = all[..at]
        .iter()
        .rposition(parts)
        .map_or(0, |before| before + 1);
    let last = all[at..]
        .iter()
        .position(parts)
        .map_or(all.len() - 1, |after| at + after);
    (first.min(at), last)
}
