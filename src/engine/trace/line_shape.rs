//! The usual shapes of trace lines, whose bytes are all compared at once.

/// Number of bytes that a [`Shape`] examines.
pub(super) const SHAPE: usize = 16;

/// The permitted bytes of a line: for each position, two ranges, as their first bytes and lengths.
pub(super) struct Shape {
    ranges: [[u8; SHAPE]; 4],
    /// Size of the line in bytes, with its newline.
    pub(super) size: usize,
}

impl Shape {
    /// Creates a shape from the first and the last line, in alphabetical order, with decimal digits and with letters.
    pub(super) const fn new<const N: usize>(
        first: &[u8; N],
        last: &[u8; N],
        a: &[u8; N],
        f: &[u8; N],
    ) -> Self {
        // The bytes after the line are arbitrary.
        let mut ranges = [[0; SHAPE], [u8::MAX; SHAPE], [0; SHAPE], [u8::MAX; SHAPE]];
        let mut at = 0;
        while at < N {
            ranges[0][at] = first[at];
            ranges[1][at] = last[at] - first[at];
            ranges[2][at] = a[at];
            ranges[3][at] = f[at] - a[at];
            at += 1;
        }
        Self { ranges, size: N }
    }

    /// Whether a text starts with a line of this shape. Compilers turn the loop into a few vector instructions.
    #[inline(always)]
    pub(super) fn fits(&self, text: &[u8; SHAPE]) -> bool {
        let [first, length, second, other_length] = &self.ranges;
        let ranges = first
            .iter()
            .zip(length)
            .zip(second.iter().zip(other_length));
        let outside =
            |byte: u8, first: u8, length: u8| byte.wrapping_sub(first).saturating_sub(length);
        let mut fits = true;
        for (byte, ((first, length), (second, other_length))) in text.iter().zip(ranges) {
            fits &=
                outside(*byte, *first, *length).min(outside(*byte, *second, *other_length)) == 0;
        }
        fits
    }
}
