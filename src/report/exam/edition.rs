//! For whom a paper is printed.

/// For whom a paper is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// For students: its blanks are empty.
    Paper,
    /// For markers: its blanks are filled in.
    Key,
}
