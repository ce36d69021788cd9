//! Parses lines in lackey's exact format, eight digits at a time.
//!
//! For every accepted line, this parser returns the same record as [`super::line()`], which parses all other
//! lines. The first eight digits are treated as a single 64-bit number whose bytes are processed in parallel.
//! The code distinguishes the line formats with predictable branches instead of arithmetic, so that the
//! processor can start the next line before it finishes the current one.

use crate::trace::record::{Op, Record, RecordBatch};

/// Number of bytes examined. Accepted lines are never longer than this number.
const WINDOW: usize = 32;
/// Offset of the address, after `I  `, ` L `, ` S `, or ` M `.
const ADDRESS: usize = 3;
/// Minimum number of digits of an address, which lackey pads.
const DIGITS: usize = 8;

/// The value 1 in each byte.
const ONES: u64 = 0x0101_0101_0101_0101;
/// The digit 0 in each byte.
const ZEROS: u64 = ONES * b'0' as u64;

/// The first bytes of lines, indexed by the low bits of the second byte. Rows of zeros do not match any line.
const OPS: [([u8; ADDRESS], Op); 8] = [
    (*b"I  ", Op::Fetch),
    ([0; 3], Op::Fetch),
    ([0; 3], Op::Fetch),
    (*b" S ", Op::Store),
    (*b" L ", Op::Load),
    (*b" M ", Op::Modify),
    ([0; 3], Op::Fetch),
    ([0; 3], Op::Fetch),
];

/// Size in bytes of a fetch with an address of eight digits and a size of one digit.
const FETCH: usize = 14;

/// Adds the records at the start of a text while each line has the usual format, up to `most` records in
/// total. Only counts fetches of size [`FETCH`] if `counts_fetches` is true. Returns the size of these lines in bytes.
pub(crate) fn records(text: &[u8], batch: &mut RecordBatch, most: usize, counts_fetches: bool) -> usize {
    let RecordBatch { records, fetches } = batch;
    let mut at = 0;
    records.reserve(most.saturating_sub(records.len()));
    while records.len() < most {
        if counts_fetches {
            let counted = leading_fetches(&text[at..]);
            *fetches += counted as u64;
            at += counted * FETCH;
        }
        let Some((record, length)) = text.get(at..).and_then(<[u8]>::first_chunk).and_then(record) else {
            break;
        };
        records.push(record);
        at += length;
    }
    at
}

/// Number of fetches of size [`FETCH`] at the start of a text.
#[inline]
fn leading_fetches(text: &[u8]) -> usize {
    let mut fetches = 0;
    while text.get(fetches * FETCH..).and_then(<[u8]>::first_chunk).is_some_and(is_fetch) {
        fetches += 1;
    }
    fetches
}

/// Whether the first line of a text is a fetch of size [`FETCH`].
#[inline]
fn is_fetch(text: &[u8; 16]) -> bool {
    let [begin, end] = [word(text, 0), word(text, 8)];
    // The comma and the newline are the bytes 11 and 13, and the size is between them.
    begin & 0x00ff_ffff == 0x0020_2049
        && (end >> 24) & 0x00ff_00ff == 0x000a_002c
        && (1..10).contains(&(end >> 32 & 0xff).wrapping_sub(u64::from(b'0')))
        && nibbles((begin >> 24) | (end << 40)).is_some()
}

/// The record in the first line of a text, and the size of the line.
#[inline]
fn record(text: &[u8; WINDOW]) -> Option<(Record, usize)> {
    let (begins, op) = OPS[usize::from(text[1] & 7)];
    if text[..ADDRESS] != begins {
        return None;
    }
    let (address, at) = address(text)?;
    let (size, length) = size(text, at)?;
    Some((Record { address, size, op }, length))
}

/// The address, and the offset of the size.
#[inline]
fn address(text: &[u8; WINDOW]) -> Option<(u64, usize)> {
    const END: usize = ADDRESS + DIGITS;
    let high = number(word(text, ADDRESS))?;
    // The cases are code and heap addresses, stack addresses, and all other addresses with up to fifteen
    // digits.
    if text[END] == b',' {
        Some((high, END + 1))
    } else if text[END + 2] == b',' {
        let digits = u64::from(text[END]) | (u64::from(text[END + 1]) << 8);
        let low = number(digits | (ZEROS << 16))?;
        Some(((high << 8) | (low >> 24), END + 3))
    } else {
        let rest = word(text, END);
        let bits = comma(rest)?;
        let low = number((rest & !(u64::MAX << bits)) | (ZEROS << bits))?;
        Some((((high << 32) | low) >> (32 - bits / 2), END + bits as usize / 8 + 1))
    }
}

/// A size of one or two digits before a newline, and the offset after the newline.
#[inline]
fn size(text: &[u8; WINDOW], at: usize) -> Option<(u32, usize)> {
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
fn word(text: &[u8], at: usize) -> u64 {
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
    let nibbles = nibbles(digits)?;
    // Combine the digits into pairs, then into groups of four, and then into one number. The first digit is
    // the most significant.
    let pairs = ((nibbles << 4) | (nibbles >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = ((pairs << 8) | (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    Some(((fours << 16) | (fours >> 32)) & 0xffff_ffff)
}

/// Number of bits before the first comma in eight bytes.
#[inline]
fn comma(bytes: u64) -> Option<u32> {
    let differ = bytes ^ (ONES * 0x2c);
    // The lowest zero byte is the first byte at which the subtraction borrows.
    let zero = differ.wrapping_sub(ONES) & !differ & (ONES * 0x80);
    (zero != 0).then(|| zero.trailing_zeros() & !7)
}
