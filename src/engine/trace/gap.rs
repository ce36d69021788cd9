//! Loads and stores with gaps: `# 0 7fffed80 1` or `l 0x1fffff50 1`.
//!
//! A line is the access (`# 0` or `l` loads, `# 1` or `s` stores), a hexadecimal address, and the gap: the number of instructions
//! from the previous access to this one. The traces of SPEC programs that many courses on computer architecture share have these
//! lines. The trace contains no addresses of instructions, so a replay ignores the gap.

use super::line::{self, DEFAULT_SIZE, Line, Parsed};
use super::record::{Op, Record};

pub(crate) fn line(line: &[u8]) -> Line {
    let text = line.trim_ascii();
    match record(text) {
        Ok(record) => Line::Record(record),
        Err(_) if line::is_comment(text) => Line::Nothing,
        Err(why) => Line::Bad(why),
    }
}

fn record(text: &[u8]) -> Parsed {
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
