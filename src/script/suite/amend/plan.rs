//! The planned edits of a script, and the expectations to leave unchanged.

use std::collections::BTreeMap;

use crate::lang::edit::TextEdit;
use crate::lang::span::Span;

/// A failed expectation that remains unchanged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftAlone {
    pub(crate) span: Span,
    /// The fact's name, the cell's column, or the left side of a comparison.
    pub(crate) fact: String,
    pub(crate) reason: String,
}

/// The planned changes after a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The edits in text order, without overlaps.
    pub edits: Vec<TextEdit>,
    /// Numbers of facts and cells in the edits, by file.
    pub facts: BTreeMap<u32, usize>,
    /// The unchanged expectations, in text order.
    pub left: Vec<LeftAlone>,
}
