use std::io::{Cursor, Read, Write};
use std::sync::LazyLock;

use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use proptest::prelude::*;

use super::shape::{HEADER, MOST_BODY};
use super::*;
use crate::trace::format::Format;
use crate::trace::reader::Reader;
use crate::trace::record::{Fetches, Op, Record, RecordBatch};
use crate::trace::unreadable::{Unreadable, UnreadableReason};

fn packed(records: &[Record]) -> Vec<u8> {
    let mut packer = Packer::new(Vec::new()).expect("memory");
    packer.add(records).expect("memory");
    packer.finish().expect("memory")
}

/// The records of a packed trace, and the error that follows them, if any.
fn unpacked(bytes: Vec<u8>) -> (Vec<Record>, Option<Unreadable>) {
    let (mut records, mut batch) = (Vec::new(), RecordBatch::default());
    let mut reader = match Reader::new(Box::new(Cursor::new(bytes)), "t", Some(Format::Packed)) {
        Ok(reader) => reader,
        Err(why) => return (records, Some(why)),
    };
    loop {
        match reader.next(&mut batch) {
            Ok(true) => records.extend_from_slice(&batch.records),
            Ok(false) => return (records, None),
            Err(why) => return (records, Some(why)),
        }
        assert!((1..=crate::trace::reader::BATCH).contains(&batch.records.len()));
    }
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        Just(Op::Fetch),
        Just(Op::Load),
        Just(Op::Store),
        Just(Op::Modify)
    ]
}

/// Generates records with few repetitions.
fn any_record() -> impl Strategy<Value = Record> {
    let address = prop_oneof![any::<u64>(), 0..64_u64, Just(u64::MAX)];
    let size = prop_oneof![1..=8_u32, 1..=Record::MOST_BYTES];
    (op(), address, size).prop_map(|(op, address, size)| Record { address, size, op })
}

/// Generates the records of a program: loops over a few instructions whose data addresses have strides.
fn program() -> impl Strategy<Value = Vec<Record>> {
    let instruction = (
        0..40_u64,
        1..9_u32,
        prop::collection::vec((op(), any::<u32>(), -9..9_i64), 0..3),
    );
    let loops = prop::collection::vec((prop::collection::vec(instruction, 1..12), 1..30_u64), 1..8);
    loops.prop_map(|loops| {
        let mut records = Vec::new();
        for (body, rounds) in loops {
            for round in 0..rounds {
                for (place, size, data) in &body {
                    records.push(Record {
                        address: 0x40_0000 + 4 * place,
                        size: *size,
                        op: Op::Fetch,
                    });
                    records.extend(data.iter().map(|(op, start, stride)| Record {
                        address: u64::from(*start).wrapping_add_signed(*stride * round as i64),
                        size: *size,
                        op: *op,
                    }));
                }
            }
        }
        records
    })
}

proptest! {
    #[test]
    fn unpacking_inverts_packing(records in prop::collection::vec(any_record(), 0..600)) {
        prop_assert_eq!(unpacked(packed(&records)), (records, None));
    }

    #[test]
    fn programs_survive_packing(records in program()) {
        prop_assert_eq!(unpacked(packed(&records)), (records, None));
    }

    #[test]
    fn only_fetches_that_may_be_counted_are_omitted(records in program()) {
        for fetches in [Fetches::Counted, Fetches::Merged { block_bits: 5 }] {
            let bytes = Box::new(Cursor::new(packed(&records)));
            let mut reader = Reader::new(bytes, "t", None).expect("a trace").with_fetches(fetches);
            let (mut found, mut omitted, mut batch) = (Vec::new(), 0, RecordBatch::default());
            while reader.next(&mut batch).expect("a trace") {
                found.extend_from_slice(&batch.records);
                omitted += batch.fetches;
            }
            prop_assert_eq!(reader.lines(), records.len() as u64);
            prop_assert_eq!(found.len() as u64 + omitted, records.len() as u64);
            let (mut found, mut before) = (found.iter().peekable(), None);
            for record in &records {
                if found.next_if_eq(&record).is_none() {
                    prop_assert!(fetches.may_omit(before, record), "{:?}", record);
                }
                before = Some(record);
            }
            prop_assert_eq!(found.next(), None);
        }
    }
}

