mod bad;
mod compressed;
mod files;
mod text;

use std::io::{self, Cursor};

use super::*;
use crate::trace::record::{Op, Record};

/// Creates a reader for a text.
fn reader(text: &[u8], format: Option<Format>) -> Result<Reader, Unreadable> {
    Reader::new(Box::new(Cursor::new(text.to_vec())), "t", format)
}

/// Reads all records, and the error that follows them, if any.
fn all(reader: &mut Reader) -> (Vec<Record>, Option<Unreadable>) {
    let (mut records, mut batch) = (Vec::new(), RecordBatch::default());
    loop {
        match reader.next(&mut batch) {
            Ok(true) => records.extend_from_slice(&batch.records),
            Ok(false) => return (records, None),
            Err(why) => return (records, Some(why)),
        }
    }
}

fn record(op: Op, address: u64, size: u32) -> Record {
    Record { address, size, op }
}

/// The records of a text without malformed lines.
fn records(text: &str, format: Format) -> Vec<Record> {
    let mut reader = reader(text.as_bytes(), Some(format)).expect("bytes");
    let (records, failed) = all(&mut reader);
    assert_eq!((failed, reader.malformed().first.clone()), (None, vec![]));
    records
}

#[test]
fn lackey_prints_these() {
    let text = "==7== Lackey, an example Valgrind tool\nI  0401ab70,3\n S 1fff000658,8\n L 04222cac,8\n M 0421c7cc,4\n";
    let expected = [
        record(Op::Fetch, 0x401_ab70, 3),
        record(Op::Store, 0x1f_ff00_0658, 8),
        record(Op::Load, 0x422_2cac, 8),
        record(Op::Modify, 0x421_c7cc, 4),
    ];
    assert_eq!(records(text, Format::Lackey), expected);
}

#[test]
fn nothing_is_lost_between_batches() {
    let count = 3 * BATCH as u64 + 17;
    let text = (0..count)
        .map(|n| format!(" L {n:08x},{}\n", n % 9 + 1))
        .collect::<Vec<_>>()
        .concat();
    let expected: Vec<Record> = (0..count)
        .map(|n| record(Op::Load, n, (n % 9 + 1) as u32))
        .collect();
    assert_eq!(records(&text, Format::Lackey), expected);
}
