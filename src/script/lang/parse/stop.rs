//! An invalid line.

use pagewalk_grammar::Rule;

use crate::lang::ast::Span;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;

/// An invalid line and the position where parsing stopped.
pub(super) struct Stop<'a> {
    pub(super) line: &'a str,
    /// The offset in the line at which parsing stopped.
    pub(super) at: usize,
    pub(super) head: &'a str,
    /// The line's text before the stop position, without trailing spaces.
    pub(super) before: &'a str,
    /// The line's text after the stop position.
    pub(super) rest: &'a str,
    /// The rules that the grammar allows at the stop position.
    pub(super) wanted: Vec<Rule>,
    /// Whether the line is a setting, not a statement.
    pub(super) setting: bool,
}

impl Stop<'_> {
    /// Returns a fix that replaces the start of the remaining text.
    pub(super) fn write(&self, was: &str, text: impl Into<String>) -> Fix {
        let start = self.at as u32;
        Fix::write(
            Span {
                start,
                end: start + was.len() as u32,
                file: 0,
            },
            was,
            text,
        )
    }

    /// Returns a fix that replaces a sign and its surrounding spaces with one space.
    pub(super) fn blank(&self, sign: usize) -> Fix {
        let rest = &self.rest[sign..];
        let end = self.at + self.rest.len() - rest.trim_start().len();
        Fix::replace(
            Span {
                file: 0,
                start: self.before.len() as u32,
                end: end as u32,
            },
            " ",
        )
    }
}

/// Returns a diagnostic without a position.
pub(super) fn mistake(message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::Syntax, Span::default(), message).help(help)
}

/// Returns the length in bytes of the word that begins a text.
pub(super) fn word_length(text: &str) -> usize {
    text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .unwrap_or(text.len())
}
