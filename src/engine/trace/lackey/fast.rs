//! Parses lines in lackey's exact format, eight digits at a time.
//!
//! For every accepted line, this parser returns the same record as [`super::line()`], which parses all other
//! lines. The first eight digits are treated as a single 64-bit number whose bytes are processed in parallel.
//! The code distinguishes the line formats with predictable branches instead of arithmetic, so that the
//! processor can start the next line before it finishes the current one.

use crate::trace::record::{Op, Record};

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

/// Adds the records at the start of a text while each line has the usual format, up to `most` records in
/// total. Returns the size of these lines in bytes.
pub(crate) fn records(text: &[u8], records: &mut Vec<Record>, most: usize) -> usize {
    let mut at = 0;
    records.reserve(most.saturating_sub(records.len()));
    while records.len() < most {
        let Some((record, length)) = text.get(at..).and_then(<[u8]>::first_chunk).and_then(record) else {
            break;
        };
        records.push(record);
        at += length;
    }
    at
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
fn word(text: &[u8; WINDOW], at: usize) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&text[at..at + 8]);
    u64::from_le_bytes(bytes)
}

/// The value of eight lowercase hexadecimal digits.
#[inline]
fn number(digits: u64) -> Option<u64> {
    // Bit 6 is set only in letters, whose low bits are 1 to 6.
    let nibbles = (digits & (ONES * 0x0f)) + 9 * ((digits >> 6) & ONES);
    // The ASCII digits for these values. `a` is 39 greater than the character after `9`.
    let written = nibbles + ZEROS + 39 * (((nibbles + ONES * 6) >> 4) & ONES);
    if (digits ^ written) | (nibbles & (ONES * 0xf0)) != 0 {
        return None;
    }
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
