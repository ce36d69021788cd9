//! Places in a C text.

/// A range of bytes in the C text, and the line of its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// The line, from 1.
    pub line: u32,
    /// The first byte.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
}

impl Place {
    /// The start of the text.
    pub const START: Self = Self {
        line: 1,
        start: 0,
        end: 0,
    };

    /// The place from this one to a later one.
    #[must_use]
    pub fn to(self, last: Self) -> Self {
        let end = last.end.max(self.end);
        Self { end, ..self }
    }
}
