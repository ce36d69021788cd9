//! The output of `valgrind --tool=lackey --trace-mem=yes`: `I  0401ab70,3`, ` S 1fff000658,8`.
//!
//! The parser accepts extra blanks, uppercase and lowercase digits, an optional `0x` prefix, and both kinds
//! of line endings. The parser skips blank lines, comments (`#`), and Valgrind messages (`==PID==`,
//! `--PID--`, `**PID**`).

mod fast;

pub(crate) use fast::records;

use super::line::{self, Line, Parsed};
use super::record::Op;

pub(crate) fn line(line: &[u8]) -> Line {
    let text = line.trim_ascii();
    let valgrind = [b"==", b"--", b"**"]
        .into_iter()
        .any(|mark| text.starts_with(mark));
    if valgrind || line::is_comment(text) {
        Line::Nothing
    } else {
        record(text).into()
    }
}

fn record(text: &[u8]) -> Parsed {
    let op = match text.first() {
        Some(b'I') => Op::Fetch,
        Some(b'L') => Op::Load,
        Some(b'S') => Op::Store,
        Some(b'M') => Op::Modify,
        _ => return Err("no I, L, S, or M at the start"),
    };
    let (address, rest) = line::hex(text[1..].trim_ascii_start())?;
    let size = rest
        .trim_ascii_start()
        .strip_prefix(b",")
        .ok_or("no comma after the address")?;
    let (size, rest) = line::decimal(size.trim_ascii_start())?;
    if !rest.is_empty() {
        return Err("extra text after the size");
    }
    line::record(op, address, size)
}

#[cfg(test)]
mod tests;
