//! What is asked, and what is told.

use std::ops::Range;

use crate::lang::layout::Token;
use crate::lang::source::Sources;
use crate::run::state::State;

/// A text, and what is known of it.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The text.
    pub text: &'a str,
    /// Its tokens.
    pub tokens: &'a [Token],
    /// The files of the script; the text is the first.
    pub sources: &'a Sources,
    /// What is known before the statement at a byte.
    pub state: &'a dyn Fn(usize) -> State,
}

/// What is to be told of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoverInfo {
    /// The bytes that it is told of.
    pub span: Range<usize>,
    /// The name of the fact that they are, if they are one.
    pub fact: Option<String>,
    /// Markdown.
    pub text: String,
}
