//! Editions of a paper.

/// An edition of a paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// For students, with empty blanks.
    Paper,
    /// For graders, with the blanks filled in.
    Key,
    /// For students after the exam: the key with worked solutions.
    Solutions,
}

impl Edition {
    /// Whether the blanks of this edition are filled in.
    pub(crate) fn filled(self) -> bool {
        self != Self::Paper
    }
}
