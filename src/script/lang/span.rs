//! Where something stands in a script.

/// A place in a source file: bytes `start..end` of file number `file` in [`super::source::Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// Number of the file in the sources.
    pub file: u32,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// Whether two places share a byte, or are the same.
    pub fn meets(self, other: Self) -> bool {
        self == other || self.file == other.file && self.start < other.end && other.start < self.end
    }
}
