//! Parses lines in lackey's exact format, eight digits at a time.
//!
//! For every accepted line, this parser returns the same record as [`super::line()`], which parses all other
//! lines. The first eight digits are treated as a single 64-bit number whose bytes are processed in parallel.
//! The code distinguishes the line formats with predictable branches instead of arithmetic, so that the
//! processor can start the next line before it finishes the current one.

use crate::trace::digits::{self, WINDOW, number, word};
use crate::trace::record::{Fetches, Op, Record, RecordBatch};

/// Offset of the address, after `I  `, ` L `, ` S `, or ` M `.
const ADDRESS: usize = 3;

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
/// total. Omits the fetches that `wanted` permits. Returns the size of these lines in bytes.
pub(crate) fn records(text: &[u8], batch: &mut RecordBatch, most: usize, wanted: Fetches) -> usize {
    let RecordBatch { records, fetches } = batch;
    let mut at = 0;
    records.reserve(most.saturating_sub(records.len()));
    while records.len() < most {
        if wanted == Fetches::Counted {
            at += count_fetches(&text[at..], fetches, |_| true);
        }
        let Some((record, length)) = text.get(at..).and_then(<[u8]>::first_chunk).and_then(record) else {
            break;
        };
        records.push(record);
        at += length;
        if let Fetches::Merged { block_bits } = wanted
            && let block @ Some(_) = record.block_of_fetch(block_bits)
        {
            at += count_fetches(&text[at..], fetches, |next| next.block_of_fetch(block_bits) == block);
        }
    }
    at
}

/// Counts fetches of size [`FETCH`] at the start of a text, up to the first one that must be returned. Returns the size of these
/// lines in bytes.
#[inline(always)]
fn count_fetches(text: &[u8], fetches: &mut u64, may_omit: impl Fn(Record) -> bool) -> usize {
    let mut at = 0;
    while text.get(at..).and_then(<[u8]>::first_chunk).and_then(fetch).is_some_and(&may_omit) {
        *fetches += 1;
        at += FETCH;
    }
    at
}

/// The record in the first line of a text if the line is a fetch of size [`FETCH`].
#[inline(always)]
fn fetch(text: &[u8; 16]) -> Option<Record> {
    let [begin, end] = [word(text, 0), word(text, 8)];
    let size = (end >> 32 & 0xff).wrapping_sub(u64::from(b'0'));
    // The comma and the newline are the bytes 11 and 13, and the size is between them.
    let is_fetch = begin & 0x00ff_ffff == 0x0020_2049
        && (end >> 24) & 0x00ff_00ff == 0x000a_002c
        && (1..10).contains(&size);
    let address = is_fetch.then(|| number((begin >> 24) | (end << 40)))??;
    Some(Record { address, size: size as u32, op: Op::Fetch })
}

/// The record in the first line of a text, and the size of the line.
#[inline]
fn record(text: &[u8; WINDOW]) -> Option<(Record, usize)> {
    let (begins, op) = OPS[usize::from(text[1] & 7)];
    if text[..ADDRESS] != begins {
        return None;
    }
    let (address, at) = digits::hex(text, ADDRESS, b',')?;
    let (size, length) = digits::decimal_size(text, at)?;
    Some((Record { address, size, op }, length))
}