/// The lengths of a file's blocks, including headers and checksums.
fn blocks(bytes: &[u8]) -> Vec<usize> {
    let mut lengths = Vec::new();
    let mut at = MAGIC.len() + 1;
    while at < bytes.len() {
        let body = u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        lengths.push(HEADER + body as usize + 4);
        at += HEADER + body as usize + 4;
    }
    lengths
}

/// Builds a file with one block that has this body and correct lengths and checksums.
fn file_of(body: &[u8], records: u32) -> Vec<u8> {
    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::fast());
    deflated.write_all(body).expect("memory");
    let deflated = deflated.finish().expect("memory");
    let mut bytes = [&MAGIC[..], &[VERSION]].concat();
    let mut sum = Crc::new();
    sum.update(&bytes);
    let header = [deflated.len() as u32, body.len() as u32, records]
        .map(u32::to_le_bytes)
        .concat();
    for block in [[header, deflated].concat(), vec![0; HEADER]] {
        sum.update(&block);
        bytes.extend(block);
        bytes.extend(sum.sum().to_le_bytes());
    }
    bytes
}

/// The body of a file's only block.
fn body_of(bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    let start = MAGIC.len() + 1 + HEADER;
    DeflateDecoder::new(&bytes[start..start + blocks(bytes)[0] - HEADER - 4])
        .read_to_end(&mut body)
        .expect("a body");
    body
}

fn wrong(bytes: Vec<u8>) -> Option<String> {
    match unpacked(bytes).1?.why {
        UnreadableReason::Damaged {
            kind: "packed",
            what,
            ..
        } => Some(what),
        why => panic!("{why:?}"),
    }
}

/// Records, and a file that contains them in two blocks.
static TWO_BLOCKS: LazyLock<(Vec<Record>, Vec<u8>)> = LazyLock::new(|| {
    let records = walk(66_000);
    let bytes = packed(&records);
    (records, bytes)
});

/// Builds a program loop: a fetch, and a load whose address increases by 8.
fn walk(rounds: u64) -> Vec<Record> {
    let round = |n| {
        let fetch = Record {
            address: 0x400,
            size: 4,
            op: Op::Fetch,
        };
        [
            fetch,
            Record {
                address: 0x1000 + 8 * n,
                size: 8,
                op: Op::Load,
            },
        ]
    };
    (0..rounds).flat_map(round).collect()
}

#[test]
fn repeated_records_are_small() {
    // A form takes two bytes per iteration before compression. As text, an iteration takes 25 bytes.
    let records = walk(100_000);
    let bytes = packed(&records);
    assert!(bytes.len() < 2_000, "{}", bytes.len());
    assert_eq!(
        blocks(&bytes).len(),
        3,
        "a block has 65536 forms at most, and one ends the file"
    );
    assert_eq!(unpacked(bytes), (records, None));
}

#[test]
fn random_records_are_not_much_longer() {
    // The addresses are random. Only the repeated pattern of four loads can be compressed.
    for count in [3, 100, 30_000, 200_000] {
        let address = |n: u64| {
            (n + 1)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .rotate_left(17)
                .wrapping_mul(n | 1)
        };
        let records: Vec<Record> = (0..count)
            .map(|n| Record {
                address: address(n),
                size: 8,
                op: Op::Load,
            })
            .collect();
        let bytes = packed(&records);
        assert!(bytes.len() as u64 <= 9 * count + 100, "{}", bytes.len());
        assert!(unpacked(bytes) == (records, None), "{count}");
    }
}

#[test]
fn a_full_book_is_forgotten() {
    // Every phrase is new, and there are more phrases than available numbers.
    let fetch = |n: u64| Record {
        address: n * 16 % 0xffff_fff1,
        size: 4,
        op: Op::Fetch,
    };
    let records: Vec<Record> = (0..70_000).map(|n| fetch(n * n)).collect();
    assert_eq!(unpacked(packed(&records)), (records, None));
}

#[test]
fn an_empty_trace_is_a_file() {
    let empty = packed(&[]);
    assert_eq!(empty.len(), MAGIC.len() + 1 + HEADER + 4);
    assert_eq!(unpacked(empty), (vec![], None));
}

