//! Repairs of a statement in which one token is wrong: deletes, inserts, exchanges, or replaces a token near the error.

mod brackets;
mod removals;
mod signs;
mod words;

use std::ops::Range;

use crate::lang::diagnostic::Diagnostic;
use crate::lang::edit::{TextEdit, edited};
use crate::lang::fix::Fix;
use crate::lang::idioms::familiar::Familiar;
use crate::lang::idioms::rows::is_keyword;
use crate::lang::idioms::spelled::TABLE;
use crate::lang::idioms::tokens::line_at;
use crate::lang::layout::{Token, TokenKind, tokens};
use crate::lang::parse::parse;
use crate::lang::span::Span;
use crate::lang::value::UNITS;
use crate::lang::value::functions::FUNCTIONS;

/// Maximum length in bytes of the text around an error, in a script of at most 64 times this length.
const LONGEST: usize = 1 << 10;

/// How likely each kind of repair is: a misspelled word of the language, exchanged or joined words, a missing comma between the
/// values in brackets, a superfluous token, a wrong or missing sign, or a missing word of the language.
const WORD: i32 = 6;
const EXCHANGE: i32 = 4;
const COMMA: i32 = 8;
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
pub(super) fn is_flag(word: &str) -> bool {
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
        let next = |token: &Token| begins(token) && TABLE.lists("begin", token.text(text));
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

    /// Returns the bytes of the statement with the blocks on its line.
    pub(super) fn line(&self) -> Option<Range<usize>> {
        let start = self.tokens.first()?.start;
        let line = line_at(self.text, start);
        let of_line = self
            .all
            .iter()
            .filter(|token| token.start >= start && token.end <= line.end);
        let mut depth = 0;
        let inside = of_line.take_while(|token| {
            depth += match token.kind {
                TokenKind::Open(_) => 1,
                TokenKind::Close(_) => -1,
                _ => 0,
            };
            depth >= 0 && !(depth == 0 && token.kind == TokenKind::End)
        });
        let end = inside.last()?.end;
        (depth <= 0).then_some(start..end)
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
            names && (is_keyword(second) || second == ":")
                || empty
                || signed && !was.contains(&format!("{first} {second}"))
        });
        let ends = |text: &str| text.trim_end().ends_with(',');
        if ends(&new) && !ends(was) {
            return None;
        }
        // A list needs values.
        let empty = |text: &str| text.replace(' ', "").matches("[]").count();
        if empty(&new) > empty(was) {
            return None;
        }
        // A comparison has two sides.
        let mut conditions = new.split(" and ").flat_map(|part| part.split(" or "));
        if matches!(edit.replacement.trim(), "" | "==")
            && conditions.any(|one| one.matches("==").count() > 1)
        {
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
            (COMMA, self.separated(file).into_iter().collect()),
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
            "|" => {
                let beside = [
                    before.split_whitespace().next_back(),
                    after.split([' ', ',']).next(),
                ];
                beside.into_iter().flatten().any(is_flag)
            }
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
        TABLE.lists("blocks", word).then_some(word)
    }

    fn place(&self, file: u32, first: usize, last: usize) -> Span {
        Span::new(file, self.tokens[first].start..self.tokens[last].end)
    }

    /// Whether a word is one of the language, or occurs at least `times` in the text.
    fn is_known(&self, part: &str, times: usize) -> bool {
        let used = |token: &&Token| token.text(self.text) == part;
        let ours = ["keywords", "ours", "latest", "values"];
        ours.iter().any(|list| TABLE.lists(list, part))
            || is_function(part)
            || part.len() > 1 && self.all.iter().filter(used).count() >= times
    }
}

fn starts_with_unit(text: &str) -> bool {
    let word = text.split(|c: char| !c.is_alphanumeric()).next();
    UNITS.iter().any(|known| Some(known.name) == word)
}

fn is_function(word: &str) -> bool {
    FUNCTIONS.iter().any(|function| function.name == word)
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
