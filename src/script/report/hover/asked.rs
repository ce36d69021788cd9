//! The input and result of a hover request.

use std::ops::Range;

use crate::lang::layout::Token;
use crate::lang::source::Sources;
use crate::run::state::State;

/// The text of a script, with the results of its analysis.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The text.
    pub text: &'a str,
    /// The tokens.
    pub tokens: &'a [Token],
    /// The files of the script, beginning with the text itself.
    pub sources: &'a Sources,
    /// Returns the state known before the statement at a byte.
    pub state: &'a dyn Fn(usize) -> State,
}

/// Information about a position in a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoverInfo {
    /// The bytes that the information describes.
    pub span: Range<usize>,
    /// The name of the fact at these bytes, if any.
    pub fact: Option<String>,
    /// The text in Markdown.
    pub text: String,
}