#[test]
fn invalid_records_are_not_packed() {
    for size in [0, Record::MOST_BYTES + 1] {
        let mut packer = Packer::new(Vec::new()).expect("memory");
        assert!(
            packer
                .add(&[Record {
                    address: 0,
                    size,
                    op: Op::Load
                }])
                .is_err()
        );
    }
}

#[test]
fn the_format_of_a_file_is_detected() {
    let bytes = packed(&walk(3));
    let summary = |bytes: &[u8], format| {
        let read = Reader::new(Box::new(Cursor::new(bytes.to_vec())), "t.csv", format);
        read.map_or_else(|why| why.to_string(), |reader| reader.lines().to_string())
    };
    assert_eq!(summary(&bytes, None), "0", "its name does not matter");
    assert_eq!(
        summary(&bytes, Some(Format::Lackey)),
        "`t.csv` is not a trace: the file is packed, not text"
    );
    assert_eq!(
        summary(b" L 10,1\n", Some(Format::Packed)),
        "`t.csv` is not a trace: the file is not packed"
    );
    let named = Reader::new(Box::new(&b" L 10,1\n"[..]), "t.pwt", None);
    assert_eq!(
        named.err().map(|why| why.to_string()).as_deref(),
        Some("`t.pwt` is not a trace: the file is not packed")
    );
    let mut later = bytes.clone();
    later[MAGIC.len()] = 2;
    assert_eq!(
        summary(&later, None),
        "`t.csv` is not a trace: the version of the packed format is unknown"
    );
    assert_eq!(
        summary(&MAGIC, None),
        "`t.csv` is not a trace: the version of the packed format is unknown"
    );
}

#[test]
fn truncated_and_extended_files_are_reported() {
    let (records, bytes) = &*TWO_BLOCKS;
    let first = MAGIC.len() + 1 + blocks(bytes)[0];
    for cut in [
        MAGIC.len() + 1,
        12,
        20,
        first - 1,
        first,
        first + 5,
        bytes.len() - 1,
    ] {
        let (found, failed) = unpacked(bytes[..cut].to_vec());
        assert_eq!(
            failed.expect("it is cut").why,
            UnreadableReason::Truncated {
                kind: "packed",
                at: cut as u64
            }
        );
        assert_eq!(
            found,
            if cut < first {
                &[]
            } else {
                &records[..found.len()]
            }
        );
        assert_eq!(found.is_empty(), cut < first);
    }
    assert_eq!(
        wrong([&bytes[..], b"x"].concat()).as_deref(),
        Some("extra bytes follow the end of the trace")
    );
    // A missing block is detected even if it does not affect the following blocks.
    let without = [&bytes[..=MAGIC.len()], &bytes[first..]].concat();
    assert_eq!(wrong(without).as_deref(), Some("a checksum does not match"));
}

