//! The formatter, which writes the same statements in the layout that `docs/reference/formatting.md` defines.
//!
//! Formatting changes only table bars and the text between tokens. Line breaks stay where the author put them,
//! so every statement ends where it did before. Formatting preserves comments, strings, prose, and the spelling
//! of numbers byte for byte. Before the formatter returns the new text, it compares the tokens of the two
//! texts. The formatter also compares the matches of the grammar unless the text is very long.

mod columns;
mod cut;
mod piece;
#[cfg(test)]
mod tests;
mod write;

use std::fmt;

use pagewalk_grammar::{Grammar, Pairs, Parser as _, Rule};
use piece::Pieces;

use super::diagnostic::{Diagnostic, messages};
use super::layout::{Token, TokenKind, lay_out, tokens};
use super::parse::parse;
use super::table::is_ruler;

/// The reason why a script is not formatted.
#[derive(Debug, Clone, PartialEq)]
pub enum Unformatted {
    /// The script has syntax errors.
    Wrong(Vec<Diagnostic>),
    /// The formatted text would have a different meaning, because of a bug in this module.
    Changed,
}

impl fmt::Display for Unformatted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong(wrong) => f.write_str(&messages(wrong)),
            Self::Changed => f.write_str("the formatted script would have a different meaning"),
        }
    }
}

impl std::error::Error for Unformatted {}

/// Maximum length in bytes of a text whose matches are compared. For longer texts, the formatter compares
/// only the tokens. Matching a text of this length takes tens of milliseconds.
const WHOLE: usize = 1 << 17;

/// Formats a script.
///
/// # Errors
/// If the text has syntax errors, returns them for file number 0.
pub fn format(text: &str) -> Result<String, Unformatted> {
    let read = parse(0, text, &mut ());
    if !read.diagnostics.is_empty() {
        return Err(Unformatted::Wrong(read.diagnostics));
    }
    let mut pieces = cut::pieces(text);
    let formatted = set(&mut pieces);
    if formatted == text {
        return Ok(formatted);
    }
    let same = words(text) == words(&formatted)
        && (text.len() > WHOLE || matched(text) == matched(&formatted));
    if same {
        Ok(formatted)
    } else {
        Err(Unformatted::Changed)
    }
}

fn set(pieces: &mut Pieces) -> String {
    columns::set(pieces);
    let lines = piece::lines(&pieces.list);
    let blanks = columns::blanks(&pieces.list, &lines);
    write::write(pieces, &lines, &blanks)
}

/// Returns the tokens of a text, without table rows, whose bars may change.
fn words(text: &str) -> Vec<&str> {
    let is_word = |token: &Token| {
        let zero_width = matches!(token.kind, TokenKind::End | TokenKind::Hole);
        !zero_width && !matches!(token.kind, TokenKind::Bar | TokenKind::Cell)
    };
    let list = tokens(text).list.into_iter();
    list.filter(is_word)
        .map(|token| token.text(text).trim_end())
        .collect()
}

/// Returns the matches of the grammar in a text, each after the matches in it. A match without inner matches has its
/// text, without spaces and separators. The syntax tree is a function of the matches.
fn matched(text: &str) -> Vec<(Rule, String)> {
    fn add(pairs: Pairs, all: &mut Vec<(Rule, String)>) {
        for pair in pairs {
            let (rule, text, inner) = (pair.as_rule(), pair.as_str(), pair.into_inner());
            let is_row = matches!(rule, Rule::row | Rule::plain_row);
            let is_leaf = inner.is_empty();
            // The formatter adds bars to rows, and removes lines of dashes.
            if is_row && (is_leaf || is_ruler(&inner.clone().map(|cell| cell.as_str()))) {
                continue;
            }
            add(inner, all);
            let text = if is_leaf { text } else { "" };
            all.push((
                if is_row { Rule::row } else { rule },
                text.chars()
                    .filter(|c| !c.is_whitespace() && *c != ';')
                    .collect(),
            ));
        }
    }
    let mut all = Vec::new();
    if let Ok(pairs) = Grammar::parse(Rule::script, &lay_out(0, text).text) {
        add(pairs, &mut all);
    }
    all
}
