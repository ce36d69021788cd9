//! For whom a paper is printed.

/// For whom a paper is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// For students: its blanks are empty.
    Paper,
    /// For markers: its blanks are filled in.
    Key,
    /// For students afterwards: the key, with the steps that lead to it.
    Solutions,
}

impl Edition {
    /// Whether its blanks are filled in.
    pub(crate) fn filled(self) -> bool {
        self != Self::Paper
    }
}
