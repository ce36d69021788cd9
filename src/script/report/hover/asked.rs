//! The input and the result of a hover request.

use std::ops::Range;

use crate::lang::layout::Token;
use crate::lang::source::Sources;
use crate::run::state::State;

/// A text and its analysis.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The text.
    pub text: &'a str,
    /// Its tokens.
    pub tokens: &'a [Token],
    /// The files of the script; the text is the first.
    pub sources: &'a Sources,
    /// Returns the known state before the statement at a byte.
    pub state: &'a dyn Fn(usize) -> State,
}

/// The information about a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoverInfo {
    /// The bytes it describes.
    pub span: Range<usize>,
    /// The name of the fact at these bytes, if any.
    pub fact: Option<String>,
    /// The text in Markdown.
    pub text: String,
}
