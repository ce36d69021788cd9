//! Parses a trace line and the numbers in it.

use super::record::{Op, Record};

/// Size in bytes of an access whose line specifies no size: a word, as in Dinero.
pub(crate) const DEFAULT_SIZE: u32 = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    Record(Record),
    /// A comment or a blank line.
    Nothing,
    /// A malformed line, with the reason.
    Bad(&'static str),
}

/// A record, or the reason why a line contains no record.
pub(crate) type Parsed = Result<Record, &'static str>;

impl From<Parsed> for Line {
    fn from(parsed: Parsed) -> Self {
        match parsed {
            Ok(record) => Line::Record(record),
            Err(why) => Line::Bad(why),
        }
    }
}

/// Creates a record with these fields.
///
/// # Errors
/// Fails if the size is invalid.
pub(crate) fn record(op: Op, address: u64, size: u64) -> Parsed {
    match u32::try_from(size) {
        Ok(0) => Err("a size of 0"),
        Ok(size @ 1..=Record::MOST_BYTES) => Ok(Record { address, size, op }),
        _ => Err("a size of more than 4096 bytes"),
    }
}

/// Whether a line is blank or a comment.
pub(crate) fn is_comment(line: &[u8]) -> bool {
    matches!(line.trim_ascii_start().first(), None | Some(b'#'))
}

/// Parses the hexadecimal number at the start of a text, with or without `0x`.
///
/// # Errors
/// Fails if there is no number, or if it exceeds 64 bits.
pub(crate) fn hex(text: &[u8]) -> Result<(u64, &[u8]), &'static str> {
    let digits = text
        .strip_prefix(b"0x")
        .or_else(|| text.strip_prefix(b"0X"))
        .unwrap_or(text);
    let (number, rest) = number(digits, 16).ok_or("an address of more than 64 bits")?;
    if rest.len() == digits.len() {
        return Err("no hexadecimal address where one is expected");
    }
    Ok((number, rest))
}

/// Parses the decimal number at the start of a text.
///
/// # Errors
/// Fails if there is no number, or if it exceeds 64 bits.
pub(crate) fn decimal(text: &[u8]) -> Result<(u64, &[u8]), &'static str> {
    let (number, rest) = number(text, 10).ok_or("a number with more than 64 bits")?;
    if rest.len() == text.len() {
        Err("no number where one is expected")
    } else {
        Ok((number, rest))
    }
}

/// The fields of a line, which blanks separate.
pub(crate) fn fields(text: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    text.split(u8::is_ascii_whitespace)
        .filter(|field| !field.is_empty())
}

/// Parses a field that is a hexadecimal number, with or without `0x`.
///
/// # Errors
/// Fails if the field is not such a number.
pub(crate) fn whole_hex(field: &[u8]) -> Result<u64, &'static str> {
    let (number, rest) = hex(field)?;
    if rest.is_empty() {
        Ok(number)
    } else {
        Err("a number that is not hexadecimal")
    }
}

/// Parses a field that is a decimal number.
///
/// # Errors
/// Fails if the field is not such a number.
pub(crate) fn whole_decimal(field: &[u8]) -> Result<u64, &'static str> {
    let (number, rest) = decimal(field)?;
    if rest.is_empty() {
        Ok(number)
    } else {
        Err("a number that is not decimal")
    }
}

/// Whether a field looks like a number or an address: decimal digits, hexadecimal digits that begin with a decimal one, a
/// hexadecimal number with `0x`, or at least six hexadecimal digits that are no word.
pub(crate) fn looks_like_number(field: &[u8]) -> bool {
    let field = field
        .strip_prefix(b"-")
        .or_else(|| field.strip_prefix(b"+"))
        .unwrap_or(field);
    let prefixed = field.starts_with(b"0x") || field.starts_with(b"0X");
    let digits = if prefixed { &field[2..] } else { field };
    let Some(first) = digits.first() else {
        return false;
    };
    digits.iter().all(u8::is_ascii_hexdigit)
        && (prefixed
            || first.is_ascii_digit()
            || digits.len() >= 6 && digits.iter().any(u8::is_ascii_digit))
}

/// The number at the start of a text and the remaining text, or `None` if the number exceeds 64 bits.
fn number(text: &[u8], base: u32) -> Option<(u64, &[u8])> {
    let mut value = 0_u64;
    for (at, byte) in text.iter().enumerate() {
        let Some(digit) = char::from(*byte).to_digit(base) else {
            return Some((value, &text[at..]));
        };
        value = value
            .checked_mul(u64::from(base))?
            .checked_add(u64::from(digit))?;
    }
    Some((value, &[]))
}
