//! The results of a format's writer: files, or a refusal.

use std::fmt;

/// The part of a paper that a format does not support, and the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The part as named on the paper: `question 2, part a`.
    pub part: String,
    /// The reason and a fix: `… has free text of 4 cm, which QTI 1.2 cannot mark; leave it out or use
    /// …`.
    pub why: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.part, self.why)
    }
}

impl std::error::Error for Refusal {}

/// A file of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The path within the export, with `/` as the separator.
    pub path: String,
    /// The contents.
    pub bytes: Vec<u8>,
}
