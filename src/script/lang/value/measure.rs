//! The measures of numbers. A number with a unit keeps its measure in sums, products, and quotients, so that its unit
//! is printed, and so that bytes are not compared with pages.
//!
//! `docs/decisions/units.md` gives the reasons.

/// The measure of a number. A plain number can measure anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// A size in bytes.
    Bytes,
    /// A width or count of bits.
    Bits,
    /// A time in nanoseconds.
    Time,
    /// A time in cycles.
    Cycles,
    /// A number of pages.
    Pages,
}

impl Measure {
    /// Returns the unit of the numbers that measure this.
    pub(crate) const fn unit(self) -> &'static str {
        match self {
            Self::Bytes => "B",
            Self::Bits => "bits",
            Self::Time => "ns",
            Self::Cycles => "cycles",
            Self::Pages => "pages",
        }
    }

    pub(super) const fn noun(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Bits => "bits",
            Self::Time => "a time",
            Self::Cycles => "cycles",
            Self::Pages => "pages",
        }
    }
}
