//! Where something stands in a script.

/// A place in a source file: bytes `start..end` of file number `file` in [`super::source::Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// Number of the file in the sources.
    pub file: u32,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}
