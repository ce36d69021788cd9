//! Places in a script.

use std::ops::Range;

/// A range in a source file: bytes `start..end` of file number `file` in [`super::source::Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The number of the file in the sources.
    pub file: u32,
    /// The first byte.
    pub start: u32,
    /// The byte after the last byte of the span.
    pub end: u32,
}

impl Span {
    /// Returns the start of a file.
    pub fn start_of(file: u32) -> Self {
        Self { file, start: 0, end: 0 }
    }

    /// Returns the span of these bytes of a file.
    pub(crate) fn new(file: u32, bytes: Range<usize>) -> Self {
        Self { file, start: bytes.start as u32, end: bytes.end as u32 }
    }

    /// Returns the byte range of the span.
    pub fn bytes(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether two spans share a byte or are equal.
    pub fn meets(self, other: Self) -> bool {
        self == other || self.file == other.file && self.start < other.end && other.start < self.end
    }
}
