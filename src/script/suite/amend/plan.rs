//! What to write in a script, and what is left alone.

use crate::lang::edit::TextEdit;
use crate::lang::span::Span;

/// A fact that does not hold and stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftAlone {
    pub(crate) span: Span,
    /// The fact's name, the cell's column, or the left side of a comparison.
    pub(crate) fact: String,
    pub(crate) reason: String,
}

/// What comes of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// What to write, in the order of the texts; no two meet.
    pub edits: Vec<TextEdit>,
    /// How many facts and cells these write.
    pub facts: usize,
    /// What is left alone, in the order of the texts.
    pub left: Vec<LeftAlone>,
}
