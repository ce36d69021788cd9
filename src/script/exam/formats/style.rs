//! How a paper is laid out: what the writers of formats are told besides the paper.

use super::labels::Labels;

/// How a paper is laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Style {
    /// The size of its pages.
    pub page: PageSize,
    /// Use 18-point type.
    pub large: bool,
    /// With the powers of two on its last page, where the format has pages.
    pub powers: bool,
    /// What facts and the paper's own words are called.
    pub labels: Labels,
}

impl Default for Style {
    fn default() -> Self {
        Self { page: PageSize::A4, large: false, powers: true, labels: Labels::default() }
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
    /// Each size with its name as an option.
    pub const NAMES: [(&'static str, Self); 2] = [("a4", Self::A4), ("letter", Self::Letter)];

    /// Its width and height in millimetres.
    pub(crate) fn size(self) -> (f64, f64) {
        match self {
            Self::A4 => (210.0, 297.0),
            Self::Letter => (215.9, 279.4),
        }
    }

    /// Its name as an option.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, size)| *size == self).map_or("", |(name, _)| name)
    }
}
