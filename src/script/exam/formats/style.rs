//! Layout options for a paper, shared by the writers of all formats.

use std::fmt;

use super::labels::Labels;

/// Layout options for a paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Style {
    pub page: PageSize,
    /// Whether to use 18-point type.
    pub large: bool,
    /// Whether the last page lists powers of two, if the format has pages.
    pub powers: bool,
    /// The labels of facts and of the paper's words.
    pub labels: Labels,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            page: PageSize::A4,
            large: false,
            powers: true,
            labels: Labels::default(),
        }
    }
}

/// The size of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PageSize {
    /// 210 mm × 297 mm.
    #[default]
    A4,
    /// 8.5 in × 11 in.
    Letter,
}

impl PageSize {
    /// Each size with the name of its option.
    pub const NAMES: [(&'static str, Self); 2] = [("a4", Self::A4), ("letter", Self::Letter)];

    /// Returns the width and height in millimeters.
    pub(crate) fn size(self) -> (f64, f64) {
        match self {
            Self::A4 => (210.0, 297.0),
            Self::Letter => (215.9, 279.4),
        }
    }

    /// Returns the option name of this size.
    pub fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(_, size)| *size == self)
            .map_or("", |(name, _)| name)
    }
}

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
    pub bytes: Vec<u8>,
}
