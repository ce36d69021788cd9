//! Reads and writes the bytes of a block's body.

/// The reason why a body is invalid.
pub(crate) type PackError = &'static str;

/// The number of distances in the body does not match the body's forms.
pub(crate) const OTHER_DISTANCES: PackError = "a block has too many or too few address distances";

/// Appends a number in groups of seven bits, one per byte, lowest first. The highest bit is set in all bytes
/// except the last.
pub(crate) fn put_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Masks of the first `n` bytes of a number.
const BITS: [u64; 9] = {
    let mut bits = [u64::MAX; 9];
    let mut width = 0;
    while width < 8 {
        bits[width] = (1 << (8 * width)) - 1;
        width += 1;
    }
    bits
};

/// A position from which bytes are read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cursor(pub(crate) usize);

impl Cursor {
    #[inline]
    pub(crate) fn byte(&mut self, bytes: &[u8]) -> Result<u8, PackError> {
        let byte = *bytes
            .get(self.0)
            .ok_or("the body of a block ends too early")?;
        self.0 += 1;
        Ok(byte)
    }

    pub(crate) fn bytes<'a>(
        &mut self,
        bytes: &'a [u8],
        count: usize,
    ) -> Result<&'a [u8], PackError> {
        let taken = bytes
            .get(self.0..)
            .and_then(|rest| rest.get(..count))
            .ok_or("the body of a block ends too early")?;
        self.0 += count;
        Ok(taken)
    }

    #[inline]
    pub(crate) fn number(&mut self, bytes: &[u8]) -> Result<u64, PackError> {
        let first = self.byte(bytes)?;
        if first < 0x80 {
            Ok(u64::from(first))
        } else {
            self.longer(bytes, first)
        }
    }

    fn longer(&mut self, bytes: &[u8], first: u8) -> Result<u64, PackError> {
        let mut number = u64::from(first & 0x7f);
        for shift in (7..64).step_by(7) {
            let byte = self.byte(bytes)?;
            let part = u64::from(byte & 0x7f);
            if part << shift >> shift != part {
                break;
            }
            number |= part << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err("a number with more than 64 bits")
    }

    /// Reads a count that must not exceed `most`.
    pub(crate) fn count(&mut self, bytes: &[u8], most: usize) -> Result<usize, PackError> {
        let number = usize::try_from(self.number(bytes)?).ok();
        number
            .filter(|number| *number <= most)
            .ok_or("a count is too large")
    }

    /// Reads a little-endian number of `width` bytes, at most eight. Eight bytes must be available even if
    /// fewer bytes are read.
    #[inline]
    pub(crate) fn fixed(&mut self, bytes: &[u8], width: u8) -> Result<u64, PackError> {
        let eight = bytes
            .get(self.0..)
            .and_then(<[u8]>::first_chunk)
            .ok_or(OTHER_DISTANCES)?;
        self.0 += usize::from(width);
        Ok(u64::from_le_bytes(*eight) & BITS[usize::from(width & 15)])
    }
}
