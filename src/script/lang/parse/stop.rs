//! A broken line.

use pagewalk_grammar::Rule;

use crate::lang::ast::Span;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;

/// A broken line and the place where parsing stopped.
pub(super) struct Stop<'a> {
    pub(super) line: &'a str,
    /// The byte of the line at that place.
    pub(super) at: usize,
    pub(super) head: &'a str,
    /// The text before that place, without spaces at its end.
    pub(super) before: &'a str,
    /// The text after that place.
    pub(super) rest: &'a str,
    /// The rules that the grammar allows there.
    pub(super) wanted: Vec<Rule>,
    /// Whether it is a setting, not a statement.
    pub(super) setting: bool,
}

impl Stop<'_> {
    /// Returns a fix that replaces the start of the unread text.
    pub(super) fn write(&self, was: &str, text: impl Into<String>) -> Fix {
        let start = self.at as u32;
        Fix::write(Span { start, end: start + was.len() as u32, file: 0 }, was, text)
    }

    /// Returns a fix that replaces a sign and the spaces around it with one space.
    pub(super) fn blank(&self, sign: usize) -> Fix {
        let rest = &self.rest[sign..];
        let end = self.at + self.rest.len() - rest.trim_start().len();
        Fix::replace(Span { file: 0, start: self.before.len() as u32, end: end as u32 }, " ")
    }
}

/// Returns a diagnostic without its place.
pub(super) fn mistake(message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::Syntax, Span::default(), message).help(help)
}

/// Returns the length in bytes of the word that begins a text.
pub(super) fn word_length(text: &str) -> usize {
    text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len())
}
