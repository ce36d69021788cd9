//! Parses the digits of trace lines, eight at a time.
//!
//! Eight digits are a 64-bit number whose bytes are processed in parallel.

/// Number of bytes that the fast parsers of lines examine. Accepted lines are never longer than this number.
pub(super) const WINDOW: usize = 32;
/// Number of digits that are parsed at a time.
const DIGITS: usize = 8;

/// The value 1 in each byte.
const ONES: u64 = 0x0101_0101_0101_0101;
/// The digit 0 in each byte.
const ZEROS: u64 = ONES * b'0' as u64;

/// The number of one to fifteen lowercase hexadecimal digits before the byte `end`, and the offset after this byte.
#[inline(always)]
pub(super) fn hex(text: &[u8; WINDOW], at: usize, end: u8) -> Option<(u64, usize)> {
    // Branches for the common lengths let the processor start the next field before it knows the length of this one.
    let digits = word(text, at);
    if text[at + 8] == end
        && let Some(found) = number(digits)
    {
        Some((found, at + 9))
    } else if text[at + 10] == end
        && let Some(high) = number(digits)
    {
        let low = number(padded(word(text, at + DIGITS), 16))?;
        Some(((high << 8) | (low >> 24), at + 11))
    } else if text[at + 7] == end
        && let Some(found) = number(padded(digits, 56))
    {
        Some((found >> 4, at + 8))
    } else if text[at + 6] == end
        && let Some(found) = number(padded(digits, 48))
    {
        Some((found >> 8, at + 7))
    } else {
        hex_of_any_length(text, at, end)
    }
}

#[inline(never)]
fn hex_of_any_length(text: &[u8; WINDOW], at: usize, end: u8) -> Option<(u64, usize)> {
    let digits = word(text, at);
    if let Some(bits) = bits_before(digits, end) {
        let found = number(padded(digits, bits)).filter(|_| bits > 0)?;
        return Some((found >> (32 - bits / 2), at + bits as usize / 8 + 1));
    }
    let (high, rest) = (number(digits)?, word(text, at + DIGITS));
    let bits = bits_before(rest, end)?;
    let low = number(padded(rest, bits))?;
    Some((
        ((high << 32) | low) >> (32 - bits / 2),
        at + DIGITS + bits as usize / 8 + 1,
    ))
}

/// The bytes in the lowest `bits` bits of a word, followed by the digit 0.
#[inline]
fn padded(digits: u64, bits: u32) -> u64 {
    (digits & !(u64::MAX << bits)) | (ZEROS << bits)
}

/// A size of one or two digits before a newline, and the offset after the newline.
#[inline]
pub(super) fn decimal_size(text: &[u8; WINDOW], at: usize) -> Option<(u32, usize)> {
    let digit = |at: usize| u32::from(text[at].wrapping_sub(b'0'));
    let first = digit(at);
    if !(1..10).contains(&first) {
        return None;
    }
    if text[at + 1] == b'\n' {
        return Some((first, at + 2));
    }
    let second = digit(at + 1);
    (second < 10 && text[at + 2] == b'\n').then_some((10 * first + second, at + 3))
}

/// Eight bytes as a number whose lowest bits are the first byte.
#[inline]
pub(super) fn word(text: &[u8], at: usize) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&text[at..at + 8]);
    u64::from_le_bytes(bytes)
}

/// The values of eight lowercase hexadecimal digits, one in each byte.
#[inline]
fn nibbles(digits: u64) -> Option<u64> {
    // Now the decimal digits are 0 to 9, and the letters are 0x51 to 0x56. Bit 6 is set only in letters.
    let shifted = digits ^ ZEROS;
    let letters = (shifted >> 6) & ONES;
    let nibbles = shifted.wrapping_sub(letters * 0x47);
    // Letters are 10 or more, so that adding 6 sets bit 4, and decimal digits are less than 10.
    let ten_or_more = nibbles.wrapping_add(ONES * 6) >> 4;
    let wrong = ((ten_or_more ^ letters) & ONES) | (nibbles & (ONES * 0xf0));
    (wrong == 0).then_some(nibbles)
}

/// The value of eight lowercase hexadecimal digits.
#[inline]
fn number(digits: u64) -> Option<u64> {
    nibbles(digits).map(combined)
}

/// The value of eight bytes that are lowercase hexadecimal digits, or 0.
#[inline(always)]
pub(super) fn value(digits: u64) -> u64 {
    // Bit 6 is set only in letters, whose low four bits are the value minus 9.
    combined((digits & (ONES * 0x0f)) + ((digits >> 6) & ONES) * 9)
}

/// Combines eight digits into a number. The first digit is the most significant.
#[inline(always)]
fn combined(nibbles: u64) -> u64 {
    // Each multiplication shifts a group of digits by its size and adds the next group: to pairs, to fours, and to one number.
    let pairs = (nibbles.wrapping_mul(1 + (1 << 12)) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(1 + (1 << 24)) >> 16) & 0x0000_ffff_0000_ffff;
    fours.wrapping_mul(1 + (1 << 48)) >> 32
}

/// Number of bits before the first byte `end` in eight bytes.
#[inline]
fn bits_before(bytes: u64, end: u8) -> Option<u32> {
    let differ = bytes ^ (ONES * u64::from(end));
    // The lowest zero byte is the first byte at which the subtraction borrows.
    let zero = differ.wrapping_sub(ONES) & !differ & (ONES * 0x80);
    (zero != 0).then(|| zero.trailing_zeros() & !7)
}

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
