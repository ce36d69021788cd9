//! A broken line.

use pagewalk_grammar::Rule;

use crate::lang::ast::Span;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;

/// A broken line and the place in it where reading stopped.
pub(super) struct Stop<'a> {
    pub(super) line: &'a str,
    /// The byte of the line where it is.
    pub(super) at: usize,
    /// The first word of the line.
    pub(super) head: &'a str,
    /// What was read, without blanks at its end.
    pub(super) before: &'a str,
    /// What was not.
    pub(super) rest: &'a str,
    /// What the grammar would have taken.
    pub(super) wanted: Vec<Rule>,
    /// It is a setting, no statement.
    pub(super) setting: bool,
}

impl Stop<'_> {
    /// A text in the place of the first of what was not read.
    pub(super) fn write(&self, was: &str, text: impl Into<String>) -> Fix {
        let start = self.at as u32;
        Fix::write(Span { start, end: start + was.len() as u32, file: 0 }, was, text)
    }

    /// A blank in the place of a sign and the blanks around it.
    pub(super) fn blank(&self, sign: usize) -> Fix {
        let rest = &self.rest[sign..];
        let end = self.at + self.rest.len() - rest.trim_start().len();
        Fix::replace(Span { file: 0, start: self.before.len() as u32, end: end as u32 }, " ")
    }
}

/// A mistake without its place.
pub(super) fn mistake(message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::Syntax, Span::default(), message).help(help)
}

/// Bytes of the word that a text begins with.
pub(super) fn word_length(text: &str) -> usize {
    text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len())
}
