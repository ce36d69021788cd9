//! The traditional and extended Dinero formats. The label of each line determines the format.
//!
//! The traditional format is `LABEL ADDRESS`: `0` is a read, `1` is a write, and `2` is a fetch of a
//! four-byte word. The extended format is `LABEL ADDRESS SIZE`: `r` and `m` are reads, `w` is a write, and
//! `i` is a fetch. Addresses and sizes are hexadecimal. The rest of a line is a comment. The remaining labels
//! (`3`, `4`, `c`, and `v`) are simulator commands, not references. Pagewalk reports simulator commands as
//! malformed lines instead of skipping them silently, because skipping a command such as a flush would change
//! the counts.

use super::line::{self, DEFAULT_SIZE, Line, Parsed};
use super::record::Op;

pub(crate) fn line(line: &[u8]) -> Line {
    let text = line.trim_ascii();
    if line::is_comment(text) { Line::Nothing } else { record(text).into() }
}

fn record(text: &[u8]) -> Parsed {
    let mut fields = text.split(u8::is_ascii_whitespace).filter(|field| !field.is_empty());
    let label = fields.next().unwrap_or_default();
    let (op, extended) = match label {
        b"0" => (Op::Load, false),
        b"1" => (Op::Store, false),
        b"2" => (Op::Fetch, false),
        b"r" | b"m" => (Op::Load, true),
        b"w" => (Op::Store, true),
        b"i" => (Op::Fetch, true),
        b"3" => return Err("an escape record, which is not a memory reference"),
        b"4" => return Err("a cache flush command, which is not supported"),
        b"c" => return Err("a copy-back command, which is not supported"),
        b"v" => return Err("an invalidate command, which is not supported"),
        _ => return Err("no label 0, 1, 2, r, w, or i at the start"),
    };
    let address = number(fields.next().ok_or("no address after the label")?)?;
    if !extended {
        return line::record(op, address, u64::from(DEFAULT_SIZE));
    }
    let size = fields.next().ok_or("no size after the address (required for r, w, and i)")?;
    line::record(op, address, number(size)?)
}

fn number(field: &[u8]) -> Result<u64, &'static str> {
    let (number, rest) = line::hex(field)?;
    if rest.is_empty() { Ok(number) } else { Err("a number that is not hexadecimal") }
}
