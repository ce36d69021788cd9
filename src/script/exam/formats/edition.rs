//! Editions of a paper.

/// An edition of a paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// For students: its blanks are empty.
    Paper,
    /// For markers: its blanks are filled in.
    Key,
    /// For students after the exam: the key with worked solutions.
    Solutions,
}

impl Edition {
    /// Whether the blanks are filled in.
    pub(crate) fn filled(self) -> bool {
        self != Self::Paper
    }
}
