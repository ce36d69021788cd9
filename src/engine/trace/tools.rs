//! The text formats of tools other than Valgrind: Dinero, Pin, and the traces of SPEC programs.

use super::digits::WINDOW;
use super::line::{DEFAULT_SIZE, Line, Parsed};
use super::record::{Op, Record};
use super::{digits, line};

// The traditional and extended Dinero formats, and lines with the address first. The label of each line determines the format.
//
// The traditional format is `LABEL ADDRESS`: `0` is a read, `1` is a write, and `2` is a fetch of a
// four-byte word. The extended format is `LABEL ADDRESS SIZE`: `r` and `m` are reads, `w` is a write, and
// `i` is a fetch. Traces of operating-system courses often omit the size, or have lines `ADDRESS LABEL` such as `0041f7a0 R`, so
// the size is optional, the labels of the extended format may be uppercase, and they may follow the address. Addresses and sizes
// are hexadecimal. The rest of a line is a comment. Because a table of numbers could be taken for a trace with comments, a number is no
// comment, unless the user names the format. The remaining labels
// (`3`, `4`, `c`, and `v`) are simulator commands, not references. Pagewalk reports simulator commands as
// malformed lines instead of skipping them silently, because skipping a command such as a flush would change
// the counts.

/// The texts that may follow the fields of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comments {
    /// Anything, as in Dinero.
    All,
    /// Words, but no number.
    Words,
}

pub(crate) fn din_line(line: &[u8], comments: Comments) -> Line {
    let text = line.trim_ascii();
    if line::is_comment(text) {
        Line::Nothing
    } else {
        din_record(text, comments).into()
    }
}

fn din_record(text: &[u8], comments: Comments) -> Parsed {
    let mut fields = line::fields(text);
    let din_record = fields_of_record(&mut fields, comments)?;
    match fields.next() {
        Some(next) if comments == Comments::Words && line::looks_like_number(next) => Err(NUMBER),
        _ => Ok(din_record),
    }
}

/// The reason against a number after the fields of a record.
const NUMBER: &str = "a number after the record, which is no comment";

/// Parses the fields of a record, and leaves the rest of the line.
fn fields_of_record<'a>(
    fields: &mut (impl Iterator<Item = &'a [u8]> + Clone),
    comments: Comments,
) -> Parsed {
    let label = fields.next().unwrap_or_default();
    let second = fields.next();
    if let Some(op) = second.and_then(letter) {
        // No letter of the extended format is a hexadecimal digit, so the first field is the address.
        let size = size(fields)?;
        if comments == Comments::Words && size.is_some_and(|size| size.starts_with(b"0x")) {
            // A line such as `3 R 0x1fff` has another column before the access.
            return Err(NUMBER);
        }
        return extended(op, label, size);
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
            let address = second.ok_or(no_address)?;
            return extended(op, address, size(fields)?);
        }
    };
    line::record(
        op,
        line::whole_hex(second.ok_or(no_address)?)?,
        u64::from(DEFAULT_SIZE),
    )
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
            Record {
                address,
                size: DEFAULT_SIZE,
                op: TRADITIONAL[usize::from(label - b'0')],
            },
            length,
        ));
    }
    let op = letter(&text[..1])?;
    let (address, at) = digits::hex(text, 2, b' ')?;
    let size = char::from(text[at])
        .to_digit(16)
        .filter(|size| *size > 0 && text[at + 1] == b'\n')?;
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

/// The size after an address, or `None` if a comment or nothing follows.
fn size<'a>(
    fields: &mut (impl Iterator<Item = &'a [u8]> + Clone),
) -> Result<Option<&'a [u8]>, &'static str> {
    match fields.clone().next() {
        // A longer word of the letters a to f, such as `add`, is a comment.
        Some(size)
            if line::looks_like_number(size) || matches!(size, [b'a'..=b'f' | b'A'..=b'F']) =>
        {
            Ok(fields.next())
        }
        Some(size) if size.first().is_some_and(u8::is_ascii_digit) => {
            Err("a number that is not hexadecimal")
        }
        _ => Ok(None),
    }
}

/// A record of the extended format.
fn extended(op: Op, address: &[u8], size: Option<&[u8]>) -> Parsed {
    line::record(
        op,
        line::whole_hex(address)?,
        size.map_or(Ok(DEFAULT_SIZE.into()), line::whole_hex)?,
    )
}

// The output of `pinatrace`, an example tool of Intel's Pin: `0x40052d: W 0x7ffe4c58`.
//
// A line is the address of an instruction, the access, and the address of the data. Some versions of the tool also print the
// size in decimal digits and the value. An instruction with several accesses has several lines, and one without accesses has none,
// so the addresses of the instructions are not fetches. The tool prints `#eof` at the end.

pub(crate) fn pin_line(line: &[u8]) -> Line {
    let text = line.trim_ascii();
    if line::is_comment(text) {
        Line::Nothing
    } else {
        pin_record(text).into()
    }
}

fn pin_record(text: &[u8]) -> Parsed {
    let (_, rest) = line::hex(text)?;
    let rest = rest
        .trim_ascii_start()
        .strip_prefix(b":")
        .ok_or("no colon after the instruction's address")?;
    let mut fields = line::fields(rest);
    let op = match fields.next() {
        Some(b"R") => Op::Load,
        Some(b"W") => Op::Store,
        _ => return Err("no R or W after the instruction's address"),
    };
    let address = line::whole_hex(fields.next().unwrap_or_default())?;
    let size = fields
        .next()
        .map_or(Ok(DEFAULT_SIZE.into()), line::whole_decimal)?;
    line::record(op, address, size)
}

// Loads and stores with gaps: `# 0 7fffed80 1` or `l 0x1fffff50 1`.
//
// A line is the access (`# 0` or `l` loads, `# 1` or `s` stores), a hexadecimal address, and the gap: the number of instructions
// from the previous access to this one. The traces of SPEC programs that many courses on computer architecture share have these
// lines. The trace contains no addresses of instructions, so a replay ignores the gap.

pub(crate) fn gap_line(line: &[u8]) -> Line {
    let text = line.trim_ascii();
    match gap_record(text) {
        Ok(gap_record) => Line::Record(gap_record),
        Err(_) if line::is_comment(text) => Line::Nothing,
        Err(why) => Line::Bad(why),
    }
}

fn gap_record(text: &[u8]) -> Parsed {
    let mut fields = line::fields(text);
    let op = match fields.next() {
        Some(b"#") => match fields.next() {
            Some(b"0") => Op::Load,
            Some(b"1") => Op::Store,
            _ => return Err("no 0 or 1 after `#`"),
        },
        Some(b"l") => Op::Load,
        Some(b"s") => Op::Store,
        _ => return Err("no `# 0`, `# 1`, `l`, or `s` at the start"),
    };
    let address = line::whole_hex(fields.next().unwrap_or_default())?;
    line::whole_decimal(
        fields
            .next()
            .ok_or("no number of instructions after the address")?,
    )?;
    if fields.next().is_some() {
        return Err("extra text after the number of instructions");
    }
    Ok(Record {
        address,
        size: DEFAULT_SIZE,
        op,
    })
}
