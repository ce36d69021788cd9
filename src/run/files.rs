//! The machine files that a script names, read before it runs.

use crate::lang::span::Span;

/// Machine files, by the place of the string that names them.
#[derive(Debug, Default)]
pub struct Files {}

impl Files {
    /// The number among the sources of the file that the string at this place names.
    pub fn number(&self, _: Span) -> Option<u32> {
        None
    }
}
