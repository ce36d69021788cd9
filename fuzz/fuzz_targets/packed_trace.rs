//! Reads packed traces whose checksums, lengths, and compression are right, but whose blocks contain any bytes. Input that
//! begins like a packed trace is read as it is.
#![no_main]

use std::io::{Cursor, Write};

use arbitrary::{Arbitrary, Unstructured};
use flate2::Crc;
use flate2::write::DeflateEncoder;
use libfuzzer_sys::{Corpus, fuzz_target};
use pagewalk_engine::trace::format::Format;
use pagewalk_engine::trace::reader::Reader;
use pagewalk_engine::trace::record::{Fetches, RecordBatch};

/// The first bytes of a packed trace, with the version; see `docs/reference/trace-format.md`.
const START: [u8; 8] = [0x89, b'P', b'W', b'T', b'\r', b'\n', 0x1a, 1];

/// The number of records in a block, and its body.
type Block<'a> = (u16, &'a [u8]);

fn packed(blocks: &[Block]) -> Vec<u8> {
    let (mut bytes, mut sum) = (START.to_vec(), Crc::new());
    sum.update(&START);
    let mut block = |header: [u32; 3], compressed: &[u8]| {
        let header: Vec<u8> = header
            .iter()
            .flat_map(|number| number.to_le_bytes())
            .collect();
        sum.update(&header);
        sum.update(compressed);
        bytes.extend([&header, compressed, &sum.sum().to_le_bytes()].concat());
    };
    for (records, body) in blocks {
        let mut encoder = DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(body).expect("memory");
        let compressed = encoder.finish().expect("memory");
        block(
            [
                compressed.len() as u32,
                body.len() as u32,
                (*records).into(),
            ],
            &compressed,
        );
    }
    block([0; 3], &[]);
    bytes
}

fn read(bytes: &[u8], fetches: Fetches) -> (u64, bool) {
    let bytes = Box::new(Cursor::new(bytes.to_vec()));
    let Ok(reader) = Reader::new(bytes, "trace", Some(Format::Packed)) else {
        return (0, false);
    };
    let (mut reader, mut batch) = (reader.with_fetches(fetches), RecordBatch::default());
    let mut records = 0;
    loop {
        match reader.next(&mut batch) {
            Ok(true) => records += batch.len(),
            Ok(false) => return (records, true),
            Err(_) => return (records, false),
        }
    }
}

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let file = if bytes.starts_with(&START) {
        bytes.to_vec()
    } else {
        let Ok(blocks) = Vec::<Block>::arbitrary_take_rest(Unstructured::new(bytes)) else {
            return Corpus::Reject;
        };
        packed(&blocks)
    };
    let all = read(&file, Fetches::Returned);
    if all.1 {
        assert_eq!(read(&file, Fetches::Counted), all);
        assert_eq!(read(&file, Fetches::Merged { block_bits: 4 }), all);
    }
    Corpus::Keep
});
