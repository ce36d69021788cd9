//! The output of `pinatrace`, an example tool of Intel's Pin: `0x40052d: W 0x7ffe4c58`.
//!
//! A line is the address of an instruction, the access, and the address of the data. Some versions of the tool also print the
//! size in decimal digits and the value. An instruction with several accesses has several lines, and one without accesses has none,
//! so the addresses of the instructions are not fetches. The tool prints `#eof` at the end.

use super::line::{self, DEFAULT_SIZE, Line, Parsed};
use super::record::Op;

pub(crate) fn line(line: &[u8]) -> Line {
    let text = line.trim_ascii();
    if line::is_comment(text) {
        Line::Nothing
    } else {
        record(text).into()
    }
}

fn record(text: &[u8]) -> Parsed {
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