#[test]
fn each_limit_has_an_error() {
    let header = |lengths: [u32; 3]| {
        [
            &MAGIC[..],
            &[VERSION],
            &lengths.map(u32::to_le_bytes).concat(),
        ]
        .concat()
    };
    let long = "a block is too long";
    assert_eq!(
        wrong(header([MOST_BODY as u32 + 1, 1, 1])).as_deref(),
        Some(long)
    );
    assert_eq!(wrong(header([1, u32::MAX, 1])).as_deref(), Some(long));

    // The body keeps the known definitions. This body contains a phrase (an 8-byte load), a form of the
    // phrase, a list of one form, and distances.
    let good = [0, 1, 1, 0x41, 1, 0, 2, 1, 0, 0, 32];
    let load = Record {
        address: 16,
        size: 8,
        op: Op::Load,
    };
    assert_eq!(unpacked(file_of(&good, 1)), (vec![load], None));
    for (body, records, what) in [
        (
            &good[..],
            0,
            "a block has more records than its header specifies",
        ),
        (
            &good,
            2,
            "a block has fewer records than its header specifies",
        ),
        (
            &good[..10],
            1,
            "a block has too many or too few address distances",
        ),
        (
            &[0, 1, 1, 0x41, 1, 0, 2, 1, 0, 0, 32, 0],
            1,
            "a block has too many or too few address distances",
        ),
        (&[0, 1, 1, 0x41, 1, 0, 2, 1, 1, 0, 32], 1, "an unknown form"),
        (&[0, 1, 1, 0x41, 1, 0, 10, 1, 0, 0], 1, "an unknown rule"),
        (
            &[0, 1, 1, 0x41, 1, 1, 2, 1, 0, 0],
            1,
            "a block refers to an unknown phrase",
        ),
        (&[0, 1, 1, 0x01, 0, 1, 0, 2, 1, 0, 0], 1, "a size of 0"),
        (
            &[0, 1, 1, 0x01, 0x81, 0x20, 1, 0, 2, 1, 0, 0],
            1,
            "a size of more than 4096 bytes",
        ),
        (&[0, 1, 0, 1, 0, 1, 0, 0], 0, "a phrase without records"),
        (&[0, 0, 0, 0], 0, "a block without records"),
        (&[0, 0x81, 0x80, 0x40], 1, "a count is too large"),
        (&[0, 1, 0x80, 0x02], 1, "a count is too large"),
        (
            &[0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2],
            1,
            "a number with more than 64 bits",
        ),
        (
            &[0, 1, 1, 0x41, 1, 0, 2, 6, 0, 0],
            1,
            "a count is too large",
        ),
        (
            &[0, 1, 1, 0x41, 1, 0, 2, 2, 0, 0],
            1,
            "the body of a block ends too early",
        ),
        (&[], 1, "the body of a block ends too early"),
    ] {
        assert_eq!(
            wrong(file_of(body, records)).as_deref(),
            Some(what),
            "{body:?}"
        );
    }
}

#[test]
fn the_documented_example_is_a_valid_trace() {
    let document = include_str!("../../../../docs/reference/trace-format.md");
    let (_, example) = document.split_once("```hex\n").expect("a fence");
    let (example, after) = example.split_once("```").expect("its end");
    // Each line lists bytes and, after two blanks, their meaning.
    let bytes = example.lines().flat_map(|line| {
        line.split("  ")
            .next()
            .unwrap_or_default()
            .split_whitespace()
    });
    let bytes: Vec<u8> = bytes
        .map(|byte| u8::from_str_radix(byte, 16).expect("a byte"))
        .collect();
    let (_, text) = after.split_once("```lackey\n").expect("a fence");
    let (text, _) = text.split_once("```").expect("its end");
    let mut lines = Reader::new(Box::new(Cursor::new(text.to_owned())), "t", None).expect("bytes");
    let mut batch = RecordBatch::default();
    assert_eq!(lines.next(&mut batch), Ok(true));
    let expected = batch.records;
    assert_eq!(lines.malformed().count, 0);
    assert_eq!(unpacked(bytes.clone()), (expected.clone(), None));
    // The files differ only in their compression.
    assert_eq!(body_of(&packed(&expected)), body_of(&bytes));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// A flipped bit is detected, and the records before it are correct.
    #[test]
    fn damage_is_reported(at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let (records, mut bytes) = TWO_BLOCKS.clone();
        let at = MAGIC.len() + 1 + at.index(bytes.len() - MAGIC.len() - 1);
        bytes[at] ^= 1 << bit;
        let (found, failed) = unpacked(bytes);
        prop_assert!(failed.is_some());
        prop_assert!(records.starts_with(&found));
    }

}

proptest! {
    /// Every body is either read or rejected.
    #[test]
    fn any_body_is_read_or_rejected(
        records in program(), count in 0..3_u32,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        prop_assume!(!records.is_empty());
        let mut body = body_of(&packed(&records));
        for (at, byte) in changes {
            let at = at.index(body.len().min(1 << 7));
            body[at] = byte;
        }
        let (found, failed) = unpacked(file_of(&body, records.len() as u32 + count - 1));
        prop_assert!(failed.is_some() || found.len() + 1 == records.len() + count as usize);
    }

    #[test]
    fn any_bytes_are_read_or_rejected(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = unpacked([&MAGIC[..], &[VERSION], &bytes].concat());
        prop_assume!(!bytes.is_empty());
        let _ = unpacked(file_of(&bytes, 1));
    }
}
