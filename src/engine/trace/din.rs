//! The traditional and extended Dinero formats, and lines with the address first. The label of each line determines the format.
//!
//! The traditional format is `LABEL ADDRESS`: `0` is a read, `1` is a write, and `2` is a fetch of a
//! four-byte word. The extended format is `LABEL ADDRESS SIZE`: `r` and `m` are reads, `w` is a write, and
//! `i` is a fetch. Traces of operating-system courses often omit the size, or have lines `ADDRESS LABEL` such as `0041f7a0 R`, so
//! the size is optional, the labels of the extended format may be uppercase, and they may follow the address. Addresses and sizes
//! are hexadecimal. The rest of a line is a comment. The remaining labels
//! (`3`, `4`, `c`, and `v`) are simulator commands, not references. Pagewalk reports simulator commands as
//! malformed lines instead of skipping them silently, because skipping a command such as a flush would change
//! the counts.

use super::digits::{self, WINDOW};
use super::line::{self, DEFAULT_SIZE, Line, Parsed};
use super::record::{Op, Record};

pub(crate) fn line(line: &[u8]) -> Line {
    let text = line.trim_ascii();
    if line::is_comment(text) { Line::Nothing } else { record(text).into() }
}

fn record(text: &[u8]) -> Parsed {
    let mut fields = text.split(u8::is_ascii_whitespace).filter(|field| !field.is_empty());
    let label = fields.next().unwrap_or_default();
    let second = fields.next();
    if let Some(op) = second.and_then(letter) {
        // No letter of the extended format is a hexadecimal digit, so the first field is the address.
        return extended(op, label, fields.next());
    }
    let no_address = "no address after the label";
    let op = match label {
        [label @ b'0'..=b'2'] => TRADITIONAL[usize::from(label - b'0')],
        b"3" => return Err("an escape record, which is not a memory reference"),
        b"4" => return Err("a cache flush command, which is not supported"),
        b"c" => return Err("a copy-back command, which is not supported"),
        b"v" => return Err("an invalidate command, which is not supported"),
        _ => {
            let op = letter(label).ok_or("no label 0, 1, 2, r, w, or i")?;
            return extended(op, second.ok_or(no_address)?, fields.next());
        }
    };
    line::record(op, number(second.ok_or(no_address)?)?, u64::from(DEFAULT_SIZE))
}

/// The record in the first line of a text, and the size of the line in bytes. Only parses lines such as `0 7ffe8` and `r 7ffe8 4`.
#[inline]
pub(crate) fn fast_record(text: &[u8; WINDOW]) -> Option<(Record, usize)> {
    if text[1] != b' ' {
        return None;
    }
    if let label @ b'0'..=b'2' = text[0] {
        let (address, length) = digits::hex(text, 2, b'\n')?;
        return Some((
            Record { address, size: DEFAULT_SIZE, op: TRADITIONAL[usize::from(label - b'0')] },
            length,
        ));
    }
    let op = letter(&text[..1])?;
    let (address, at) = digits::hex(text, 2, b' ')?;
    let size = char::from(text[at]).to_digit(16).filter(|size| *size > 0 && text[at + 1] == b'\n')?;
    Some((Record { address, size, op }, at + 2))
}

/// The accesses of the labels 0, 1, and 2.
const TRADITIONAL: [Op; 3] = [Op::Load, Op::Store, Op::Fetch];

/// The access of a label of the extended format.
fn letter(label: &[u8]) -> Option<Op> {
    match label {
        b"r" | b"R" | b"m" | b"M" => Some(Op::Load),
        b"w" | b"W" => Some(Op::Store),
        b"i" | b"I" => Some(Op::Fetch),
        _ => None,
    }
}

/// A record of the extended format. A field that is not a number is a comment, not a size.
fn extended(op: Op, address: &[u8], size: Option<&[u8]>) -> Parsed {
    let size = size.filter(|size| size.first().is_some_and(u8::is_ascii_hexdigit));
    line::record(op, number(address)?, size.map_or(Ok(DEFAULT_SIZE.into()), number)?)
}

fn number(field: &[u8]) -> Result<u64, &'static str> {
    let (number, rest) = line::hex(field)?;
    if rest.is_empty() { Ok(number) } else { Err("a number that is not hexadecimal") }
}
