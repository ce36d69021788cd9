//! The output of `valgrind --tool=lackey --trace-mem=yes`: `I  0401ab70,3`, ` S 1fff000658,8`.
//!
//! The parser accepts extra blanks, uppercase and lowercase digits, an optional `0x` prefix, and both kinds
//! of line endings. The parser skips blank lines, comments (`#`), and Valgrind messages (`==PID==`,
//! `--PID--`, `**PID**`).

#[cfg(test)]
mod tests;

use super::digits::{SHAPE, Shape, WINDOW, word};
use super::line::{Line, Parsed};
use super::record::{Fetches, Op, Record, RecordBatch};
use super::{digits, line};

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

// Parses lines in lackey's exact format.
//
// For every accepted line, this parser returns the same record as [`line()`], which parses all other
// lines. Most lines have one of three shapes, whose bytes are all compared at once.

/// Offset of the address, after `I  `, ` L `, ` S `, or ` M `.
const ADDRESS: usize = 3;

/// A fetch with an address of eight digits and a size of one digit.
const FETCH: Shape = Shape::new(
    b"I  00000000,1\n",
    b"I  99999999,9\n",
    b"I  aaaaaaaa,1\n",
    b"I  ffffffff,9\n",
);
/// A load, a store, or both, with an address of eight digits and a size of one digit.
const DATA: Shape = Shape::new(
    b" L 00000000,1\n",
    b" S 99999999,9\n",
    b" L aaaaaaaa,1\n",
    b" S ffffffff,9\n",
);
/// The same with an address of ten digits, such as that of a stack.
const FAR_DATA: Shape = Shape::new(
    b" L 0000000000,1\n",
    b" S 9999999999,9\n",
    b" L aaaaaaaaaa,1\n",
    b" S ffffffffff,9\n",
);

/// Size in bytes of a line with the shape [`FETCH`] or [`DATA`].
const NEAR_LINE: usize = FETCH.size;
/// Size in bytes of a line with the shape [`FAR_DATA`].
const FAR_LINE: usize = FAR_DATA.size;

/// The letters of loads and stores, indexed by their low bits. The letter in any other row differs from the row's index, so it
/// matches no line.
const DATA_OPS: [(u8, Op); 8] = {
    let mut rows = [(b'L', Op::Load); 8];
    rows[(b'S' & 7) as usize] = (b'S', Op::Store);
    rows[(b'M' & 7) as usize] = (b'M', Op::Modify);
    rows
};

/// Adds the records at the start of a text while each line has the usual format, up to `most` records in
/// total. Omits the fetches that `wanted` permits. Returns the size of these lines in bytes.
pub(crate) fn records(text: &[u8], batch: &mut RecordBatch, most: usize, wanted: Fetches) -> usize {
    let RecordBatch { records, fetches } = batch;
    let mut at = 0;
    records.reserve(most.saturating_sub(records.len()));
    while records.len() < most {
        if wanted == Fetches::Counted {
            at += count_fetches(&text[at..], fetches, |_| true);
        }
        let Some((record, length)) = fast_record(&text[at..]) else {
            break;
        };
        records.push(record);
        at += length;
        if let Fetches::Merged { block_bits } = wanted
            && let block @ Some(_) = record.block_of_fetch(block_bits)
        {
            at += count_fetches(&text[at..], fetches, |next| {
                next.block_of_fetch(block_bits) == block
            });
        }
    }
    at
}

/// Counts lines of the shape [`FETCH`] at the start of a text, up to the first one that must be returned. Returns the size of
/// these lines in bytes.
#[inline(always)]
fn count_fetches(text: &[u8], fetches: &mut u64, may_omit: impl Fn(Record) -> bool) -> usize {
    let mut at = 0;
    while let Some(line) = text.get(at..).and_then(<[u8]>::first_chunk)
        && FETCH.fits(line)
        && may_omit(near(line, Op::Fetch))
    {
        *fetches += 1;
        at += NEAR_LINE;
    }
    at
}

/// The record in a line of the shape [`FETCH`] or [`DATA`].
#[inline(always)]
fn near(line: &[u8; SHAPE], op: Op) -> Record {
    Record {
        address: digits::value(word(line, ADDRESS)),
        size: u32::from(line[NEAR_LINE - 2] - b'0'),
        op,
    }
}

/// The record in a line of the shape [`FAR_DATA`].
#[inline(always)]
fn far(line: &[u8; SHAPE], op: Op) -> Record {
    let last =
        digits::value(u64::from(line[ADDRESS + 8]) << 48 | u64::from(line[ADDRESS + 9]) << 56);
    let address = digits::value(word(line, ADDRESS)) << 8 | last;
    Record {
        address,
        size: u32::from(line[FAR_LINE - 2] - b'0'),
        op,
    }
}

/// The record in the first line of a text, and the size of the line.
#[inline(always)]
fn fast_record(text: &[u8]) -> Option<(Record, usize)> {
    let line = text.first_chunk()?;
    let (letter, op) = DATA_OPS[usize::from(line[1] & 7)];
    if line[0] == b'I' {
        if FETCH.fits(line) {
            return Some((near(line, Op::Fetch), NEAR_LINE));
        }
    } else if line[1] != letter {
        return None;
    } else if line[NEAR_LINE - 1] == b'\n' {
        if DATA.fits(line) {
            return Some((near(line, op), NEAR_LINE));
        }
    } else if FAR_DATA.fits(line) {
        return Some((far(line, op), FAR_LINE));
    }
    let (Record { address, size, op }, length) = text.first_chunk().and_then(any_record)?;
    Some((Record { address, size, op }, length))
}

/// Same, for addresses and sizes with any number of digits.
#[inline(never)]
fn any_record(text: &[u8; WINDOW]) -> Option<(Record, usize)> {
    let (letter, op) = DATA_OPS[usize::from(text[1] & 7)];
    let (begins, op) = if text[0] == b'I' {
        (*b"I  ", Op::Fetch)
    } else {
        ([b' ', letter, b' '], op)
    };
    if text[..ADDRESS] != begins {
        return None;
    }
    let (address, at) = digits::hex(text, ADDRESS, b',')?;
    let (size, length) = digits::decimal_size(text, at)?;
    Some((Record { address, size, op }, length))
}
