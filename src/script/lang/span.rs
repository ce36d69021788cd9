//! Places in a script.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
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
        Self {
            file,
            start: 0,
            end: 0,
        }
    }

    /// Returns the span of these bytes of a file.
    pub(crate) fn new(file: u32, bytes: Range<usize>) -> Self {
        Self {
            file,
            start: bytes.start as u32,
            end: bytes.end as u32,
        }
    }

    /// Returns the span from the start of this span to the end of a later one.
    pub(crate) fn to(self, last: Self) -> Self {
        self.ending_at(last.end)
    }

    /// Returns the span between this span and a later one.
    pub(crate) fn gap(self, next: Self) -> Self {
        Self {
            start: self.end,
            end: next.start,
            ..self
        }
    }

    /// Returns the span with another first byte.
    pub(crate) fn starting_at(self, start: u32) -> Self {
        Self { start, ..self }
    }

    /// Returns the span that ends before another byte.
    pub(crate) fn ending_at(self, end: u32) -> Self {
        Self { end, ..self }
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

/// A map from places. A run looks up the place of each statement, so the hash of a place is cheap.
pub(crate) type SpanMap<V> = HashMap<Span, V, BuildHasherDefault<SpanHasher>>;

/// Multiplies by an odd number with no pattern in its bits, the golden ratio times 2^64.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SpanHasher(u64);

impl Hasher for SpanHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0.rotate_left(23) ^ u64::from(number)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    /// The high bits depend on all bits of a place, and a map also uses the low ones.
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
}
