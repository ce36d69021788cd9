//! Layout options for a paper, shared by the writers of all formats.

use super::labels::Labels;

/// Layout options for a paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Style {
    /// The page size.
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
