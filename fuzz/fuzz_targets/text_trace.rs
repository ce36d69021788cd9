//! Reads any bytes as a text trace in every format. Counted and merged fetches must not change the number of records.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use pagewalk_engine::trace::format::{FORMATS, Format};
use pagewalk_engine::trace::reader::Reader;
use pagewalk_engine::trace::record::{Fetches, Op, Record, RecordBatch};

/// Reads all records and the number of counted fetches.
fn read(bytes: &[u8], format: Option<Format>, fetches: Fetches) -> Option<(Vec<Record>, u64)> {
    let reader = Reader::new(Box::new(Cursor::new(bytes.to_vec())), "trace", format).ok()?;
    let (mut reader, mut batch) = (reader.with_fetches(fetches), RecordBatch::default());
    let (mut records, mut counted) = (Vec::new(), 0);
    while reader.next(&mut batch).ok()? {
        records.extend_from_slice(&batch.records);
        counted += batch.fetches;
    }
    Some((records, counted))
}

fuzz_target!(|bytes: &[u8]| {
    for format in std::iter::once(None).chain(FORMATS.iter().map(|row| Some(row.format))) {
        let Some((all, 0)) = read(bytes, format, Fetches::Returned) else {
            continue;
        };
        let fetches = all.iter().filter(|record| record.op == Op::Fetch).count() as u64;
        let total = |(records, counted): (Vec<Record>, u64)| records.len() as u64 + counted;
        for fetches in [Fetches::Counted, Fetches::Merged { block_bits: 4 }] {
            assert_eq!(
                read(bytes, format, fetches).map(total),
                Some(all.len() as u64),
                "{fetches:?}"
            );
        }
        let rest = read(bytes, format, Fetches::Counted).expect("records").0;
        assert!(all.len() as u64 - rest.len() as u64 <= fetches);
    }
});
